"""The profile of a commune, as decisions state it."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kheo.audit.services import record
from kheo.core.access import Actor
from kheo.core.errors import RuleBroken
from kheo.places.models import CommuneProfile, Place
from kheo.places.queries import version_on
from kheo.places.rules import NEW_RURAL_CRITERIA, NewRuralStatus, PlaceKind, Tier
from kheo.places.services.changes import require_keeper


@transaction.atomic
def set_profile(
    commune: Place,
    *,
    on: date,
    actor: Actor,
    at: datetime,
    is_extremely_difficult: bool | None = None,
    new_rural_status: NewRuralStatus = NewRuralStatus.UNKNOWN,
    unmet_criteria: Collection[int] = (),
    basis: str = "",
) -> CommuneProfile:
    """State what holds for a commune from a day on; the same day again corrects it.

    `None` means that nobody has said. Raises `RuleBroken` for a place that is no
    commune that day, and for numbers outside the nineteen criteria.
    """
    require_keeper(actor)
    version = version_on(commune, on)
    if version is None or PlaceKind(version.kind).tier is not Tier.COMMUNE:
        raise RuleBroken(_("Only a commune that exists on that day has a profile."))
    unknown = sorted(set(unmet_criteria) - set(NEW_RURAL_CRITERIA))
    if unknown:
        message = _("There is no criterion %(numbers)s; they run from 1 to 19.")
        numbers = ", ".join(map(str, unknown))
        raise RuleBroken(message % {"numbers": numbers}, field="unmet_criteria")
    values = {
        "is_extremely_difficult": is_extremely_difficult,
        "new_rural_status": new_rural_status.value,
        "unmet_criteria": sorted(set(unmet_criteria)),
        "basis": basis,
    }
    profile, _is_new = CommuneProfile.objects.update_or_create(
        place=commune, valid_from=on, defaults=values
    )
    data = {"on": on.isoformat(), **values}
    record(commune, "place.profile", actor=actor, at=at, data=data)
    return profile
