"""What may be counted."""

from django.db import transaction
from django.utils.translation import gettext as _

from kheo.core.errors import Conflict, RuleBroken
from kheo.ledger.models import Law, Measure

FIXED = ("law", "unit_vi", "decimals", "numerator_id", "denominator_id")
MOST_DECIMALS = 6


@transaction.atomic
def define_measure(
    code: str,
    law: str,
    *,
    name_vi: str,
    name_en: str,
    unit_vi: str,
    unit_en: str,
    decimals: int = 0,
    numerator: str | None = None,
    denominator: str | None = None,
) -> Measure:
    """Define a measure once, or bring its names up to date.

    The law, the unit, the decimals and the parts of a ratio never change: entries rest
    on them. Raises `Conflict` for such a change, `RuleBroken` for an unknown law and
    for a ratio whose parts are missing or follow different laws.
    """
    if law not in Law.values:
        raise RuleBroken(
            _("“%(law)s” is not a law of totals.") % {"law": law}, field="law"
        )
    if not 0 <= decimals <= MOST_DECIMALS:
        raise RuleBroken(_("A measure has 0 to 6 decimals."), field="decimals")
    parts = _parts(law, numerator, denominator)
    wanted = Measure(
        code=code,
        law=law,
        name_vi=name_vi,
        name_en=name_en,
        unit_vi=unit_vi,
        unit_en=unit_en,
        decimals=decimals,
        numerator=parts[0],
        denominator=parts[1],
    )
    known = Measure.objects.filter(code=code).first()
    if known is None:
        wanted.full_clean(exclude=["numerator", "denominator"])
        wanted.save(force_insert=True)
        return wanted
    for name in FIXED:
        if getattr(known, name) != getattr(wanted, name):
            message = _(
                "The measure %(code)s is in use: its law, unit, decimals and parts"
                " cannot change."
            )
            raise Conflict(message % {"code": code}, field=name)
    known.name_vi, known.name_en, known.unit_en = name_vi, name_en, unit_en
    known.save(update_fields=["name_vi", "name_en", "unit_en"])
    return known


def _parts(
    law: str, numerator: str | None, denominator: str | None
) -> tuple[Measure | None, Measure | None]:
    if law != Law.RATIO:
        if numerator or denominator:
            raise RuleBroken(_("Only a ratio has a numerator and a denominator."))
        return None, None
    found = {
        m.code: m for m in Measure.objects.filter(code__in=[numerator, denominator])
    }
    top, bottom = found.get(numerator or ""), found.get(denominator or "")
    if top is None or bottom is None:
        raise RuleBroken(_("Both parts of a ratio must be defined before it."))
    if top.law != bottom.law or top.law == Law.RATIO:
        message = _("The parts of a ratio follow one common law, and are not ratios.")
        raise RuleBroken(message)
    return top, bottom
