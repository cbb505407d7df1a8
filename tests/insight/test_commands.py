"""`kheo total` and `kheo export`: their answers, their refusals, their exit codes."""

import csv
import io
import json
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from kheo.ledger.services import post
from kheo.places.models import Place
from tests.insight.make import NOON, P, make_history, make_measures, make_province
from tests.insight.make import post_one as post_fact

pytestmark = pytest.mark.django_db
MARCH = ("--from", "2024-03-01", "--to", "2024-03-31")
YEAR = ("--from", "2024-01-01", "--to", "2024-12-31")


def ask(measure, at, *words):
    out = io.StringIO()
    call_command("total", measure, "--at", at, *words, "--json", stdout=out)
    return json.loads(out.getvalue())


def refused(*words):
    with pytest.raises(CommandError) as caught:
        call_command("total", *words)
    return caught.value


def exported(table, folder):
    path = folder / f"{table}.csv"
    call_command("export", table, "--out", str(path), stdout=io.StringIO())
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_the_answer_has_exactly_the_promised_shape():
    make_history()

    found = ask("roads", "tu", *MARCH, "--by", "child")
    rows = found.pop("rows")

    assert found == {
        "measure": "roads",
        "law": "flow",
        "unit": "đơn vị",
        "at": "tu",
        "tree": "party",
        "programme": None,
        "from": "2024-03-01",
        "to": "2024-03-31",
        "structure": "recorded",
        "value": "457",
        "expected": 1,
        "reported": 1,
    }
    assert {(row["key"], row["value"]) for row in rows} == {
        ("a", "437"),
        ("b", "450"),
        ("ban", None),
        ("d", None),
        ("=own", "0"),
        ("=shared", "-430"),
        ("=unallocated", "0"),
    }
    assert {"key": "ban", "label": "=Ban Dân vận", "value": None} in rows
    assert all(set(row) == {"key", "label", "value"} for row in rows)


@pytest.mark.parametrize(("measure", "at"), [("roads", "tu"), ("running", "tu")])
def test_the_rows_by_child_add_up_to_the_value(measure, at):
    make_history()

    for words in (YEAR, (*YEAR, "--structure", "2026-01-01")):
        found = ask(measure, at, *words, "--by", "child")
        assert sum(int(row["value"] or 0) for row in found["rows"]) == int(
            found["value"]
        )


def test_values_carry_the_decimals_of_the_measure_and_ratios_round_half_up():
    make_history()

    assert ask("money", "c", *YEAR)["value"] == "27.27"
    assert ask("rate", "c", *YEAR)["value"] == "50.0"
    assert ask("rate", "tu", *YEAR, "--by", "child")["rows"][-2:] == [
        {"key": "=numerator", "label": "met (vi)", "value": "4"},
        {"key": "=denominator", "label": "due (vi)", "value": "8"},
    ]
    assert ask("helped", "ban", *YEAR)["value"] is None


def test_a_joint_day_is_seen_in_months_and_in_dimensions():
    make_history()

    months = ask("roads", "a", *YEAR, "--by", "month")["rows"]
    assert [row["key"] for row in months] == [f"2024-{m:02d}" for m in range(1, 13)]
    assert {r["key"]: r["value"] for r in months if r["value"]} == {
        "2024-03": "437",
        "2024-05": "60",
    }
    sizes = ask("roads", "tu", *YEAR, "--by", "breakdown:size")["rows"]
    assert {row["key"] for row in sizes} == {"big", "=none"}


def test_places_are_asked_by_our_own_code():
    make_history()

    found = ask("roads", "place:vn-1", *YEAR)

    assert (found["at"], found["tree"]) == ("place:vn-1", "places")
    assert int(found["value"]) > 0


def test_a_body_that_had_ended_names_its_successors_and_exits_with_1():
    make_history()

    error = refused("roads", "--at", "d", "--from", "2025-08-01", "--to", "2025-08-31")

    assert error.returncode == 1
    assert "30/06/2025" in str(error)
    assert "x (X)" in str(error)
    assert "y (Y)" in str(error)
    assert ask("roads", "d", "--from", "2025-06-01", "--to", "2025-07-31")


def test_a_structure_in_which_a_body_is_not_there_is_refused():
    make_history()

    error = refused("roads", "--at", "x", *YEAR, "--structure", "2024-06-01")
    assert error.returncode == 1
    assert ask("roads", "x", *YEAR, "--structure", "2026-01-01")["value"] is not None


