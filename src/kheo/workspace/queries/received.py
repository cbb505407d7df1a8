"""The state of what one receives: the window now due, who is behind, key figures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.urls import reverse
from django.utils.http import urlencode

from kheo.core.access import Actor, Capability
from kheo.insight.queries.frames import Frame
from kheo.insight.queries.labels import name_of, unit_of
from kheo.ledger.models import Measure
from kheo.ledger.queries import Total, totals
from kheo.organisations.models import Organisation
from kheo.organisations.queries import PARTY, named_on
from kheo.programmes.models import Programme
from kheo.programmes.pack import Pack, Text
from kheo.programmes.queries import packs_of, predecessor_of, programmes_on
from kheo.reporting.queries.desk import (
    Tally,
    Window,
    rows_of,
    tally_of,
    window_at,
    windows_of,
)
from kheo.reporting.queries.lines import Line, own_bodies
from kheo.reporting.queries.obligations import Source
from kheo.reporting.queries.rolls import Rolls
from kheo.reporting.workflow import ReportState

BEHIND = 8
"""Names of late senders; the desk has the rest."""
FIGURES = 4


@dataclass(frozen=True, slots=True)
class Received:
    """One body's desk for one window: how many came, how many wait, who is behind."""

    receiver: Organisation
    name: str
    programme: Programme
    title: Text
    window: Window
    tally: Tally
    to_accept: int
    late: int
    behind: list[Line]
    more_behind: int
    may_review: bool

    @property
    def desk_url(self) -> str:
        asked: dict[str, str | int] = {
            "receiver": self.receiver.pk,
            "programme": self.programme.code,
            "year": self.window.last_day.year,
            "window": self.window.code,
        }
        return f"{reverse('reporting:desk')}?{urlencode(asked)}"


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One total of the window, with that of the window before."""

    measure: Measure
    total: Total
    before: Total
    query: str

    @property
    def name(self) -> str:
        return name_of(self.measure)

    @property
    def unit(self) -> str:
        return unit_of(self.measure)


@dataclass(frozen=True, slots=True)
class Glance:
    """Key figures of one body, the highest that the person sees whole."""

    name: str
    window: Window
    figures: list[KeyFigure]
    label: Text | None


@dataclass(frozen=True, slots=True)
class Running:
    """A programme in force with the month now due, and the days of the month before."""

    programme: Programme
    pack: Pack
    window: Window
    before: Window | None


def running_on(on: date) -> list[Running]:
    """What runs today, each with the month that its desk opens with."""
    found = []
    for each in programmes_on(on):
        years = (on.year - 1, on.year)
        code = each.programme.code
        windows = [w for year in years for w in windows_of(code, year)]
        window = window_at(windows, on)  # early in January still last year's
        if window is not None:
            if earlier := predecessor_of(code):
                windows += [w for year in years for w in windows_of(earlier, year)]
            found.append(
                Running(each.programme, each.pack, window, _before(window, windows))
            )
    return found


def _before(window: Window, windows: Iterable[Window]) -> Window | None:
    """The window of the period before."""
    before = window.period.previous()
    return next((one for one in windows if one.period == before), None)


def received_by(actor: Actor, on: date, running: Iterable[Running]) -> list[Received]:
    """The desks of the person's own bodies, the fullest first."""
    if not actor.holds(Capability.VIEW_REPORTS):
        return []
    found = []
    for one in running:
        for receiver in _receivers(actor, one.programme, one.window):
            lines = _lines(receiver, one, actor, on)
            found += [_received(receiver, one, lines, actor)] if lines else []
    return sorted(found, key=lambda one: (-one.tally.expected, one.name))


def _receivers(
    actor: Actor, programme: Programme, window: Window
) -> list[Organisation]:
    """Bodies that receive something and whose work is this person's own."""
    source = Source(programme, packs_of(programme.code), Rolls.now())
    receiving = {body for duty in window.duties for body in source.receivers(duty)}
    roots = (
        actor.roots.get(capability, frozenset())
        for capability in (Capability.REVIEW_REPORTS, Capability.VIEW_REPORTS)
    )
    mine = own_bodies(actor).union(*roots)
    named = named_on(window.interval.last).filter(pk__in=receiving & mine)
    return list(named.order_by("versions__sort_name", "pk"))


def _lines(
    receiver: Organisation, running: Running, actor: Actor, on: date
) -> list[Line]:
    """What is owed to the receiver: all for who reviews there, else what one may see.

    Without reports that are kept on paper: nobody waits for them.
    """
    rows = rows_of(receiver, running.programme, running.window, on)
    lines = [row.line for row in rows if not row.line.is_on_paper]
    if receiver.pk in actor.roots.get(Capability.REVIEW_REPORTS, ()):
        return lines
    seen = actor.bodies(Capability.VIEW_REPORTS)
    return [line for line in lines if line.organisation_id in seen]


def _received(
    receiver: Organisation, running: Running, lines: list[Line], actor: Actor
) -> Received:
    behind = sorted(
        (line for line in lines if line.is_open and line.is_late),
        key=lambda line: (-line.days_late, line.name),
    )
    return Received(
        receiver=receiver,
        name=str(getattr(receiver, "name", receiver.code)),
        programme=running.programme,
        title=running.pack.name,
        window=running.window,
        tally=tally_of(lines),
        to_accept=sum(line.state == ReportState.SENT for line in lines),
        late=len(behind),
        behind=behind[:BEHIND],
        more_behind=max(0, len(behind) - BEHIND),
        may_review=actor.can(Capability.REVIEW_REPORTS, receiver),
    )


def glance_of(
    actor: Actor, on: date, running: Iterable[Running], received: Iterable[Received]
) -> Glance | None:
    """Key figures of the programme now running, where the person sees a whole line."""
    for one in running:
        at = _whole(actor, one.programme, received)
        frame = at and Frame(actor, at, one.window.interval, on, one.programme.code)
        if frame and frame.is_visible:
            return _glance(frame, one)
    return None


def _whole(
    actor: Actor, programme: Programme, received: Iterable[Received]
) -> Organisation | None:
    """The home of the programme, or else the body of one's own that receives most."""
    home = programme.home
    if home is not None and home.pk in actor.roots.get(Capability.VIEW_REPORTS, ()):
        return home
    own = (one.receiver for one in received if one.programme == programme)
    return next(own, None)


def _glance(frame: Frame, running: Running) -> Glance:
    measures = frame.measures[:FIGURES]
    now = _totals(frame, measures)
    before = running.before
    then = {}
    if before:
        past = replace(frame, interval=before.interval, programme=before.programme)
        then = _totals(past, measures)
    return Glance(
        name=frame.at_name,
        window=running.window,
        figures=[
            KeyFigure(
                measure,
                now[measure.code],
                then.get(measure.code, Total(None)),
                frame.query(measure=measure.code),
            )
            for measure in measures
        ],
        label=running.pack.label,
    )


def _totals(frame: Frame, measures: Sequence[Measure]) -> dict[str, Total]:
    found = totals(
        measures, [frame.at.pk], frame.interval, tree=PARTY, programme=frame.programme
    )
    return {code: total for (code, _node), total in found.items()}
