"""`kheo pack` and `kheo due`, as typed: answers, refusals and usage."""

import json
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from kheo.core.access import SYSTEM
from kheo.programmes.models import Programme, ProgrammeVersion
from kheo.programmes.pack import load_pack
from kheo.programmes.services import keep_since
from kheo.programmes.shipped import shipped_pack

from .make import SMALL, small

NOON = datetime(2024, 3, 1, 5, tzinfo=UTC)


def run(*args):
    out = StringIO()
    call_command(*args, stdout=out)
    return out.getvalue()


def refused(*args):
    out = StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command(*args, stdout=out)
    return refusal.value, out.getvalue()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def test_check_answers_for_every_file(file):
    bad = file.with_name("bad.yaml")
    bad.write_text(small(("law: stock", "law: stok")), encoding="utf-8")

    refusal, told = refused("pack", "check", str(file), str(bad))

    assert refusal.returncode == 1
    assert told.startswith(f"{bad}:14:")
    assert "measures[1].law" in told
    assert run("pack", "check", str(file)).startswith(str(file))


def test_check_as_json_gives_both_languages(file):
    file.write_text(small(("law: stock", "law: stok")), encoding="utf-8")

    _, told = refused("pack", "check", str(file), "--json")

    (row,) = json.loads(told)
    assert (row["line"], row["path"]) == (14, "measures[1].law")
    assert row["vi"].startswith("Cần một trong")
    assert row["en"].startswith("One of these is expected")


def test_a_file_that_is_not_there_is_usage(tmp_path):
    refusal, _ = refused("pack", "check", str(tmp_path / "none.yaml"))

    assert refusal.returncode == 2


def test_a_file_in_another_encoding_is_refused(file):
    file.write_bytes(SMALL.encode("utf-16"))

    assert refused("pack", "check", str(file))[0].returncode == 1


@pytest.mark.django_db
def test_export_gives_back_an_equal_pack(file, tmp_path):
    run("pack", "load", str(file))
    out = tmp_path / "out.yaml"

    run("pack", "export", "small", "--out", str(out))

    assert load_pack(out.read_text(encoding="utf-8")) == load_pack(SMALL)
    assert run("pack", "export", "small") == out.read_text(encoding="utf-8")


@pytest.mark.django_db
def test_export_by_day_gives_the_version_of_that_day():
    run("pack", "load", "s0", "s0-2025")

    before = load_pack(run("pack", "export", "s0", "--on", "2025-06-30"))
    after = load_pack(run("pack", "export", "s0", "--on", "2025-07-01"))

    assert (before, after) == (shipped_pack("s0"), shipped_pack("s0-2025"))
    assert refused("pack", "export", "s0", "--on", "2026-01-01")[0].returncode == 1


@pytest.mark.django_db
def test_a_bad_pack_is_not_loaded(file):
    file.write_text(small(("law: stock", "law: stok")), encoding="utf-8")

    refusal, _ = refused("pack", "load", str(file))

    assert "measures[1].law" in str(refusal)
    assert not ProgrammeVersion.objects.exists()


@pytest.mark.django_db
def test_an_unknown_home_is_refused(file):
    assert "nowhere" in str(refused("pack", "load", str(file), "--home", "nowhere")[0])
    assert not ProgrammeVersion.objects.exists()


@pytest.mark.django_db
def test_list_shows_what_is_loaded_and_what_is_shipped(file):
    run("pack", "load", str(file))

    rows = json.loads(run("pack", "list", "--json"))

    assert [(row["code"], row["file"]) for row in rows] == [
        ("small", None),
        ("s0", "s0"),
        ("s0", "s0-2025"),
        ("s0-continued", "s0-continued"),
    ]
    assert "giả định, chưa có văn bản" in run("pack", "list")


@pytest.mark.django_db
def test_due_as_json_has_exactly_the_promised_keys():
    rows = json.loads(run("due", "s0", "--year", "2024", "--json"))

    assert len(rows) == 3 * 18
    keys = "report frequency reporter receiver window due_on last_day lock_on why"
    assert [list(row) for row in rows] == [keys.split()] * len(rows)
    first = next(row for row in rows if row["report"] == "committee-month")
    assert first["window"] == {"from": "2023-12-25", "to": "2024-01-25"}
    assert (first["due_on"], first["last_day"]) == ("2024-01-25", "2024-01-24")
    assert first["lock_on"] == "2024-02-04"
    assert {tuple(reason) for reason in first["why"]} == {("vi", "en")}


@pytest.mark.django_db
def test_due_says_which_reports_of_a_loaded_programme_were_kept_on_paper(file):
    run("pack", "load", str(file))
    keep_since(
        Programme.objects.get(), {"below": date(2024, 3, 1)}, actor=SYSTEM, at=NOON
    )

    rows = json.loads(run("due", "small", "--year", "2024", "--json"))

    paper = [
        row["window"]["to"]
        for row in rows
        if any("kept on paper" in reason["en"] for reason in row["why"])
    ]
    assert paper == ["2024-01-25", "2024-02-25"]
    assert "kept on paper" not in run("due", str(file), "--year", "2024", "--json")


@pytest.mark.django_db
def test_due_takes_a_file_a_shipped_name_or_a_loaded_code(file):
    from_file = json.loads(run("due", str(file), "--year", "2024", "--json"))
    run("pack", "load", str(file))
    from_code = json.loads(run("due", "small", "--year", "2024", "--json"))
    both = json.loads(run("due", "s0", "--year", "2025", "--json"))
    one = json.loads(run("due", "s0-2025", "--year", "2025", "--json"))

    assert from_file == from_code
    assert len(from_file) == 12
    assert {row["receiver"] for row in both if row["report"] == "commune-month"} == {
        "district-committees",
        "board",
    }
    assert {row["receiver"] for row in one if row["report"] == "commune-month"} == {
        "board"
    }


@pytest.mark.django_db
def test_due_says_why_in_words():
    told = run("due", "s0", "--year", "2024")

    assert "2024-01-24  committee-month 2024-01: committees → board" in told
    assert "Hạn ghi “trước ngày 25/1/2024”, nên ngày cuối cùng là 24/1/2024" in told


@pytest.mark.django_db
def test_a_year_without_duties_is_an_answer():
    assert json.loads(run("due", "s0", "--year", "2019", "--json")) == []
    assert "2019" in run("due", "s0", "--year", "2019")


@pytest.mark.django_db
@pytest.mark.parametrize("args", [("nothing",), ("s0", "--year", "12")])
def test_an_unknown_pack_or_year_is_usage(args):
    assert refused("due", *args)[0].returncode == 2
