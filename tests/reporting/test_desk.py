"""The desk of a focal point: counts, going through the reports, sending up."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kheo.core.access import SYSTEM
from kheo.programmes.models import Programme
from kheo.programmes.services import set_focal_day
from kheo.reporting.models import Report
from kheo.reporting.rules import is_outlying
from kheo.reporting.services.drafts import open_report, save_report
from kheo.reporting.services.moves import move_report
from kheo.reporting.workflow import ReportAction
from tests.far_along import far_along
from tests.organisations.make import make_body
from tests.reporting.make import (
    APRIL,
    IN_TIME,
    LATE,
    MARCH,
    START,
    accept,
    keep_since,
    make_report,
    make_world,
    owed_by,
    send,
    sent,
    work,
)

pytestmark = pytest.mark.django_db
DESK = "/reports/desk/?year=2024&window=2024-03"


@pytest.fixture
def world():
    with time_machine.travel(LATE, tick=False):
        made = make_world()
        for number in range(3, 8):
            made.bodies[f"a{number}"] = make_body(
                f"a{number}", made["a"], kind="cell", on=START
            )
        yield made


def as_(client, world, role, at, language="en"):
    client.force_login(world.person(role, at, own=role in ("clerk", "leader")))
    client.cookies["django_language"] = language
    return client


def give_back(report, at=IN_TIME):
    return move_report(report, ReportAction.RETURN, note="Xem lại", actor=SYSTEM, at=at)


def test_the_counts_on_top_add_up_and_lead_to_their_rows(client, world):
    accept(sent(world, "a1"))
    sent(world, "a2")
    give_back(sent(world, "a3"))
    send(make_report(world, "a4"), at=LATE)
    make_report(world, "a5")
    as_(client, world, "focal_point", "a")

    page = client.get(DESK)
    found = {value: count for value, _words, count in page.context["standings"]}

    assert found == {
        "": 7,
        "waiting": 2,
        "accepted": 1,
        "returned": 1,
        "missing": 3,
        "late": 4,
    }
    for value, count in found.items():
        rows = client.get(f"{DESK}&show={value}").context["rows"]
        assert len(rows) == count, value


def test_what_was_kept_on_paper_has_its_count_and_nothing_to_press(client, world):
    accept(sent(world, "a1"))
    keep_since({"units": MARCH.end})
    as_(client, world, "focal_point", "a")

    page = client.get(DESK)
    found = {value: count for value, _words, count in page.context["standings"]}
    rows = client.get(f"{DESK}&show=on_paper").context["rows"]

    assert (found[""], found["missing"], found["late"]) == (7, 0, 0)
    assert found["on_paper"] == len(rows) == 6
    text = page.content.decode()
    assert text.count("state-paper") == 6
    assert "Give more time" not in text
    named = client.get(f"{DESK}&name=A5").context["rows"]
    assert [row.line.name for row in named] == ["a5"]


def test_slips_of_who_has_not_sent_are_typed_from_the_desk_by_the_focal_point(
    client, world
):
    accept(sent(world, "a1"))
    as_(client, world, "focal_point", "a")
    link = "/activities/month/?month=2024-03&amp;unit="

    page = client.get(DESK).content.decode()

    assert f"{link}a2" in page
    assert f"{link}a1" not in page
    as_(client, world, "specialist", "tu")
    assert link not in client.get(DESK).content.decode()


def test_accepting_leads_through_what_waits_and_then_to_the_desk(client, world):
    first, second = sent(world, "a1"), sent(world, "a2")
    as_(client, world, "focal_point", "a")
    url = f"/reports/{first.pk}/review/"
    assert "report 1 of 2" in client.get(url).content.decode()

    after = client.post(url)
    last = client.post(after["Location"])

    assert after["Location"] == f"/reports/{second.pk}/review/"
    assert last["Location"].startswith("/reports/desk/?receiver=")
    assert set(Report.objects.values_list("state", flat=True)) == {"accepted"}


def test_a_report_lies_beside_last_periods_of_the_same_body(client, world):
    work("activity:1", "2024-03-02", 100, world["a1"])
    work("activity:2", "2024-04-06", 400, world["a1"])
    march = make_report(world)
    save_report(
        march,
        cells={},
        paragraphs={"results": "Tháng ba làm đường."},
        actor=SYSTEM,
        at=IN_TIME,
    )
    send(march)
    april = sent(world, window=APRIL)
    as_(client, world, "focal_point", "a")

    page = client.get(f"/reports/{april.pk}/review/").content.decode()

    assert "+300" in page
    assert "far from the period before" in page
    assert "Tháng ba làm đường." in page


def test_returning_from_the_walk_goes_on_with_the_next(client, world):
    first, second = sent(world, "a1"), sent(world, "a2")
    as_(client, world, "focal_point", "a")

    after = client.post(
        f"/reports/{first.pk}/back/return/?from=review", {"note": "Xem lại số m"}
    )

    first.refresh_from_db()
    assert first.state == "returned"
    assert after["Location"] == f"/reports/{second.pk}/review/"


def test_going_through_is_for_the_receiver(client, world):
    report = sent(world, "a1")
    draft = make_report(world, "a2")

    assert (
        as_(client, world, "clerk", "a1")
        .get(f"/reports/{report.pk}/review/")
        .status_code
        == 403
    )
    as_(client, world, "focal_point", "b")
    assert client.get(f"/reports/{report.pk}/review/").status_code == 404
    assert client.post(f"/reports/{report.pk}/review/").status_code == 404
    report.refresh_from_db()
    assert report.state == "sent"
    as_(client, world, "focal_point", "a")
    assert (
        client.get(f"/reports/{draft.pk}/review/")["Location"]
        == draft.get_absolute_url()
    )


def test_accepting_the_same_marks_again_changes_nothing(client, world):
    report = sent(world, "a1")
    as_(client, world, "focal_point", "a")

    for _time in range(2):
        answer = client.post(
            "/reports/desk/accept/", {"report": [report.pk]}, follow=True
        )
        assert answer.status_code == 200
        assert "choice" not in answer.content.decode()

    report.refresh_from_db()
    assert report.state == "accepted"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_reports_with_long_numbers_are_accepted_as_the_page_marks_them(
    client, world, language
):
    far_along(Report)
    report = sent(world, "a1")
    as_(client, world, "focal_point", "a", language)
    marks = re.findall(r'name="report"\s+value="([^"]+)"', desk_page(client))

    client.post("/reports/desk/accept/", {"report": marks})

    report.refresh_from_db()
    assert report.state == "accepted"


def desk_page(client):
    return client.get(DESK).content.decode()


def test_a_form_sent_again_after_going_back_changes_nothing(client, world):
    report = make_report(world, "a1", at=IN_TIME)
    as_(client, world, "clerk", "a1")
    values = {
        "revision": report.revision,
        "declared-roads": "5",
        "is_nil": "on",
        "submit": "1",
    }
    url = f"/reports/{report.pk}/edit/"
    client.post(url, values)
    report.refresh_from_db()
    before = (report.state, report.revision)

    again = client.post(url, values | {"declared-roads": "7"}, follow=True)

    report.refresh_from_db()
    assert before == (report.state, report.revision)
    assert report.state == "awaiting"
    assert report.cells.get(key="roads").declared == 5
    assert "nothing was changed" in again.content.decode()


def test_the_desk_leads_to_the_receivers_own_report(client, world):
    as_(client, world, "focal_point", "a")
    assert client.get(DESK).context["upward"] is None
    world.grant(world.people["focal_point-a"], "clerk", "a")

    begin = client.get(DESK).context["upward"]
    assert begin.report is None
    report = make_report(world, "a", definition="committee-month")
    found = client.get(DESK).context["upward"]

    assert begin.url.startswith("/reports/begin/s0/committee-month/a/")
    assert found.url == report.get_absolute_url()


def test_an_earlier_day_is_told_on_the_pages_of_the_cells(client, world):
    set_focal_day(
        Programme.objects.get(code="s0"),
        world["a"],
        report="unit-month",
        day=20,
        valid_from=APRIL.start,
        actor=SYSTEM,
        at=IN_TIME - timedelta(days=20),
    )
    owed = owed_by(world["a1"], window=APRIL)
    as_(client, world, "clerk", "a1")
    begin = client.get("/reports/begin/s0/unit-month/a1/2024-04/").content.decode()
    listed = client.get("/reports/").content.decode()
    report = open_report(owed, actor=SYSTEM, at=LATE)
    pages = [
        client.get(f"/reports/{report.pk}/{path}").content.decode()
        for path in ("", "edit/")
    ]

    assert "set by the focal point" in listed
    for page in (begin, *pages):
        assert "asks for this report earlier: by 20/04/2024" in page
    assert "set an earlier day: 20 April 2024" in begin
    other = open_report(owed_by(world["b1"], window=APRIL), actor=SYSTEM, at=LATE)
    assert not other.is_set_earlier
    assert report.is_set_earlier


def test_the_desk_costs_the_same_for_three_cells_and_seven(client, world):
    as_(client, world, "focal_point", "a")
    for code in ("a1", "a2", "a3"):
        sent(world, code)
    client.get(DESK)
    with CaptureQueriesContext(connection) as few:
        client.get(DESK)
    for code in ("a4", "a5", "a6"):
        sent(world, code)
    with CaptureQueriesContext(connection) as many:
        page = client.get(DESK)

    assert page.context["tally"].waiting == 6
    assert len(few) == len(many)


def test_a_name_of_180_characters_and_a_month_without_any_report(client, world):
    name = "Chi bộ " + "rất dài " * 22
    make_body("a-long", world["a"], kind="cell", on=START, name=name.strip()[:180])
    as_(client, world, "focal_point", "a")

    page = client.get(DESK)

    assert page.status_code == 200
    assert page.context["tally"].missing == 8
    assert name.strip()[:180] in page.content.decode()
    assert MARCH.last < LATE.date()


@pytest.mark.parametrize(
    ("value", "before", "expected"),
    [
        (300, 100, True),
        (299, 100, False),
        (33, 100, True),
        (4, 1, False),
        (14, 4, True),
        (13, 4, False),
        (1, 11, True),
        (0, 100, False),
        (5, 0, False),
        (5, None, False),
        (None, 5, False),
    ],
)
def test_far_from_the_period_before_is_three_times_more_or_less_and_by_ten(
    value, before, expected
):
    assert is_outlying(value, before) is expected


def test_ten_are_ten_of_the_unit_that_is_shown():
    assert is_outlying(140, 40, decimals=1)
    assert not is_outlying(130, 40, decimals=1)
