"""Decisions hold for what the page showed: older pages are told so."""

import re

import pytest
import time_machine

from kheo.core.access import SYSTEM
from kheo.reporting.services.drafts import Typed, save_report
from kheo.reporting.services.moves import move_report
from kheo.reporting.workflow import ReportAction
from tests.reporting.make import IN_TIME, make_report, make_world, send, sent, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    with time_machine.travel(IN_TIME, tick=False):
        yield make_world()


def as_(client, world, role, at):
    client.force_login(world.person(role, at, own=role == "leader"))
    client.cookies["django_language"] = "en"
    return client


def text_of(response):
    return response.content.decode()


def stamp_on(page):
    return re.search(r'name="seen"\s+value="([^"]+)"', text_of(page))[1]


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_what_was_submitted_anew_is_not_approved_from_an_older_page(
    client, world, htmx
):
    report = make_report(world, roads=120)
    move_report(report, ReportAction.SUBMIT, actor=SYSTEM, at=IN_TIME)
    leader = as_(client, world, "leader", "a1")
    address = f"/reports/{report.pk}/do/approve/"
    old = stamp_on(leader.get(report.get_absolute_url()))
    move_report(report, ReportAction.TAKE_BACK, actor=SYSTEM, at=IN_TIME)
    more = {"roads": Typed(declared=1200)}
    save_report(report, cells=more, paragraphs={}, actor=SYSTEM, at=IN_TIME)
    move_report(report, ReportAction.SUBMIT, actor=SYSTEM, at=IN_TIME)

    headers = {"HX-Request": "true"} if htmx else {}
    answer = leader.post(address, {"seen": old}, headers=headers)

    report.refresh_from_db()
    assert report.state == "awaiting"
    assert answer.headers.get("HX-Refresh" if htmx else "Location")
    page = leader.get(report.get_absolute_url())
    assert "has changed since this page showed it" in text_of(page)
    leader.post(address, {"seen": stamp_on(page)})
    report.refresh_from_db()
    assert report.state == "sent"


def test_figures_that_changed_since_the_page_are_not_approved_unseen(client, world):
    work("activity:1", "2024-03-02", 100, world["a1"])
    report = make_report(world)
    move_report(report, ReportAction.SUBMIT, actor=SYSTEM, at=IN_TIME)
    leader = as_(client, world, "leader", "a1")
    old = stamp_on(leader.get(report.get_absolute_url()))
    work("activity:1", "2024-03-02", 1000, world["a1"])

    leader.post(f"/reports/{report.pk}/do/approve/", {"seen": old})

    report.refresh_from_db()
    assert report.state == "awaiting"


def corrected(report):
    """Returned and sent again: the receiver's pages show an older version."""
    step = {"actor": SYSTEM, "at": IN_TIME}
    move_report(report, ReportAction.RETURN, note="Xem lại", **step)
    save_report(report, cells={"roads": Typed(declared=7)}, paragraphs={}, **step)
    send(report)


def test_an_older_version_is_neither_accepted_nor_returned(client, world):
    report = sent(world, roads=5)
    focal = as_(client, world, "focal_point", "a")
    review, back = (f"/reports/{report.pk}/{x}/" for x in ("review", "back/return"))
    desk = "/reports/desk/?year=2024&window=2024-03"
    seen = stamp_on(focal.get(review))
    seen_back = focal.get(back).context["form"]["seen"].value()
    [on_desk] = re.findall(r'name="seen-\d+"\s+value="(\d+)"', text_of(focal.get(desk)))
    corrected(report)

    marks = {"report": [report.pk], f"seen-{report.pk}": on_desk}
    answers = [
        focal.post(review, {"seen": seen}, follow=True),
        focal.post("/reports/desk/accept/", marks, follow=True),
        focal.post(back, {"seen": seen_back, "note": "Xem lại số đường"}),
    ]

    report.refresh_from_db()
    assert report.state == "sent"
    for answer in answers:
        assert "has changed since this page showed it" in text_of(answer)
    assert "Xem lại số đường" in text_of(answers[-1])
    focal.post(review, {"seen": stamp_on(focal.get(review))})
    report.refresh_from_db()
    assert report.state == "accepted"
