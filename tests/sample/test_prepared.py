"""The prepared file is the sample itself: written and read again, all answers equal."""

from datetime import date

import pytest
from django.core.management import call_command

from kheo.activities.models import Activity
from kheo.audit.services import seal, verify
from kheo.core.access import SYSTEM
from kheo.core.errors import Conflict
from kheo.insight.queries.exports import EXPORTS
from kheo.ledger.services import verify as verify_ledger
from kheo.places.services import load_places
from kheo.reporting.models import Report, Statement
from kheo.sample import prepared, services
from tests.village import NOON, make_village

UNTIL = date(2021, 11, 27)


def answers():
    tables = {name: list(table.rows(SYSTEM)) for name, table in EXPORTS.items()}
    statements = Statement.objects.order_by("report__organisation__code", "digest")
    return tables | {
        "statements": list(statements.values_list("digest", flat=True)),
        "states": sorted(
            Report.objects.values_list("organisation__code", "definition", "state")
        ),
        "activities": sorted(
            Activity.objects.values_list("client_id", "state", "title")
        ),
    }


@pytest.mark.django_db(transaction=True)
def test_a_sample_lived_written_and_read_again_answers_alike(tmp_path):
    path = tmp_path / "sample.gz"
    load_places(actor=SYSTEM, at=NOON)
    services.live_small(until=UNTIL, at=NOON, say=str)
    lived = answers()
    assert len(lived["facts"]) > 50
    prepared.write(path)

    call_command("flush", interactive=False, verbosity=0)
    load_places(actor=SYSTEM, at=NOON)
    prepared.read(path, say=str)

    read = answers()
    for name, rows in lived.items():
        assert read[name] == rows, name
    assert verify_ledger() == []
    while seal(at=NOON):
        pass
    assert verify()[1] == []


@pytest.mark.django_db
def test_the_shipped_file_fits_this_schema():
    with services.shipped() as path:
        assert prepared.schema_of(path) == prepared.schema(), (
            "run `kheo demo build small` (docs/how-to/remake-the-sample.md)"
        )


@pytest.mark.django_db
def test_a_database_in_use_takes_no_sample(tmp_path):
    make_village()

    with pytest.raises(Conflict):
        services.live_small(until=UNTIL, at=NOON, say=str)
    with pytest.raises(Conflict):
        prepared.read(tmp_path / "none.gz", say=str)
