"""A varied small province, counted by all four laws and reorganised in every way."""

from datetime import UTC, date, datetime

from kheo.core.access import Actor, Capability
from kheo.core.periods import Interval
from kheo.ledger.models import ClaimKind
from kheo.ledger.services import Posting, claim, define_measure, post
from kheo.organisations.models import Organisation
from kheo.organisations.queries import scope_of
from tests.organisations.make import make_body, reorganise
from tests.places.make import make_country
from tests.remembered import remembered

NOON = datetime(2026, 1, 5, 5, tzinfo=UTC)
P = "p"
TODAY = date(2026, 1, 5)


def make_measures():
    for code, law, others in (
        ("roads", "flow", {}),
        ("money", "flow", {"decimals": 2}),
        ("met", "flow", {}),
        ("due", "flow", {}),
        ("rate", "ratio", {"decimals": 1, "numerator": "met", "denominator": "due"}),
        ("dear", "ratio", {"decimals": 2, "numerator": "money", "denominator": "due"}),
        ("running", "stock", {}),
        ("helped", "distinct", {}),
    ):
        define_measure(
            code,
            law,
            name_vi=f"{code} (vi)",
            name_en=code,
            unit_vi="đơn vị",
            unit_en="units",
            **others,
        )


def make_province():
    """Committees A, B, D with cells; the board beside them."""
    province = make_body("tu", kind="provincial_committee", name="Tỉnh ủy")
    make_body("ban", province, kind="board", name="=Ban Dân vận")
    for above, below in (("a", "a1 a2 c"), ("b", "b1 b2"), ("d", "d1 d2")):
        committee = make_body(above, province, kind="direct_committee", name=above)
        for code in below.split():
            make_body(code, committee, kind="cell", name=f"Chi bộ {code}")
    return bodies()


def bodies():
    return {body.code: body for body in Organisation.objects.all()}


def day(text):
    return date.fromisoformat(text)


def days(first, last):
    return Interval.of_days(day(first), day(last))


def post_one(source, measure, on, amount, *codes, line="1", programme=P, **others):
    known = bodies()
    if isinstance(others.get("until"), str):
        others["until"] = day(others["until"])
    posting = Posting(
        line=line,
        measure=measure,
        on=day(on),
        amount=amount,
        credits=tuple(known[code].pk for code in codes),
        **others,
    )
    post(source, programme, [posting], at=NOON)


def say(source, code, window, programme=P, **kinds):
    body = Organisation.objects.get(code=code)
    told = {measure: ClaimKind(kind) for measure, kind in kinds.items()}
    claim(source, programme, body.pk, window, told, at=NOON)


def make_actor(*codes, day=TODAY, capabilities=(Capability.VIEW_REPORTS,), below=True):
    """Someone who may see the figures at and below these bodies."""
    ids = Organisation.objects.filter(code__in=codes).values_list("pk", flat=True)
    scope = scope_of(set(ids), day=day, below=below)
    return Actor(
        user_id=None,
        name="Cán bộ",
        roots=dict.fromkeys(capabilities, scope.roots if below else frozenset()),
        writable=dict.fromkeys(capabilities, scope.writable),
        readable=dict.fromkeys(capabilities, scope.readable),
    )


REFORM = """
- {do: move, bodies: [c], below: b}
"""
LATER = """
- {do: create, body: m, name: Chi bộ m, kind: cell, tier: province, below: a}
- {do: merge, bodies: [a1, b1], into: m}
- {do: create, body: x, name: X, kind: direct_committee, tier: province, below: tu}
- {do: create, body: y, name: Y, kind: direct_committee, tier: province, below: tu}
- {do: move, bodies: [d1, d2], below: x}
- {do: split, body: d, into: [{body: x, share: 1/3}, {body: y, share: 2/3}]}
- {do: create, body: e1, name: E1, kind: cell, tier: province, below: b}
- {do: create, body: e2, name: E2, kind: cell, tier: province, below: y}
- {do: split, body: b2, into: [{body: e1}, {body: e2}]}
- {do: end, bodies: [a2]}
"""


@remembered
def make_history():
    """Moves, a merger, splits with and without shares, an end; facts all along."""
    make_measures()
    make_province()
    places = make_country()
    reorganise(REFORM, code="move", on="2024-03-15")
    reorganise(LATER, code="later", on="2025-07-01")
    commune, other = places["vn-1"].pk, places["vn-3"].pk
    flows = (
        ("2024-03-10", 7, "c"),
        ("2024-03-20", 20, "c"),
        ("2024-03-30", 430, "a1", "b1"),
        ("2024-05-04", 55, "a1"),
        ("2024-06-01", 11, "b2"),
        ("2024-06-02", 100, "d"),
        ("2024-06-03", -10, "d"),
        ("2024-08-04", 9, "a2"),
        ("2025-07-05", 40, "m", "e2"),
        ("2025-08-02", 13, "e1"),
        ("2025-09-06", 3, "x", "y"),
        ("2025-10-04", 17, "tu"),
    )
    for number, (on, amount, *credited) in enumerate(flows):
        place = commune if number % 2 else other
        size = {"size": "big"} if number % 3 else {}
        post_one(
            f"activity:{number}",
            "roads",
            on,
            amount,
            *credited,
            place_id=place if number else None,
            dimensions=size,
        )
        post_one(f"cost:{number}", "money", on, amount * 101, *credited)
        post_one(f"met:{number}", "met", on, number % 2, credited[0])
        post_one(f"due:{number}", "due", on, 1, credited[0])
    # Replaced in day, amount and partners; withdrawn; only said.
    post_one("activity:3", "roads", "2024-05-11", 60, "a1", "d2", place_id=other)
    post("activity:7", P, [], at=NOON)
    post_one("stock:1", "running", "2023-05-01", 12, "d")
    post_one("stock:2", "running", "2024-03-10", 3, "a1", until="2024-04-20")
    post_one("stock:3", "running", "2024-05-24", 5, "b2", until="2024-07-25")
    post_one("stock:4", "running", "2024-02-01", 2, "c", "a2", place_id=commune)
    for number, (on, subject, *credited) in enumerate(
        (
            ("2024-01-10", "h1", "a1"),
            ("2024-02-10", "h1", "b1"),
            ("2024-06-10", "h2", "d"),
            ("2024-06-11", "h3", "b2"),
            ("2024-07-11", "h3", "c"),
            ("2025-08-11", "h1", "m"),
        )
    ):
        post_one(
            f"seen:{number}",
            "helped",
            on,
            1,
            *credited,
            subject=subject,
            place_id=commune,
        )
    post_one("told:1", "helped", "2024-01-01", 6, "a1", until="2025-01-01")
    march, april = days("2024-02-25", "2024-03-24"), days("2024-03-25", "2024-04-24")
    say("report:1", "a2", march, roads="zero", running="nil", met="figure")
    say("report:2", "d2", march, roads="not_applicable", due="zero", running="zero")
    say("report:3", "d2", april, roads="zero", helped="nil")
    say("report:4", "b2", days("2025-06-25", "2025-07-24"), roads="zero")
    return places
