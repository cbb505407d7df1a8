"""Figures as a page shows them: the number, or the word for why there is none."""

from dataclasses import dataclass

from django.utils.formats import get_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from kheo.insight.queries.boards import Cell
from kheo.insight.rules.figures import DASH, Kind, Writing, kind_of


def writing() -> Writing:
    """The marks between digits in the language in use."""
    return Writing(
        group=str(get_format("THOUSAND_SEPARATOR")),
        decimal=str(get_format("DECIMAL_SEPARATOR")),
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """One cell, ready for a template: `{{ shown.html }}` writes it with its mark."""

    cell: Cell
    text: str
    kind: Kind
    href: str = ""

    @property
    def html(self) -> SafeString:
        number = self._number()
        if not self.href or self.kind in (Kind.MISSING, Kind.NOT_APPLICABLE):
            return number
        return format_html('<a href="{}">{}</a>', self.href, number)

    def _number(self) -> SafeString:
        match self.kind:
            case Kind.MISSING:
                return format_html(
                    '<span class="missing"><span aria-hidden="true">{}</span>'
                    '<span class="visually-hidden">{}</span></span>',
                    DASH,
                    _("missing"),
                )
            case Kind.NOT_APPLICABLE:
                return format_html(
                    '<span class="missing">{}</span>', _("not applicable")
                )
            case Kind.ESTIMATED:
                return format_html(
                    '{} <abbr class="estimated" title="{}">{}</abbr>',
                    self.text,
                    _("holds estimated figures"),
                    _("est."),
                )
            case _value:
                return format_html("{}", self.text)


def shown(cell: Cell, marks: Writing, href: str = "") -> Shown:
    total = cell.total
    return Shown(
        cell=cell,
        text=marks.text(total.value, total.decimals),
        kind=kind_of(
            total.value, is_excused=cell.is_excused, is_estimated=cell.is_estimated
        ),
        href=href,
    )
