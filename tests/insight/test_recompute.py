"""The independent script and `kheo total` agree on everything that can be asked."""

import importlib.util
import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command

from kheo.insight.queries.exports import EXPORTS
from kheo.ledger.models import Measure
from kheo.ledger.queries import PLACES, RECORDED, totals
from kheo.ledger.services import rebearing
from kheo.organisations.models import Organisation
from kheo.places.models import Place
from kheo.places.rules import Amend, End, Found, PlaceKind, Transfer, TransferKind
from tests.insight.make import days, make_history
from tests.places.make import change

pytestmark = pytest.mark.django_db
SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "recompute.py"
TIMES = [
    days("2024-02-25", "2024-03-24"),
    days("2024-01-01", "2024-12-31"),
    days("2024-03-20", "2025-12-31"),
    days("2025-07-01", "2025-07-31"),
]
STRUCTURES = [RECORDED, date(2024, 1, 1), date(2025, 6, 30), date(2026, 1, 1)]


@pytest.fixture(scope="module")
def recompute():
    spec = importlib.util.spec_from_file_location("recompute", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def export_all(folder):
    for table in EXPORTS:
        call_command(
            "export", table, "--out", str(folder / f"{table}.csv"), stdout=io.StringIO()
        )


def compared(recompute, files, tree, nodes):
    """Every measure at every node, as asked of the ledger and as recomputed."""
    measures = list(Measure.objects.select_related("numerator", "denominator"))
    ids = [node.pk for node in nodes]
    for interval in TIMES:
        for structure in STRUCTURES:
            ours = totals(measures, ids, interval, tree=tree, structure=structure)
            as_of = "" if structure is RECORDED else str(structure)
            first, last = str(interval.start), str(interval.last)
            for measure in measures:
                for node in nodes:
                    ask = recompute.Ask(node.code, first, last, tree, as_of)
                    theirs = recompute.total(files, measure.code, ask)
                    said = None if theirs is None else f"{theirs:f}"
                    key = (measure.code, node.code, first, last, as_of)
                    yield key, ours[measure.code, node.pk].text, said


def test_the_script_stays_short():
    assert len(SCRIPT.read_text("utf-8").splitlines()) <= 120


def test_every_total_of_bodies_is_recomputed_from_the_files(recompute, tmp_path):
    make_history()
    export_all(tmp_path)
    files = recompute.read(tmp_path)
    nodes = list(Organisation.objects.order_by("code"))

    answers = list(compared(recompute, files, "party", nodes))
    assert [answer for answer in answers if answer[1] != answer[2]] == []
    assert len({ours for _, ours, _ in answers}) > 60
    ask = recompute.Ask("tu", "2024-01-01", "2024-12-31")
    assert recompute.total(files, "roads", ask) == 7 + 20 + 430 + 60 + 11 + 100 - 10


def test_every_total_of_places_is_recomputed_from_the_files(recompute, tmp_path):
    make_history()
    with rebearing(are_places=True):
        change(
            Amend("vn-3", parent="vn-08"),
            Amend("vn-4", parent="vn-08"),
            Found("vn25-1", "Hùng Lợi", PlaceKind.XA, "vn-08", "00001"),
            *(End(code) for code in ("vn-1", "vn-2", "vn-075", "vn-076")),
            Transfer("vn-1", "vn25-1", TransferKind.MERGE),
            Transfer("vn-2", "vn25-1", TransferKind.MERGE),
        )
    export_all(tmp_path)
    files = recompute.read(tmp_path)
    nodes = list(Place.objects.order_by("code"))

    answers = list(compared(recompute, files, PLACES, nodes))
    assert [answer for answer in answers if answer[1] != answer[2]] == []
    assert len({ours for _, ours, _ in answers}) > 10


def test_the_command_says_what_the_script_says(recompute, tmp_path):
    make_history()
    export_all(tmp_path)
    files = recompute.read(tmp_path)

    for measure in Measure.objects.values_list("code", flat=True):
        for at in ("tu", "a", "b", "x"):
            asked = ("--from", "2025-01-01", "--to", "2025-12-31")
            out = io.StringIO()
            call_command("total", measure, "--at", at, *asked, "--json", stdout=out)
            said = json.loads(out.getvalue())["value"]
            ask = recompute.Ask(at, "2025-01-01", "2025-12-31")
            theirs = recompute.total(files, measure, ask)
            assert (said and Decimal(said)) == theirs
