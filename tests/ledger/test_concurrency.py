"""Many writers at once: no figure lost, none twice, no deadlock left to people."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import OperationalError, connection, transaction

from kheo.ledger import queries
from kheo.ledger.models import Entry
from kheo.ledger.services import Busy, Posted, Posting, post, retried, verify
from kheo.ledger.services.locking import hold_trees
from tests.ledger.books import NOON, World, at, day, days
from tests.ledger.database import PARTY, make_bodies, make_measure

WRITERS, EACH = 6, 12
YEAR = days("2024-01-01", "2024-12-31")
CELLS = [f"C{n}" for n in range(6)]


@pytest.fixture
def bodies(transactional_db):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    make_measure("road_m")
    make_measure("households", "distinct")
    tree = [at("T"), at("A", "T"), at("B", "T")]
    tree += [at(cell, "AB"[n % 2]) for n, cell in enumerate(CELLS)]
    return make_bodies(World(tree))


def in_threads(work, count):
    def run(number):
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def total(measure):
    frame = {"tree": PARTY, "node_id": None, "interval": YEAR}
    return queries.total(queries.measure_of(measure), **frame).value


def test_writers_on_the_same_totals_and_subjects_lose_nothing(bodies):
    ids = [bodies[cell] for cell in CELLS]

    def write(writer):
        for number in range(EACH):
            on = day("2024-01-01") + timedelta(days=(writer * 7 + number) % 5)
            pair = (ids[(writer + number) % 6], ids[(writer + number + 1) % 6])
            lines = [
                Posting("road", "road_m", on, 1, pair),
                Posting("a", "households", on, 1, pair, subject=f"h{number % 3}"),
                Posting("b", "households", on, 1, pair, subject=f"h{(number + 1) % 3}"),
            ]
            post(f"activity:{writer}:{number}", "s0", lines, at=NOON)

    in_threads(write, WRITERS)

    assert total("road_m") == WRITERS * EACH
    assert total("households") == 3
    assert verify() == []


def test_one_source_sent_by_several_at_once_is_entered_once(bodies):
    together = Barrier(WRITERS)

    def send(_writer):
        together.wait()
        line = Posting("road", "road_m", day("2024-03-02"), 430, (bodies["C0"],))
        return post("activity:1", "s0", [line], at=NOON)

    outcomes = in_threads(send, WRITERS)

    assert outcomes.count(Posted(1, 0, 0)) == 1
    assert outcomes.count(Posted(0, 0, 1)) == WRITERS - 1
    assert Entry.objects.count() == 1
    assert total("road_m") == 430


def test_nobody_posts_while_the_trees_are_held(bodies):
    def try_to_post(_number):
        line = Posting("road", "road_m", day("2024-03-02"), 430, (bodies["C0"],))
        try:
            return post("activity:1", "s0", [line], at=NOON)
        except Busy as refusal:
            return refusal.status

    assert in_threads(try_to_post, 1) == [Posted(1, 0, 0)]
    with transaction.atomic():
        hold_trees()
        assert in_threads(try_to_post, 1) == [503]
    assert in_threads(try_to_post, 1) == [Posted(0, 0, 1)]


class DeadlockError(Exception):
    sqlstate = "40P01"


def failing(times, cause):
    left = [times]

    @retried
    def service():
        if left[0]:
            left[0] -= 1
            raise OperationalError from cause
        return "done"

    return service


@pytest.mark.django_db(transaction=True)
def test_a_service_that_met_a_deadlock_is_tried_three_times():
    assert failing(2, DeadlockError())() == "done"
    with pytest.raises(OperationalError):
        failing(3, DeadlockError())()


@pytest.mark.django_db(transaction=True)
def test_other_failures_and_inner_services_are_not_tried_again():
    with pytest.raises(OperationalError):
        failing(1, Exception("disk full"))()
    with transaction.atomic(), pytest.raises(OperationalError):
        failing(1, DeadlockError())()
