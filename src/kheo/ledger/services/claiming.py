"""What reports say of measures: figure, zero, nothing to report, not applicable."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kheo.core.errors import RuleBroken
from kheo.core.periods import Interval
from kheo.ledger import rules
from kheo.ledger.models import Claim, ClaimKind, Law, Measure
from kheo.ledger.services.locking import hold, retried


@retried
@transaction.atomic
def claim(
    source: str,
    programme: str,
    organisation_id: int,
    window: Interval,
    claims: Mapping[str, ClaimKind],
    *,
    at: datetime,
) -> int:
    """Make the live claims of `source` exactly these, by codes of measures.

    Safe to repeat: what says the same stays untouched. Returns how many claims are new.
    Raises `RuleBroken` for an unknown measure, and for a ratio, of which only the parts
    can be claimed.
    """
    measures = {m.code: m for m in Measure.objects.filter(code__in=claims)}
    for code in claims:
        if code not in measures:
            message = _("Nobody has defined the measure %(code)s.")
            raise RuleBroken(message % {"code": code}, field="measure")
        if measures[code].law == Law.RATIO:
            message = _("%(code)s is a ratio: a report speaks of its parts.")
            raise RuleBroken(message % {"code": code}, field="measure")
    wanted: set[tuple[object, ...]] = {
        (organisation_id, programme, measures[code].pk, window.start, window.end, kind)
        for code, kind in claims.items()
    }
    return _replace(source, window, wanted, at)


def withdraw_claims(source: str, *, at: datetime) -> None:
    """Take back every claim of a source: it is missing again, at once and above."""
    Claim.objects.filter(source=source, closed_at=None).update(closed_at=at)


def _replace(
    source: str,
    window: Interval,
    wanted: set[tuple[object, ...]],
    at: datetime,
) -> int:
    hold([f"claims:{source}"])
    live = Claim.objects.filter(source=source, closed_at=None)
    columns = (
        *("organisation_id", "programme", "measure_id"),
        *("window_from", "window_to", "kind"),
    )
    known = {row[1:]: row[0] for row in live.values_list("pk", *columns)}
    gone = [pk for row, pk in known.items() if row not in wanted]
    Claim.objects.filter(pk__in=gone).update(closed_at=at)
    fresh = sorted(wanted - known.keys(), key=repr)
    Claim.objects.bulk_create(
        Claim(
            **dict(zip(columns, row, strict=True)),
            holds_until=rules.holds_until(window),
            source=source,
            posted_at=at,
        )
        for row in fresh
    )
    return len(fresh)
