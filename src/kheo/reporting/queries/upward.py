"""What a receiver owes upward: its own report, made of those it receives."""

from dataclasses import dataclass
from datetime import date

from kheo.core.access import Actor
from kheo.organisations.models import Organisation
from kheo.programmes.models import Programme
from kheo.programmes.pack import Pack
from kheo.programmes.queries import Owed, packs_of
from kheo.reporting.models import Report
from kheo.reporting.queries.desk import Window
from kheo.reporting.queries.lines import begin_url
from kheo.reporting.queries.obligations import key_of, key_of_report, owed_for, pack_in
from kheo.reporting.queries.people import is_own


@dataclass(frozen=True, slots=True)
class Upward:
    """The receiver's own report on the same window; without `report` nobody began it."""

    owed: Owed
    report: Report | None

    @property
    def url(self) -> str:
        return self.report.get_absolute_url() if self.report else begin_url(self.owed)


def own_report_of(
    actor: Actor, receiver: Organisation, programme: Programme, window: Window, on: date
) -> Upward | None:
    """The report that consolidates what the receiver receives for a window.

    `None` where the programme asks for none, or for a person who does not write it.
    """
    if not is_own(actor, receiver.pk, on):
        return None
    pack = pack_in(packs_of(programme.code), window.last_day)
    if pack is None:
        return None
    duties = [one for one in window.duties if _consolidates(pack, one.report)]
    owed = next(iter(owed_for(programme, duties, bodies=[receiver.pk])), None)
    if owed is None:
        return None
    reports = Report.objects.visible_to(actor).filter(
        programme=programme.code,
        definition=owed.duty.report,
        organisation=receiver,
        window_from=owed.duty.window.start,
    )
    known = {key_of_report(report): report for report in reports}
    return Upward(owed, known.get(key_of(owed)))


def _consolidates(pack: Pack, definition: str) -> bool:
    return any(one.code == definition and one.consolidates for one in pack.reports)
