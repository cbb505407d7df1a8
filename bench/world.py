"""An invented province for measuring the ledger: bodies, places, measures, entries.

Imported by the scripts beside it; Django must be set up before.
"""

import random
from datetime import UTC, date, datetime, timedelta

from django.db import connection, transaction

from kheo.core.lineage import DatedTree, Placement
from kheo.core.periods import Interval
from kheo.ledger import queries, rules
from kheo.ledger.models import Measure
from kheo.ledger.services import Posting, define_measure
from kheo.organisations import models as organisations
from kheo.places import models as places

COMMITTEES, CELLS, DISTRICTS, COMMUNES = 40, 2_460, 7, 137
START, YEARS = date(2021, 1, 1), 5
YEAR = Interval(date(2024, 1, 1), date(2025, 1, 1))
MONTH = Interval(date(2024, 2, 25), date(2024, 3, 25))
FLOWS = [f"flow_{n}" for n in range(9)]
STOCKS, DISTINCT = ["models", "in_charge"], ["households", "hamlets"]
FIELDS = ["economy", "culture", "security", "party"]
NOON = datetime(2026, 1, 5, 5, tzinfo=UTC)
TREE = "party"
BATCH = 5000
DICE = random.Random(20240330)


def bodies() -> tuple[list[int], list[int], list[int]]:
    """A board, its committees and their cells; returns their ids."""
    count = 1 + COMMITTEES + CELLS
    organisations.Organisation.objects.bulk_create(
        organisations.Organisation(code=f"b{n:04d}") for n in range(count)
    )
    ids = list(
        organisations.Organisation.objects.order_by("code").values_list("pk", flat=True)
    )
    top, committees, cells = ids[:1], ids[1 : COMMITTEES + 1], ids[COMMITTEES + 1 :]
    parents = dict.fromkeys(committees, top[0])
    parents |= {cell: committees[n % COMMITTEES] for n, cell in enumerate(cells)}
    tree = organisations.Tree.objects.create(code=TREE, name="Party")
    organisations.Placement.objects.bulk_create(
        organisations.Placement(
            tree=tree, organisation_id=pk, valid_from=START, parent_id=parents.get(pk)
        )
        for pk in ids
    )
    organisations.Reach.objects.bulk_create(
        organisations.Reach(
            tree=tree,
            superior_id=row.superior,
            inferior_id=row.inferior,
            valid_from=row.start,
            valid_to=row.end,
            depth=row.depth,
        )
        for row in DatedTree(
            Placement(pk, START, parents.get(pk)) for pk in ids
        ).closure()
    )
    return top, committees, cells


def communes() -> list[int]:
    count = 1 + DISTRICTS + COMMUNES
    places.Place.objects.bulk_create(places.Place(code=f"p{n}") for n in range(count))
    ids = list(places.Place.objects.order_by("pk").values_list("pk", flat=True))
    parents = dict.fromkeys(ids[1 : DISTRICTS + 1], ids[0])
    last = ids[DISTRICTS + 1 :]
    parents |= {pk: ids[1 + n % DISTRICTS] for n, pk in enumerate(last)}
    places.PlaceVersion.objects.bulk_create(
        places.PlaceVersion(
            place_id=pk,
            valid_from=START,
            parent_id=parents.get(pk),
            name=str(pk),
            kind="xa",
            folded=str(pk),
            sort_name=str(pk),
        )
        for pk in ids
    )
    tree = DatedTree(Placement(pk, START, parents.get(pk)) for pk in ids)
    places.PlaceReach.objects.bulk_create(
        places.PlaceReach(
            superior_id=row.superior,
            inferior_id=row.inferior,
            valid_from=row.start,
            valid_to=row.end,
            depth=row.depth,
        )
        for row in tree.closure()
    )
    return last


