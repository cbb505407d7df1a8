"""One small line to live in: a province, two committees, units, two communes, S0."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import resources
from uuid import uuid4

from kheo.accounts.models import User
from kheo.activities import services as activities
from kheo.activities.rules import Done
from kheo.activities.services import Where
from kheo.assignments.services import put_in_charge
from kheo.core.access import BELOW_ONLY, ROLE_CAPABILITIES, SYSTEM, Actor
from kheo.organisations.models import Organisation
from kheo.organisations.queries import scope_of
from kheo.organisations.services import apply_plan, define_tree, parse_plan
from kheo.places.models import Place
from kheo.places.rules import Found, PlaceKind
from kheo.places.services import add_hamlet
from kheo.places.services import apply_plan as apply_place_plan
from kheo.programmes.pack import load_pack
from kheo.programmes.services import load
from tests.remembered import remembered

SATURDAY = date(2024, 3, 30)
NOON = datetime(2024, 3, 31, 5, 0, tzinfo=UTC)
PLACES = [
    Found("vn-08", "Tuyên Quang", PlaceKind.TINH, None, "08"),
    Found("vn-075", "Yên Sơn", PlaceKind.HUYEN, "vn-08", "075"),
    Found("vn-1", "Hùng Lợi", PlaceKind.XA, "vn-075", "00001"),
    Found("vn-2", "Trung Minh", PlaceKind.XA, "vn-075", "00002"),
]
LINE = """\
code: line
title: Bodies
on: 2020-01-01
basis: test
steps:
  - {do: create, body: tu, name: Tỉnh ủy, kind: provincial_committee, tier: province, symbol: TU, place: vn-08, below: {party: null}}
  - {do: create, body: ban, name: Ban Dân vận, kind: board, tier: province, symbol: BDVTU, place: vn-08, below: tu}
  - {do: create, body: khoi, name: Đảng ủy Khối, kind: direct_committee, tier: province, place: vn-08, below: tu}
  - {do: create, body: cell-a, name: Chi bộ A, kind: cell, tier: province, headcount: 20, below: khoi}
  - {do: create, body: cell-b, name: Chi bộ B, kind: cell, tier: province, headcount: 12, below: khoi}
  - {do: create, body: huyen, name: Huyện ủy, kind: district_committee, tier: district, place: vn-075, below: tu}
  - {do: create, body: cell-h, name: Chi bộ H, kind: cell, tier: district, headcount: 9, below: huyen}
  - {do: create, body: xa-1, name: Đảng ủy xã Hùng Lợi, kind: commune_committee, tier: commune, place: vn-1, below: huyen}
  - {do: create, body: xa-2, name: Đảng ủy xã Trung Minh, kind: commune_committee, tier: commune, place: vn-2, below: huyen}
"""


@dataclass(frozen=True, slots=True)
class Village:
    bodies: dict[str, Organisation]
    places: dict[str, Place]

    def __getitem__(self, code):
        return self.bodies[code]


@remembered
def make_village():
    apply_place_plan(PLACES, on=date(2020, 1, 1), basis="", actor=SYSTEM, at=NOON)
    define_tree("party", "Party", actor=SYSTEM, at=NOON)
    define_tree("front", "Front", actor=SYSTEM, at=NOON)
    apply_plan(parse_plan(LINE), actor=SYSTEM, at=NOON)
    bodies = {body.code: body for body in Organisation.objects.all()}
    pack = resources.files("kheo.programmes") / "packs" / "s0.yaml"
    load(
        load_pack(pack.read_text("utf-8"), "s0.yaml"),
        actor=SYSTEM,
        at=NOON,
        home=bodies["tu"],
    )
    places = {place.code: place for place in Place.objects.all()}
    village = Village(bodies, places)
    for unit in ("cell-a", "cell-b"):
        charge(village, unit, "vn-1")
    return village


def charge(village, unit, place, *, since=date(2021, 10, 1)):
    return put_in_charge(
        village[unit],
        village.places[place],
        programme="s0",
        valid_from=since,
        actor=SYSTEM,
        at=NOON,
    )


def make_user(username="an", **said):
    defaults = {"name": username, "created_at": NOON}
    return User.objects.create(username=username, **(defaults | said))


def make_actor(role, *bodies, user=None, day=SATURDAY):
    """A person with one role at the bodies and below them."""
    scope = scope_of({body.pk for body in bodies}, day=day)
    capabilities = ROLE_CAPABILITIES[role]

    def held(bodies):
        return {
            c: bodies - scope.roots if c in BELOW_ONLY else bodies for c in capabilities
        }

    return Actor(
        user_id=user.pk if user else None,
        name="Cán bộ",
        roots=dict.fromkeys(capabilities, scope.roots),
        writable=held(scope.writable),
        readable=held(scope.readable),
    )


def plan(village, lead="cell-a", *, partners=(), on=SATURDAY, actor=SYSTEM, **said):
    values = {
        "client_id": uuid4(),
        "programme": "s0",
        "organisation": village[lead],
        "partners": [village[code] for code in partners],
        "where": Where(village.places["vn-1"]),
        "on": on,
        "title": "Đổ bê tông đường thôn",
        "actor": actor,
        "at": NOON,
    }
    return activities.plan_activity(**(values | said))


def log(activity, *done, actor=SYSTEM, at=NOON):
    return activities.log_activity(activity, done=done, actor=actor, at=at)


def roads(metres):
    return Done("roads", metres, dimensions="road-work=new")


def cadres(village, code, turns, *, tier="province"):
    return Done("cadre_turns", turns, village[code].pk, f"tier={tier}")


def hamlet(village, name="3", *, commune="vn-1"):
    return add_hamlet(
        village.places[commune],
        name=name,
        on=date(2020, 1, 1),
        actor=SYSTEM,
        at=NOON,
    )