@pytest.mark.parametrize(
    "words",
    [
        ("nothing", "--at", "tu", *YEAR),
        ("roads", "--at", "nobody", *YEAR),
        ("roads", "--at", "place:nowhere", *YEAR),
        ("roads", "--at", "tu", *YEAR, "--tree", "none"),
        ("roads", "--at", "tu", *YEAR, "--programme", "none"),
        ("roads", "--at", "tu", "--from", "2024-02-01", "--to", "2024-01-01"),
    ],
)
def test_what_nobody_knows_is_a_usage_error(words):
    make_measures()
    make_province()

    assert refused(*words).returncode == 2


@pytest.mark.parametrize(
    "words", [["total"], ["total", "m", "--at", "x", "--from", "1", "--to", "2"]]
)
def test_the_command_line_itself_exits_with_2(words):
    run = subprocess.run(
        [sys.executable, "-m", "kheo", *words], capture_output=True, check=False
    )
    assert run.returncode == 2


def test_without_json_the_answer_is_a_table_for_people():
    make_history()
    out = io.StringIO()

    with translation.override("vi"):
        call_command("total", "money", "--at", "tu", *YEAR, "--by", "child", stdout=out)

    text = out.getvalue()
    assert "money (vi)" in text
    assert "—" in text


# Exports


def test_every_table_has_its_columns_in_their_order(tmp_path):
    make_history()

    assert {
        table: exported(table, tmp_path)[0]
        for table in (
            *("facts", "credits", "bodies", "places"),
            *("lineage", "measures", "claims"),
        )
    } == {
        "facts": [
            *("entry", "programme", "measure", "on", "until", "amount"),
            *("dimensions", "place", "subject", "standing", "source"),
        ],
        "credits": ["entry", "body"],
        "bodies": [
            *("tree", "code", "name", "kind", "parent"),
            *("valid_from", "valid_to"),
        ],
        "places": ["code", "name", "kind", "parent", "valid_from", "valid_to"],
        "lineage": ["kind", "predecessor", "successor", "on", "share", "basis"],
        "measures": ["code", "law", "unit", "decimals", "numerator", "denominator"],
        "claims": ["body", "measure", "from", "to", "claim"],
    }


def test_facts_are_live_half_open_and_in_a_fixed_order(tmp_path):
    make_measures()
    make_province()
    post_fact("b", "running", "2024-03-10", 3, "a1", until="2024-04-20")
    post_fact(
        "a", "roads", "2024-03-09", 7, "a1", "b1", dimensions={"z": "1", "a": "2"}
    )
    post_fact("c", "roads", "2024-03-09", 8, "a1")
    post("c", P, [], at=NOON)

    lines = exported("facts", tmp_path)[1:]

    assert [row[1:] for row in lines] == [
        [P, "roads", "2024-03-09", "", "7", "a=2;z=1", "", "", "actual", "a"],
        [P, "running", "2024-03-10", "2024-04-20", "3", "", "", "", "actual", "b"],
    ]
    partners = exported("credits", tmp_path)[1:]
    assert partners == [[lines[0][0], "a1"], [lines[0][0], "b1"], [lines[1][0], "a1"]]


def test_bodies_have_one_line_for_each_version_and_text_is_safe(tmp_path):
    make_history()

    lines = [row for row in exported("bodies", tmp_path) if row[1] in {"c", "d", "ban"}]

    assert lines == [
        ["party", "ban", "'=Ban Dân vận", "board", "tu", "2020-01-01", ""],
        ["party", "c", "Chi bộ c", "cell", "a", "2020-01-01", "2024-03-15"],
        ["party", "c", "Chi bộ c", "cell", "b", "2024-03-15", ""],
        ["party", "d", "d", "direct_committee", "tu", "2020-01-01", "2025-07-01"],
    ]


def test_lineage_says_shares_as_fractions_and_nothing_where_unknown(tmp_path):
    make_history()

    found = {tuple(row[1:3]): row[4] for row in exported("lineage", tmp_path)[1:]}

    assert found["d", "x"] == "0.333334" or found["d", "x"] == "0.333333"
    assert found["b2", "e1"] == ""


def test_a_table_nobody_has_and_a_folder_that_is_not_there_are_refused(tmp_path):
    with pytest.raises(CommandError):
        call_command("export", "secrets", "--out", str(tmp_path / "x.csv"))
    with pytest.raises(CommandError) as caught:
        call_command("export", "facts", "--out", str(tmp_path / "no" / "x.csv"))
    assert caught.value.returncode == 1
    assert not list(tmp_path.iterdir())


def test_places_are_exported_with_their_versions(tmp_path):
    make_history()

    rows = exported("places", tmp_path)[1:]

    assert len({row[0] for row in rows}) == Place.objects.count()
    assert ["vn-1", "Xã Hùng Lợi", "xa", "vn-075", "2020-01-01", ""] in rows
