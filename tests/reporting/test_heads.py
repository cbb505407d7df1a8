"""What pages on a report are headed by, and what they say where there is nothing."""

import re

import pytest
import time_machine

from kheo.audit.rules import GENESIS
from kheo.core.access import SYSTEM
from kheo.reporting.models import Statement
from kheo.reporting.services.drafts import save_report
from tests.reporting.make import IN_TIME, make_report, make_world, send, sent
from tests.reporting.test_pages import as_, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    with time_machine.travel(IN_TIME, tick=False):
        yield make_world()


def test_every_page_on_a_report_has_a_title_of_its_own(client, world):
    report, other = sent(world), sent(world, "a2")
    paths = ("", "statement/", "print/", "paper/", "back/return/", "review/")
    titles = []

    for one in (report, other):
        for path in paths:
            person = (
                ("focal_point", "a")
                if path in ("back/return/", "review/")
                else ("clerk", one.organisation.code)
            )
            page = as_(client, world, *person).get(f"/reports/{one.pk}/{path}")
            found = re.search(r"<title>(.*?)</title>", text_of(page), re.DOTALL)
            titles.append(" ".join(found[1].split()))

    assert len(set(titles)) == len(titles), titles
    assert all("March 2024 – a" in title for title in titles)


def test_a_remark_stands_below_the_words_it_is_about(client, world):
    report = make_report(world, roads=5)
    save_report(
        report,
        cells={},
        paragraphs={"results": "Đã làm <đường>"},
        actor=SYSTEM,
        at=IN_TIME,
    )
    send(report)

    page = text_of(
        as_(client, world, "focal_point", "a").get(f"/reports/{report.pk}/back/return/")
    )

    label = page.index('for="id_paragraph-results"')
    text = page.index("Đã làm &lt;đường&gt;")
    assert label < text < page.index('name="paragraph-results"')


@pytest.mark.parametrize("sealed", [False, True], ids=["nothing-sealed", "sealed"])
def test_the_statement_names_the_head_of_the_trail_once_there_is_one(
    client, world, sealed
):
    report = sent(world)
    statement = report.statements.get()
    Statement.objects.filter(pk=statement.pk).update(
        audit_head="ab" * 32 if sealed else GENESIS
    )

    page = text_of(
        as_(client, world, "clerk", "a1").get(f"/reports/{report.pk}/statement/")
    )

    assert ("Head of the audit trail" in page) is sealed
    assert "00000000" not in page


def test_somebody_without_reports_is_told_where_they_come_from(client, world):
    page = text_of(as_(client, world, "observer", "tu").get("/reports/"))

    assert "owed above" not in page
    assert "Reports stand here once" in page
