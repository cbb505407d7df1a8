"""Activities with the names that their bodies and communes bore on their days."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.formats import number_format

from kheo.activities.models import Activity
from kheo.organisations.models import OrganisationVersion
from kheo.places.models import PlaceVersion


@dataclass(frozen=True, slots=True)
class Described:
    """An activity with the names its lead and its commune bore on its day."""

    activity: Activity
    lead: str
    commune: str


def shown_amount(amount: int, decimals: int) -> str:
    """As people of the page's language write it; trailing zeros of decimals go."""
    exact = Decimal(amount).scaleb(-decimals).normalize()
    return number_format(exact + 0, force_grouping=True)


def described(activities: Sequence[Activity]) -> list[Described]:
    """Names as they were on each day; two queries however many rows there are."""
    leads = OrganisationVersion.objects.filter(
        organisation__in={a.organisation_id for a in activities}
    )
    places = PlaceVersion.objects.filter(place__in={a.place_id for a in activities})
    lead_names = _dated(leads.values_list("organisation_id", "valid_from", "name"))
    place_names = _dated(places.values_list("place_id", "valid_from", "name"))
    return [
        Described(
            activity=activity,
            lead=_as_of(lead_names[activity.organisation_id], activity.on),
            commune=_as_of(place_names[activity.place_id], activity.on),
        )
        for activity in activities
    ]


Names = list[tuple[date, str]]


def _dated(rows: Iterable[tuple[int, date, str]]) -> dict[int, Names]:
    names: dict[int, Names] = defaultdict(list)
    for key, since, name in sorted(rows):
        names[key].append((since, name))
    return names


def _as_of(names: Names, day: date) -> str:
    held = [name for since, name in names if since <= day]
    return held[-1] if held else (names[0][1] if names else "")


def place_names(places: Iterable[int], day: date) -> dict[int, str]:
    """What each place was called that day, or last before it, or else first after."""
    rows = PlaceVersion.objects.filter(place__in=set(places))
    named = _dated(rows.values_list("place_id", "valid_from", "name"))
    return {place: _as_of(names, day) for place, names in named.items()}
