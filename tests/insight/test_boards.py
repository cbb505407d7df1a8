"""The board's tables are the ledger's own rows, only read together."""

import pytest

from kheo.core.access import SYSTEM
from kheo.insight.queries.boards import board_of
from kheo.insight.queries.frames import Frame
from kheo.insight.queries.grids import tables_of
from kheo.insight.queries.series import monthly, months_before
from kheo.ledger import queries as ledger
from kheo.ledger.models import Measure
from kheo.organisations.models import Organisation
from tests.insight.make import TODAY, days, make_history, say

pytestmark = pytest.mark.django_db


def frame(code, interval, structure="recorded"):
    at = Organisation.objects.get(code=code)
    return Frame(SYSTEM, at, interval, TODAY, structure=structure)


def measures():
    return list(
        Measure.objects.select_related("numerator", "denominator").order_by("code")
    )


def test_many_measures_read_together_give_the_rows_of_each_alone():
    make_history()
    say("report:5", "c", days("2024-02-25", "2024-03-24"), money="zero", due="nil")
    say("report:6", "a2", days("2025-01-01", "2025-12-31"), roads="zero")
    say("report:7", "a2", days("2025-06-25", "2025-07-24"), money="zero")
    seen = 0

    for code in ("tu", "a", "b", "d", "x", "y"):
        for interval in (
            days("2024-02-25", "2024-03-24"),
            days("2024-01-01", "2024-12-31"),
            days("2025-06-25", "2025-07-24"),
            days("2024-03-01", "2025-12-31"),
        ):
            for structure in ("recorded", "today", "2025-06-30"):
                one = frame(code, interval, structure)
                tables = tables_of(one, measures())
                for measure in measures():
                    alone = ledger.breakdown(
                        measure,
                        by="child",
                        tree="party",
                        node_id=one.at.pk,
                        interval=interval,
                        structure=one.known_structure,
                    )
                    together = {r.key: r.total for r in tables[measure.code]}
                    asked = (code, interval, structure, measure.code)
                    assert together == {r.key: r.total for r in alone}, asked
                    seen += any(row.value for row in alone)
    assert seen > 100


def test_months_read_together_are_those_of_the_ledger():
    make_history()

    for code in ("tu", "a", "d", "x"):
        for structure in ("recorded", "today", "2025-06-30"):
            one = frame(code, days("2025-08-01", "2025-08-31"), structure)
            for measure in measures():
                found = monthly(one, measure)
                alone = ledger.monthly(
                    measure,
                    tree="party",
                    node_id=one.at.pk,
                    interval=months_before(one.interval),
                    structure=one.known_structure,
                )
                assert len(found) == 24
                assert [(m.row.key, m.row.total) for m in found] == [
                    (row.key, row.total) for row in alone
                ], (code, structure, measure.code)


def test_months_name_the_days_of_reorganisation():
    make_history()

    months = monthly(frame("tu", days("2025-08-01", "2025-08-31")), measures()[0])

    breaks = {
        month.period.code: str(month.break_on) for month in months if month.break_on
    }
    assert breaks == {"2024-03": "2024-03-15", "2025-07": "2025-07-01"}


def test_the_board_adds_up_column_by_column():
    make_history()

    board = board_of(frame("tu", days("2024-01-01", "2025-12-31")), measures())

    for code in ("roads", "money", "running", "helped"):
        lines = [*board.children, *board.corrections]
        values = [line.cells[code].total.value for line in lines if code in line.cells]
        assert (
            sum(value or 0 for value in values) == board.whole.cells[code].total.value
        )


def test_children_stand_in_vietnamese_order():
    make_history()
    for code, name in (("a", "Đảng ủy Ô"), ("b", "Đảng ủy Ân"), ("d", "Đảng ủy An")):
        versions = Organisation.objects.get(code=code).versions
        versions.update(name=name)

    board = board_of(frame("tu", days("2024-01-01", "2024-12-31")), measures())

    names = [line.label for line in board.children if line.label.startswith("Đảng")]
    assert names == ["Đảng ủy An", "Đảng ủy Ân", "Đảng ủy Ô"]


def test_a_day_before_everything_has_no_figures_and_no_children():
    make_history()

    board = board_of(frame("tu", days("2010-01-01", "2010-12-31")), measures())

    assert board.children == []
    assert {cell.total.value for cell in board.whole.cells.values()} == {None}
