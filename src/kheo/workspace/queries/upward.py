"""Reports that receivers make of what they received, for those who write or approve."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.http import urlencode

from kheo.core.access import Actor, Capability
from kheo.organisations.models import Organisation
from kheo.reporting.models import Summary
from kheo.reporting.queries.desk import own_receivers
from kheo.reporting.queries.upward import own_report_of
from kheo.reporting.workflow import SummaryState
from kheo.workspace.queries.received import Running

HANDS = (Capability.EDIT_REPORTS, Capability.APPROVE_REPORTS)


@dataclass(frozen=True, slots=True)
class OwnSummary:
    """A receiver's own report on one window; without `state` nobody began it."""

    name: str
    period: str
    url: str
    state: str = ""
    state_label: str = ""

    @property
    def is_draft(self) -> bool:
        return self.state == SummaryState.DRAFT


def summaries_for(
    actor: Actor, on: date, running: Iterable[Running]
) -> list[OwnSummary]:
    """The one of the window now due, and every draft of another; the newest first.

    Only of receivers that owe no report themselves: theirs stand among the reports.
    """
    if not any(actor.holds(capability) for capability in HANDS):
        return []
    return [
        line
        for one in running
        for receiver in own_receivers(actor, one.programme, one.window, on)
        if own_report_of(actor, receiver, one.programme, one.window, on) is None
        for line in _lines(actor, receiver, one)
    ]


def _lines(actor: Actor, receiver: Organisation, running: Running) -> list[OwnSummary]:
    window = running.window
    rows = Summary.objects.visible_to(actor).filter(
        Q(frequency=window.frequency, period=window.code) | Q(state=SummaryState.DRAFT),
        programme=running.programme.code,
        organisation=receiver,
    )
    name = str(getattr(receiver, "name", receiver.code))
    address = {"receiver": receiver.pk, "programme": running.programme.code}
    known = [
        OwnSummary(
            name=name,
            period=one.period,
            url=_url(address, one.on, one.period),
            state=one.state,
            state_label=str(one.get_state_display()),
        )
        for one in rows.order_by("-on", "pk")
    ]
    if any(one.period == window.code for one in known):
        return known
    url = _url(address, window.last_day, window.code)
    return [OwnSummary(name, window.code, url), *known]


def _url(address: dict[str, Any], on: date, window: str) -> str:
    asked = address | {"year": on.year, "window": window}
    return f"{reverse('reporting:summary')}?{urlencode(asked)}"