def measures() -> dict[str, Measure]:
    laws = dict.fromkeys(FLOWS, "flow") | dict.fromkeys(STOCKS, "stock")
    laws |= dict.fromkeys(DISTINCT, "distinct")
    words = {"name_vi": "x", "name_en": "x", "unit_vi": "x", "unit_en": "x"}
    for code, law in laws.items():
        define_measure(code, law, **words)
    define_measure(
        "rate", "ratio", decimals=1, numerator=FLOWS[0], denominator=FLOWS[1], **words
    )
    codes = [*laws, "rate"]
    return dict(zip(codes, queries.measures_of(codes), strict=True))


def lines(
    number: int, cells: list[int], where: list[int], subjects: int
) -> list[Posting]:
    """Three lines of one activity: a flow each way, and a stock or a subject."""
    on = START + timedelta(days=DICE.randrange(365 * YEARS))
    joint = DICE.choice([1, 1, 1, 2, 3])
    partners = tuple(sorted(DICE.sample(cells, joint)))
    place = DICE.choice(where)
    field = {"field": DICE.choice(FIELDS)}

    def one(line: str, measure: str, amount: int, **others) -> Posting:
        return Posting(line, measure, on, amount, partners, place_id=place, **others)

    flows = DICE.sample(FLOWS, 2)
    found = [one(m, m, DICE.randrange(1, 500), dimensions=field) for m in flows]
    if number % 4 == 0:
        until = on + timedelta(days=DICE.randrange(30, 700))
        found.append(one("s", DICE.choice(STOCKS), 1, until=until))
    else:
        subject = f"s{DICE.randrange(subjects)}"
        found.append(one("d", DICE.choice(DISTINCT), 1, subject=subject))
    return found


ENTRY = (
    *("id", "key", "programme", "measure_id", '"on"', "until", "amount", "dimensions"),
    *("place_id", "subject", "standing", "source", "line", "revision", "posted_at"),
)
CREDIT = ("entry_id", "organisation_id")


def load(
    activities: int, known: dict[str, Measure], cells: list[int], where: list[int]
) -> int:
    """Write entries and credits as plain rows, a few thousand activities at a time."""
    moment = connection.ops.adapt_datetimefield_value(NOON)
    entries: list[tuple] = []
    takers: list[tuple] = []
    count = 0
    with transaction.atomic():
        for number in range(activities):
            source = f"activity:{number}"
            for line in lines(number, cells, where, activities // 3 + 1):
                count += 1
                key = rules.key_of(source, line.line, 1)
                entries.append(
                    (
                        *(count, key, "s0", known[line.measure].pk, line.on),
                        *(line.until, line.amount, rules.canonical(line.dimensions)),
                        *(line.place_id, line.subject, line.standing),
                        *(source, line.line, 1, moment),
                    )
                )
                takers.extend((count, body) for body in line.credits)
            if len(entries) >= BATCH or number == activities - 1:
                copy("ledger_entry", ENTRY, entries)
                copy("ledger_credit", CREDIT, takers)
                entries.clear()
                takers.clear()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT setval('ledger_entry_id_seq', %s)", [count])
    return count


def copy(table: str, columns: tuple[str, ...], rows: list[tuple]) -> None:
    names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as stream:
                for row in rows:
                    stream.write_row(row)
        else:
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)


def joint_activity(number: int, cells: list[int], where: list[int]) -> list[Posting]:
    """Six lines of three units at one place: five flows and a household."""
    dice = random.Random(number)
    on = YEAR.start + timedelta(days=dice.randrange(365))
    partners = tuple(sorted(dice.sample(cells, 3)))
    place, field = dice.choice(where), {"field": "party"}
    wanted = [
        Posting(m, m, on, 7, partners, place_id=place, dimensions=field)
        for m in FLOWS[:5]
    ]
    subject = f"s{dice.randrange(1000)}"
    home = Posting("d", DISTINCT[0], on, 1, partners, place_id=place, subject=subject)
    return [*wanted, home]
