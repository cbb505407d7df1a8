"""The prepared file is the sample itself: written and read again, all answers equal."""

import json
import lzma
from dataclasses import replace
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from kheo.activities.models import Activity
from kheo.audit.models import AuditEntry, Block
from kheo.audit.services import seal, verify
from kheo.core.access import SYSTEM
from kheo.core.errors import Conflict
from kheo.insight.queries.exports import EXPORTS
from kheo.ledger.services import verify as verify_ledger
from kheo.organisations.models import Organisation, Tree
from kheo.programmes.queries import kept_since
from kheo.reporting.models import Report, Statement
from kheo.sample import hamlets, prepared, services, small
from kheo.sample.columns import say
from kheo.sample.habits import Habits
from kheo.sample.tables import misfits
from tests.places.make import load_country, make_country
from tests.reporting.make import make_world
from tests.village import NOON, make_village

UNTIL = date(2021, 11, 27)


def answers():
    tables = {name: list(table.rows(SYSTEM)) for name, table in EXPORTS.items()}
    statements = Statement.objects.order_by("report__organisation__code", "digest")
    return tables | {
        "statements": list(statements.values_list("digest", flat=True)),
        "states": sorted(
            Report.objects.values_list("organisation__code", "definition", "state")
        ),
        "activities": sorted(
            Activity.objects.values_list("client_id", "state", "title")
        ),
        "trail": list(
            AuditEntry.objects.order_by("pk").values_list("at", "verb", "data")
        ),
    }


def packed(path, tables, *rows, hamlets=()):
    """A file as `write` makes it, of what the test says."""
    head = {"format": prepared.FORMAT, "tables": tables}
    columns = [say(list(column)) for column in zip(*hamlets, strict=True)]
    with lzma.open(path, "wt", encoding="utf-8") as lines:
        for line in (head, columns, *rows):
            lines.write(json.dumps(line) + "\n")
    return path


def read(path):
    return prepared.read(path, at=NOON, say=str)


@pytest.mark.django_db(transaction=True)
def test_a_sample_lived_written_and_read_again_answers_alike(tmp_path):
    path = tmp_path / "sample.kheo"
    load_country()
    services.live("small", until=UNTIL, at=NOON, say=str)
    lived = answers()
    assert len(lived["facts"]) > 50
    prepared.write(path)

    call_command("flush", interactive=False, verbosity=0)
    load_country()
    read(path)

    found = answers()
    for name, rows in lived.items():
        assert found[name] == rows, name
    assert verify_ledger() == []
    while seal(at=NOON):
        pass
    assert verify()[1] == []


@pytest.mark.django_db
def test_nothing_that_is_told_lies_in_the_future():
    load_country()
    until = date(2021, 10, 6)

    services.live("small", until=until, at=NOON, say=str)

    assert Activity.objects.filter(on__gt=until).exists()
    told = AuditEntry.objects.filter(verb__startswith="activity.")
    assert not told.filter(at__date__gte=until).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("name", services.STORIES)
def test_the_shipped_files_fit_this_schema(name):
    with services.shipped(name) as path:
        wrong = misfits(prepared.columns_in(path))

    assert wrong == [], "docs/how-to/remake-the-sample.md says what to do"


@pytest.mark.django_db
def test_a_database_in_use_takes_no_sample(tmp_path):
    make_village()

    with pytest.raises(Conflict):
        services.live("small", until=UNTIL, at=NOON, say=str)
    with pytest.raises(Conflict):
        read(tmp_path / "none.kheo")


@pytest.mark.django_db
def test_hamlets_come_back_below_their_communes_from_their_day(tmp_path):
    country = make_country()
    since = date(2025, 7, 1)
    rows = hamlets.invented(["vn-1", "vn-2"], since)
    told = [(*row[:3], row[3].toordinal()) for row in rows]

    read(packed(tmp_path / "hamlets.kheo", {}, hamlets=told))

    assert hamlets.known() == rows
    assert not hamlets.by_commune(date(2025, 6, 30))
    found = hamlets.by_commune(since)
    assert {key: len(some) for key, some in found.items()} == {
        country["vn-1"].pk: 6,
        country["vn-2"].pk: 7,
    }


@pytest.mark.django_db
def test_a_column_added_since_takes_its_default_and_a_table_added_stays_empty(tmp_path):
    columns = [
        ["plain", [7, 9]],
        ["plain", ["party", "front"]],
        ["same", 2, "Hệ thống"],
    ]
    path = packed(
        tmp_path / "older.kheo",
        {"organisations.tree": ["id", "code", "name"]},
        ["organisations.tree", 2, columns],
    )

    assert read(path) == 2

    trees = list(Tree.objects.order_by("pk"))
    assert [(t.pk, t.code, t.name) for t in trees] == [
        (7, "party", "Hệ thống"),
        (9, "front", "Hệ thống"),
    ]
    assert trees[0].stamp != trees[1].stamp
    assert not Organisation.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"organisations.tree": ["id", "code"]}, "organisations.tree.name"),
        ({"organisations.tree": ["id", "code", "name", "motto"]}, "motto ?"),
        ({"organisations.guild": ["id"]}, "organisations.guild ?"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_by_name_and_nothing_changes(
    tmp_path, tables, said
):
    path = packed(tmp_path / "other.kheo", tables)
    before = AuditEntry.objects.count(), Block.objects.count()

    with pytest.raises(Conflict) as refused:
        read(path)

    assert said in refused.value.message
    assert (AuditEntry.objects.count(), Block.objects.count()) == before
    assert not Tree.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("line", ['{"format": "kheo.sample/1"}', "[1, 2]", "no JSON"])
def test_what_is_no_prepared_sample_is_refused(tmp_path, line):
    path = tmp_path / "other.kheo"
    with lzma.open(path, "wt", encoding="utf-8") as lines:
        lines.write(line + "\n")

    with pytest.raises(Conflict):
        read(path)


@pytest.mark.django_db
def test_a_database_with_the_one_sample_is_not_written_as_the_other(tmp_path):
    make_village()
    out = tmp_path / "province.kheo"

    with pytest.raises(CommandError):
        call_command("demo", "build", "province", "--out", str(out))

    assert not out.exists()


@pytest.mark.django_db
def test_a_sample_says_since_when_cells_report_once_that_day_has_come():
    make_world()
    since = date(2025, 1, 1)
    told = replace(small.story(), habits=Habits(reports_since=since))

    services.begin_keeping(small.story(), date(2026, 1, 1))
    services.begin_keeping(told, date(2024, 12, 1))
    assert kept_since("s0") == {}
    for _twice in range(2):
        services.begin_keeping(told, since)

    assert kept_since("s0") == {"units": since, "communes": since}
    kept = AuditEntry.objects.filter(verb="programme.keep_since")
    assert [entry.data["reporter"] for entry in kept] == ["communes", "units"]
