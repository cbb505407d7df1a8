"""One round of the worker: the trail sealed, the days of the month counted."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from kheo.audit.models import AuditEntry
from kheo.ledger.models import Entry
from kheo.programmes.queries import duties_in
from tests.village import SATURDAY, make_village


@pytest.mark.django_db
def test_a_round_seals_and_counts_the_days_due(monkeypatch):
    make_village()
    assert duties_in("s0", _around(SATURDAY))
    monkeypatch.setattr(timezone, "localdate", lambda *_: SATURDAY)
    out = StringIO()

    call_command("worker", once=True, stdout=out)

    assert "sealed" in out.getvalue()
    assert not AuditEntry.objects.filter(number=None).exists()
    due = Entry.objects.filter(measure__code="units_due", on="2024-04-24")
    assert due.count() == 3


def _around(day):
    from datetime import timedelta

    from kheo.core.periods import Interval

    return Interval(day - timedelta(days=40), day + timedelta(days=40))
