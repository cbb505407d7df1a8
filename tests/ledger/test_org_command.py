"""`kheo org` as people and programs call it."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from kheo.organisations.models import Organisation, Plan
from kheo.organisations.queries import version_on
from tests.organisations.make import AFTER, make_body

pytestmark = pytest.mark.django_db

PLAN = """
code: ban-2025
title: Hợp nhất
on: 2025-07-01
basis: 60-NQ/TW
steps:
- {do: merge, bodies: [bdv], into: btg}
"""


@pytest.fixture
def tinh():
    province = make_body("tinh", name="Tỉnh ủy")
    make_body("bdv", province, name="Ban Dân vận")
    make_body("btg", province, name="Ban Tuyên giáo")
    return province


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "plan.yaml"
    path.write_text(PLAN)
    return path


def org(*words):
    out = StringIO()
    call_command("org", *map(str, words), stdout=out)
    return out.getvalue()


def test_find_prints_code_and_name(tinh):
    assert org("find", "dan van").split() == ["bdv", "Ban", "Dân", "vận"]
    assert json.loads(org("find", "ban", "--json")) == [
        {"code": "bdv", "name": "Ban Dân vận"},
        {"code": "btg", "name": "Ban Tuyên giáo"},
    ]


def test_finding_nothing_is_a_no(tinh):
    with pytest.raises(CommandError) as error:
        org("find", "ban", "--on", "2019-01-01")
    assert error.value.returncode == 1


def test_show_tells_versions_places_and_lineage(tinh, file):
    org("plan", "apply", file)

    shown = json.loads(org("show", "bdv", "--json"))

    assert [v["is_end"] for v in shown["versions"]] == [False, True]
    assert [(p["below"], p["is_end"]) for p in shown["placements"]] == [
        ("tinh", False),
        (None, True),
    ]
    assert shown["lineage"][0] | {"basis": ""} == {
        "on": "2025-07-01",
        "kind": "succeed",
        "predecessor": "bdv",
        "successor": "btg",
        "share_ppm": None,
        "basis": "",
    }
    assert "Ban Dân vận" in org("show", "bdv")


def test_showing_an_unknown_body_is_a_no():
    with pytest.raises(CommandError, match="xyz"):
        org("show", "xyz")


def test_a_plan_is_checked_without_being_applied(tinh, file):
    assert "Kết thúc “Ban Dân vận” (bdv)." in org("plan", "check", file)
    assert json.loads(org("plan", "check", file, "--json"))["affected"] == [
        "bdv",
        "btg",
    ]
    assert not Plan.objects.exists()


def test_a_plan_is_applied_and_undone(tinh, file):
    org("plan", "apply", file)
    body = Organisation.objects.get(code="bdv")
    assert version_on(body, AFTER) is None

    org("plan", "undo", "ban-2025")

    assert version_on(body, AFTER)
    with pytest.raises(CommandError):
        org("plan", "undo", "ban-2025")


def test_a_refused_plan_is_a_no_with_every_reason(tinh, file, tmp_path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(PLAN.replace("[bdv]", "[x, y]"))
    out = StringIO()

    with pytest.raises(CommandError) as error:
        call_command("org", "plan", "check", str(wrong), "--json", stdout=out)

    assert error.value.returncode == 1
    assert json.loads(out.getvalue())["problems"] == [
        "Bước 1: Không có đơn vị x.",
        "Bước 1: Không có đơn vị y.",
    ]


def test_a_missing_file_is_a_wrong_use(tmp_path):
    with pytest.raises(CommandError) as error:
        org("plan", "check", tmp_path / "none.yaml")
    assert error.value.returncode == 2


def test_bodies_are_imported_from_a_file(tinh, tmp_path):
    path = tmp_path / "bodies.csv"
    path.write_text(
        "code,name,kind,tier,from,parent\nc,Chi bộ,cell,province,2020-01-01,tinh\n"
    )

    assert json.loads(org("import", path, "--json")) == {"created": ["c"]}
    with pytest.raises(CommandError, match="Dòng 2"):
        org("import", path)
