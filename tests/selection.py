"""Which tests need not run again on a second database: those that cannot reach one.

`--database-only` leaves out each test without the `django_db` mark and without a
fixture that opens the database; pytest-django refuses them every query, on any database.
A module that starts processes stays whole: nothing refuses a process anything.
"""

import pytest

OPENING = {"db", "transactional_db", "live_server", "django_db_setup"}
COUNTED = "left_out"
_left_out = set()
"""How many, as each worker says of the same collection."""


def pytest_addoption(parser):
    parser.addoption(
        "--database-only",
        action="store_true",
        help="leave out the tests that cannot reach a database, and say how many",
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    if not config.getoption("--database-only"):
        return
    left_out = [item for item in items if not may_reach_database(item)]
    items[:] = [item for item in items if may_reach_database(item)]
    config.hook.pytest_deselected(items=left_out)
    _left_out.add(len(left_out))
    if hasattr(config, "workeroutput"):
        config.workeroutput[COUNTED] = len(left_out)


def may_reach_database(item):
    return (
        item.get_closest_marker("django_db") is not None
        or not OPENING.isdisjoint(item.fixturenames)
        or hasattr(item.module, "subprocess")
    )


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    if COUNTED in getattr(node, "workeroutput", {}):
        _left_out.add(node.workeroutput[COUNTED])


def pytest_terminal_summary(terminalreporter):
    for count in sorted(_left_out):
        terminalreporter.write_line(f"{count} left out: they reach no database")
