"""How figures, names and periods of reports look; nothing here asks the database."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format, number_format
from django.utils.http import urlencode
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext, gettext_lazy

from kheo.audit.rules import GENESIS
from kheo.core.periods import Interval
from kheo.ledger.models import ClaimKind
from kheo.programmes.pack import Text
from kheo.programmes.periods import period_name
from kheo.reporting.queries.consolidation import ConsolidationRow
from kheo.reporting.queries.obligations import FormCell
from kheo.reporting.rules import change_of, short_digest

register = template.Library()


@register.filter
def said(text: Text | dict[str, str]) -> str:
    """A text of a pack or of a statement in the language of the page."""
    language = "en" if (get_language() or "vi").startswith("en") else "vi"
    if isinstance(text, dict):
        return text[language]
    return text.en if language == "en" else text.vi


@register.filter
def amount(value: int | Literal[""] | None, decimals: int) -> str:
    """An amount in smallest units as people of the page's language write it.

    Empty for what a statement of an older format does not hold: templates say "" then.
    """
    if value is None or value == "":
        return ""
    exact = Decimal(value).scaleb(-decimals)
    return number_format(exact, decimals, force_grouping=True)


@register.filter
def change(value: int | None, decimals: int) -> str:
    """A difference with its sign."""
    if value is None:
        return gettext("new")
    shown = amount(abs(value), decimals)
    return f"{'+' if value > 0 else '−'}{shown}"


@register.inclusion_tag("reporting/past.html")
def past(
    value: int | None, before: int | Literal[""] | None, decimals: int
) -> dict[str, object]:
    """An earlier figure, and by how much today's differs from it."""
    before = _known(before)
    return {
        "before": before,
        "change": change_of(value, before),
        "decimals": decimals,
    }


@register.simple_tag
def past_inline(value: int | None, before: int, decimals: int) -> str:
    """The same inside a line: `12 (+3)`."""
    changed = change_of(value, before)
    shown = amount(before, decimals)
    return f"{shown} ({change(changed, decimals)})" if changed else shown


@register.inclusion_tag("reporting/estimated.html")
def estimated(
    value: int | None,
    part: int | Literal[""] | None,
    decimals: int,
    *,
    is_marked: bool = False,
) -> dict[str, object]:
    """That a figure is estimated, or how much of it is."""
    part = _known(part)
    return {
        "part": part,
        "decimals": decimals,
        "is_whole": part is not None and part == value,
        "is_marked": is_marked,
    }


COLUMNS = {
    "declared": gettext_lazy("Declared in addition"),
    "said": gettext_lazy("No figure?"),
    "estimated": gettext_lazy("estimated figure"),
    "reason": gettext_lazy("Reason or note"),
}
"""What the open columns of a form are called on the page."""


@register.filter
def column_name(code: str) -> str:
    return str(COLUMNS.get(code, code))


@register.simple_tag
def typed_value(cell: FormCell, column: str, value: Any) -> str:
    """What stands in one open cell of a form, as people read it; “—” for nothing."""
    if column == "declared" and value is not None:
        return amount(value, cell.decimals)
    if column == "said" and value:
        return str(ClaimKind(value).label)
    if column == "estimated":
        return gettext("yes") if value else "—"
    return str(value) if value else "—"


def _known(value: int | Literal[""] | None) -> int | None:
    """A figure out of a statement; one frozen before the key was kept has none."""
    return None if value == "" else value


@register.filter
def first_and_last(window: Interval | Sequence[str]) -> str:
    """The days of a window, or of one out of a frozen statement."""
    if isinstance(window, Interval):
        return days(window)
    first, last = map(date.fromisoformat, window)
    return days(Interval.of_days(first, last))


@register.filter
def period(code: str) -> str:
    """The name of a period as it stands inside a line."""
    return said(period_name(code))


@register.filter
def days(window: Interval) -> str:
    """`25/2/2024 – 24/3/2024`, both days included."""
    first = date_format(window.start, "SHORT_DATE_FORMAT")
    return f"{first} – {date_format(window.last, 'SHORT_DATE_FORMAT')}"


@register.filter
def digest(text: str) -> str:
    """The digest in groups; nothing for a trail of which no block was sealed yet."""
    return "" if text == GENESIS else short_digest(text)


@register.filter
def iso_day(text: str) -> date:
    """A day out of a frozen statement."""
    return date.fromisoformat(text)


@register.filter
def moment(text: str) -> datetime:
    """A moment out of a kept answer, in the site's time."""
    return localtime(datetime.fromisoformat(text))


@register.filter
def item(mapping: dict[object, object], key: object) -> object:
    return mapping.get(key)


@register.simple_tag
def rows_url(measure: str, body: str, window: Interval, where: str = "") -> str:
    """Where the rows behind a figure stand; empty where no page shows them."""
    query = {
        "measure": measure,
        "at": body,
        "from": window.start.isoformat(),
        "to": window.last.isoformat(),
    }
    if where:
        query["where"] = where
    try:
        return f"{reverse('insight:rows')}?{urlencode(query)}"
    except NoReverseMatch:
        return ""


@register.filter
def beside(
    row: ConsolidationRow, cells: Sequence[FormCell]
) -> list[tuple[int | None, FormCell]]:
    """Each value of a row with the figure it is of."""
    return list(zip(row.values, cells, strict=True))
