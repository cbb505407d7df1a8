"""Which sample unit is in charge of which commune, before and since July 2025."""

from datetime import date, datetime

from kheo.activities.services import issue_codes
from kheo.assignments import services
from kheo.assignments.models import CommuneAssignment
from kheo.core.access import SYSTEM, Role
from kheo.core.periods import OPEN_END
from kheo.organisations.models import Organisation
from kheo.organisations.queries import versions_on
from kheo.places.models import Place
from kheo.sample.calendar import moment
from kheo.sample.cast import Cast
from kheo.sample.stories import Lists


def put_in_charge(
    lists: Lists,
    programme: str,
    *,
    since: date,
    until: date = OPEN_END,
    basis: str,
    at: datetime,
) -> None:
    """Take over a list as an office would enter it."""
    bodies = {body.code: body for body in Organisation.objects.filter(code__in=lists)}
    for code, places in lists.items():
        for place in Place.objects.filter(code__in=places).order_by("pk"):
            services.put_in_charge(
                bodies[code],
                place,
                programme=programme,
                valid_from=since,
                valid_to=until,
                basis=basis,
                actor=SYSTEM,
                at=at,
            )


def end_charges(programme: str, *, on: date, at: datetime) -> None:
    """End every open charge of a programme on a day."""
    rows = CommuneAssignment.objects.filter(programme=programme, valid_to__gt=on)
    for row in rows.select_related("organisation", "place").order_by("pk"):
        services.end_charge(row, valid_to=on, actor=SYSTEM, at=at)


def give_codes(programme: str, *, each: int, on: date, cast: Cast) -> None:
    """Each commune with a unit in charge has codes for its households."""
    charges = CommuneAssignment.objects.filter(
        programme=programme, valid_from__lte=on, valid_to__gt=on
    )
    places = Place.objects.filter(pk__in=charges.values("place")).order_by("pk")
    for place in places:
        hosts = Organisation.objects.filter(versions__place=place).distinct()
        present = versions_on(hosts.values_list("pk", flat=True), on)
        for host in hosts.filter(pk__in=present).order_by("pk")[:1]:
            issue_codes(
                host,
                programme=programme,
                place=place,
                count=each,
                actor=cast.play(host, Role.HOST),
                at=moment(on, 8),
            )
