"""Figures as a page shows them: the number, or the word for why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format, get_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kheo.insight.queries.boards import Cell
from kheo.insight.rules.figures import DASH, Kind, Writing, kind_of


@dataclass(frozen=True, slots=True)
class Shown:
    """One cell, ready for a template: `{{ shown.html }}` writes it with its mark."""

    cell: Cell
    text: str
    kind: Kind
    html: SafeString


def listed_days(days: Sequence[date]) -> str:
    """Days in one sentence: "1/3/2025 and 1/7/2025"."""
    written = [date_format(day, "SHORT_DATE_FORMAT") for day in days]
    return get_text_list(written, _("and"))


def scales() -> tuple[tuple[float, str], ...]:
    """Sizes with their words, the largest first: where a figure has no room."""
    return (
        (1e9, pgettext("on a chart's axis", "bn")),
        (1e6, pgettext("on a chart's axis", "m")),
    )


class Scribe:
    """Writes figures in the language in use; a table has thousands of them."""

    def __init__(self) -> None:
        self.writing = Writing(
            group=str(get_format("THOUSAND_SEPARATOR")),
            decimal=str(get_format("DECIMAL_SEPARATOR")),
        )
        missing = format_html(
            '<span class="missing"><span aria-hidden="true">{}</span>'
            '<span class="visually-hidden">{}</span></span>',
            DASH,
            _("missing"),
        )
        excused = format_html('<span class="missing">{}</span>', _("not applicable"))
        self._words = {Kind.MISSING: missing, Kind.NOT_APPLICABLE: excused}
        self._estimated = format_html(
            ' <abbr class="estimated" title="{}">{}</abbr>',
            _("holds estimated figures"),
            _("est."),
        )

    def text(self, value: int | None, decimals: int) -> str:
        return self.writing.text(value, decimals)

    def shown(self, cell: Cell, href: str = "") -> Shown:
        """The cell, leading to `href` where there is a number to lead from."""
        total = cell.total
        text = self.writing.text(total.value, total.decimals)
        kind = kind_of(
            total.value, is_excused=cell.is_excused, is_estimated=cell.is_estimated
        )
        return Shown(cell, text, kind, self._html(text, kind, href))

    def _html(self, text: str, kind: Kind, href: str) -> SafeString:
        if kind in self._words:
            return self._words[kind]
        number = SafeString(text)  # digits and the marks between them
        if href:
            number = format_html('<a href="{}">{}</a>', href, number)
        return number + self._estimated if kind is Kind.ESTIMATED else number
