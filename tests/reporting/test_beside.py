"""What stands beside a figure: the period before, last year's, and what is estimated."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kheo.core.access import SYSTEM
from kheo.core.errors import RuleBroken
from kheo.core.periods import Interval
from kheo.ledger import services as ledger
from kheo.programmes.services import load
from kheo.programmes.shipped import shipped_packs
from kheo.reporting.queries.beside import (
    estimated_parts,
    shown_windows,
    table_estimates,
)
from kheo.reporting.queries.desk import windows_of
from kheo.reporting.queries.figures import figures_of
from kheo.reporting.queries.statements import is_intact, thawed_table
from kheo.reporting.services.drafts import Typed, save_report
from kheo.reporting.services.moves import move_report
from kheo.reporting.workflow import ReportAction
from tests.reporting.make import (
    IN_TIME,
    MARCH,
    make_report,
    make_world,
    send,
    sent,
    work,
)

pytestmark = pytest.mark.django_db
FEBRUARY = Interval(date(2024, 1, 25), date(2024, 2, 25))
QUARTER = Interval(date(2023, 12, 25), date(2024, 3, 25))
YEAR = Interval(date(2023, 12, 15), date(2024, 12, 15))


def figure(report, key):
    return {one.key: one for one in figures_of(report, with_past=True)}[key]


def household(source, on, token, *bodies):
    ledger.post(
        source,
        "s0",
        [
            ledger.Posting(
                line="1",
                measure="households_helped",
                on=date.fromisoformat(on),
                amount=1,
                subject=token,
                credits=tuple(body.pk for body in bodies),
            )
        ],
        at=IN_TIME,
    )


def test_months_of_a_flow_add_up_to_the_quarter_and_a_household_counts_once():
    world = make_world()
    for number, on in enumerate(("2024-01-06", "2024-02-03", "2024-03-02")):
        work(f"activity:{number}", on, 100, world["a1"])
        household(f"household:{number}", on, "one-token", world["a1"])
    months = [
        figure(make_report(world, window=window), "roads").value
        for window in (FEBRUARY, MARCH)
    ]

    quarter = make_report(world, definition="unit-quarter", window=QUARTER)

    assert months == [100, 100]
    assert figure(quarter, "roads").value == 300
    assert figure(quarter, "households-helped").value == 1


def test_a_stock_of_the_quarter_is_its_last_value_and_not_a_sum():
    world = make_world()
    sent(
        world,
        window=FEBRUARY,
        at=IN_TIME - timedelta(days=30),
        initiatives_running=5,
    )
    sent(world, initiatives_running=3)

    quarter = make_report(world, definition="unit-quarter", window=QUARTER)

    assert figure(quarter, "initiatives-running").value == 3


def test_the_period_before_and_last_years_are_frozen_with_the_figures():
    world = make_world()
    work("activity:1", "2023-03-04", 70, world["a1"])
    work("activity:2", "2024-02-03", 40, world["a1"])
    work("activity:3", "2024-03-02", 100, world["a1"])
    report = sent(world)
    work("activity:4", "2024-02-04", 999, world["a1"])

    statement = report.statements.get()
    roads = {one["key"]: one for one in statement.content["figures"]}["roads"]

    assert (roads["previous"], roads["last_year"], roads["value"]) == (40, 70, 100)
    assert statement.content["past"] == {
        "previous": ["2024-01-25", "2024-02-24"],
        "last_year": ["2023-02-25", "2023-03-24"],
    }
    assert is_intact(statement)


def test_a_programme_that_is_carried_on_lends_its_last_year_and_its_month_before():
    world = make_world()
    for pack in shipped_packs("s0-continued"):
        load(pack, actor=SYSTEM, at=IN_TIME, home=world["tu"])
    work("activity:1", "2025-01-04", 70, world["a1"])
    work("activity:2", "2025-12-06", 40, world["a1"])
    january, february = (
        one.interval
        for one in windows_of("s0-continued", 2026)
        if one.code in ("2026-01", "2026-02")
    )

    first, second = (
        figure(make_report(world, window=window), "roads")
        for window in (january, february)
    )

    assert first.last_year == 70
    assert (second.last_year, second.previous) == (None, None)
    assert first.previous == 40


def test_a_year_shows_its_last_year_once():
    world = make_world()
    year = make_report(world, definition="unit-year", window=YEAR)

    assert list(shown_windows(year)) == ["last_year"]


def test_a_consolidation_says_how_much_of_a_sum_is_estimated():
    world = make_world()
    work("activity:1", "2024-03-02", 430, world["a1"])
    sent(world, roads=Typed(declared=70, is_estimated=True))
    sent(world, "a2", roads=20)

    report = sent(world, "a", definition="committee-month")
    content = report.statements.get().content
    table = thawed_table(content)
    roads = {one["key"]: one for one in content["figures"]}["roads"]

    assert (roads["value"], roads["estimated_part"]) == (520, 70)
    found = table_estimates(report, table)
    assert found == {
        str(world["a1"].pk): {"roads": 70},
        "=total": {"roads": 70},
    }
    assert content["estimated_below"] == found


def test_what_a_returned_report_estimated_leaves_the_sums():
    world = make_world()
    report = sent(world, roads=Typed(declared=70, is_estimated=True))
    above = make_report(world, "a", definition="committee-month")
    assert estimated_parts(above, figures_of(above)) == {"roads": 70}

    move_report(report, ReportAction.RETURN, note="Xem lại", actor=SYSTEM, at=IN_TIME)

    assert estimated_parts(above, figures_of(above)) == {}


def test_an_estimate_in_a_broken_down_figure_counts_in_its_whole():
    world = make_world()
    report = make_report(world, money_own=Typed(declared=9, is_estimated=True))

    assert estimated_parts(report, figures_of(report)) == {
        "money-own": 9,
        "money": 9,
    }


def test_nothing_can_be_estimated_where_nothing_is_declared():
    world = make_world()
    report = make_report(world)

    with pytest.raises(RuleBroken) as refused:
        save_report(
            report,
            cells={"roads": Typed(is_estimated=True)},
            paragraphs={},
            actor=SYSTEM,
            at=IN_TIME,
        )

    assert refused.value.field == "estimated-roads"
    assert not report.cells.exists()


def test_the_pages_show_past_change_and_estimate(client):
    with time_machine.travel(IN_TIME, tick=False):
        world = make_world()
        work("activity:2", "2024-02-03", 40, world["a1"])
        work("activity:3", "2024-03-02", 100, world["a1"])
        report = make_report(world, roads=Typed(declared=7, is_estimated=True))
        client.force_login(world.person("clerk", "a1"))
        client.cookies["django_language"] = "en"

        draft = client.get(f"/reports/{report.pk}/edit/").content.decode()
        send(report)
        pages = [
            client.get(f"/reports/{report.pk}/{path}").content.decode()
            for path in ("", "statement/", "print/")
        ]

    assert "40 (+67)" in draft
    for page in pages:
        assert "+67" in page
        assert "of which 7 estimated" in page
        assert "25/01/2024" in page


def test_a_statement_of_the_first_format_is_still_shown(client):
    with time_machine.travel(IN_TIME, tick=False):
        world = make_world()
        report = sent(world, roads=70)
        statement = report.statements.get()
        late = ("past", "estimated_below")
        content = {k: v for k, v in statement.content.items() if k not in late}
        apart = ("previous", "last_year", "estimated_part")
        figures = [
            {name: value for name, value in one.items() if name not in apart}
            for one in content["figures"]
        ]
        statement.content = {**content, "format": 1, "figures": figures}
        statement.save()
        client.force_login(world.person("clerk", "a1"))

        for path in ("", "statement/", "print/", "report.docx", "report.xlsx"):
            assert client.get(f"/reports/{report.pk}/{path}").status_code == 200, path


def test_beside_costs_no_more_queries_for_more_cells_below():
    world = make_world()
    sent(world, roads=Typed(declared=70, is_estimated=True))
    above = make_report(world, "a", definition="committee-month")
    figures = figures_of(above)
    with CaptureQueriesContext(connection) as one:
        estimated_parts(above, figures)
    sent(world, "a2", roads=Typed(declared=5, is_estimated=True))
    with CaptureQueriesContext(connection) as two:
        assert estimated_parts(above, figures) == {"roads": 75}

    assert len(one) == len(two) == 2
