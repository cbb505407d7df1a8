"""What a clerk says of a figure, and what its cell can hold; nothing is asked here."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from kheo.activities.queries.names import shown_amount
from kheo.core.errors import RuleBroken
from kheo.ledger.models import ClaimKind
from kheo.reporting.queries.obligations import FormCell


@dataclass(frozen=True, slots=True)
class Typed:
    """What the clerk says of one cell: an addition, or a word where there is none."""

    declared: int | None = None
    said: ClaimKind | None = None
    reason: str = ""
    is_estimated: bool = False

    @property
    def is_empty(self) -> bool:
        return self == Typed()


def check_cell(cell: FormCell | None, typed: Typed) -> None:
    """Raise `RuleBroken` where a cell cannot hold what was typed."""
    for fault in faults_of(cell, typed):
        raise fault


def faults_of(cell: FormCell | None, typed: Typed) -> Iterator[RuleBroken]:
    """Everything for which a cell cannot hold what was typed, each with its field."""
    if cell is None:
        yield RuleBroken(_("The form has no such figure."))
        return
    declared = f"declared-{cell.key}"
    if not typed.is_empty and not cell.is_typed:
        message = _("This figure is computed, it is not declared.")
        yield RuleBroken(message, field=declared)
    if typed.declared is not None and typed.said is not None:
        message = _("Give a figure or a word, not both.")
        yield RuleBroken(message, field=declared)
    if typed.is_estimated and typed.declared is None:
        message = _(
            "Only a figure that you declare can be estimated: give the figure for the "
            "days still to come."
        )
        yield RuleBroken(message, field=f"estimated-{cell.key}")
    if (typed.declared or 0) < 0 and not typed.reason.strip():
        message = _("Say why the figure is corrected downwards.")
        yield RuleBroken(message, field=f"reason-{cell.key}")
    if _is_unusual(cell, typed) and not typed.reason.strip():
        message = _(
            "More than %(most)s in this period is unusual: check the number and its "
            "unit. If it is right, say here why."
        )
        said_most = shown_amount(cell.most or 0, cell.decimals)
        yield RuleBroken(message % {"most": said_most}, field=f"reason-{cell.key}")


def _is_unusual(cell: FormCell, typed: Typed) -> bool:
    """Whether the window plausibly holds less: right all the same, with a reason."""
    return cell.most is not None and (typed.declared or 0) > cell.most
