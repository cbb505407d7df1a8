"""`kheo places`: what it prints, and its exit codes."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from kheo.core.access import SYSTEM
from kheo.places.management.commands.places import Command
from kheo.places.rules import Found, PlaceKind
from kheo.places.services import merge_places

from .make import LAW, NOON, REFORM, make_country

pytestmark = pytest.mark.django_db


def run(*words):
    out = StringIO()
    call_command("places", *words, stdout=out, stderr=StringIO())
    return out.getvalue()


def make_merged_country():
    country = make_country()
    into = Found("vn25-1", "Hùng Lợi", PlaceKind.XA, "vn-075", "00001")
    pair = [country["vn-1"], country["vn-2"]]
    merge_places(pair, into, on=REFORM, basis=LAW, actor=SYSTEM, at=NOON)


def test_find_answers_for_the_day_asked():
    make_merged_country()

    before = json.loads(run("find", "hung loi", "--on", "2025-06-30", "--json"))
    since = json.loads(run("find", "hung loi", "--on", "2025-07-01", "--json"))

    assert [row["code"] for row in before] == ["vn-1"]
    assert [row["code"] for row in since] == ["vn25-1"]
    assert since[0]["below"] == ["Huyện Yên Sơn", "Tỉnh Tuyên Quang"]


def test_find_prints_one_line_a_place():
    make_country()

    lines = run("find", "dong tho", "--on", "2021-10-01").splitlines()

    assert lines == [
        "vn-3          00003  Xã Đông Thọ < Huyện Sơn Dương < Tỉnh Tuyên Quang",
        "vn-4          00004  Xã Đồng Thọ < Huyện Sơn Dương < Tỉnh Tuyên Quang",
    ]


def test_show_gives_half_open_versions_and_both_sides_of_the_lineage():
    make_merged_country()

    old = json.loads(run("show", "vn-1", "--json"))
    new = json.loads(run("show", "vn25-1", "--json"))

    assert [(v["valid_from"], v["valid_to"]) for v in old["versions"]] == [
        ("2020-01-01", "2025-07-01")
    ]
    assert [(v["valid_from"], v["valid_to"]) for v in new["versions"]] == [
        ("2025-07-01", "")
    ]
    assert [bond["code"] for bond in old["heirs"]] == ["vn25-1"]
    assert {bond["code"] for bond in new["origins"]} == {"vn-1", "vn-2"}
    assert new["origins"][0]["basis"] == LAW


def test_show_prints_versions_and_lineage():
    make_merged_country()

    lines = [line.strip() for line in run("show", "vn25-1").splitlines()]

    assert lines[0] == "vn25-1"
    assert lines[1] == f"2025-07-01 – …  Xã Hùng Lợi  {LAW}"
    assert "made from  2025-07-01  merge  vn-2  Xã Trung Minh" in lines


@pytest.mark.parametrize(
    "words", [("find", "không có đâu"), ("show", "vn-99"), ("find", "không", "--json")]
)
def test_nothing_found_is_exit_code_one(words):
    make_country()

    with pytest.raises(CommandError) as refusal:
        run(*words)

    assert refusal.value.returncode == 1


@pytest.mark.parametrize(
    "words", [(), ("bogus",), ("find",), ("find", "x", "--on", "x")]
)
def test_a_wrong_word_is_exit_code_two(words, capsys):
    with pytest.raises(SystemExit) as usage:
        Command().run_from_argv(["kheo", "places", *words])

    assert usage.value.code == 2
    assert "usage" in capsys.readouterr().err
