"""What the frame of every page is made of: the menu and the icons; no query."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kheo.core.menu import menu_for

register = template.Library()


@register.simple_tag(takes_context=True)
def main_menu(context: Mapping[str, Any]) -> list[Any]:
    """The groups of the main menu for the person and the page of this request."""
    match = getattr(context.get("request"), "resolver_match", None)
    return list(menu_for(context.get("can", {}), match.view_name if match else ""))


@register.simple_tag
def icon(name: str) -> SafeString:
    """One sign of `kheo/icons.svg`, beside a word that says the same."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        static("kheo/icons.svg"),
        name,
    )
