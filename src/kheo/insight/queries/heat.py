"""Who sent on time, late or not at all: by the bodies below, over the windows of a year.

What was owed is asked as it was in each window: a duty of the past is never restated
for another structure.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Max
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _

from kheo.core.access import Actor
from kheo.core.periods import Interval
from kheo.core.text import sort_key
from kheo.insight.queries.scope import children_visible_to
from kheo.insight.queries.windows import Window, duties_of_year
from kheo.insight.rules.sending import NOTHING_OWED, Mark, Sendings, mark_of
from kheo.organisations.models import (
    Kind,
    Organisation,
    OrganisationVersion,
    Reach,
)
from kheo.organisations.queries import PARTY, names_on
from kheo.programmes.models import Programme
from kheo.programmes.queries import packs_of
from kheo.programmes.regime import Duty
from kheo.reporting.models import Extension, Report
from kheo.reporting.queries.obligations import Source
from kheo.reporting.queries.rolls import Rolls

OWN, OTHERS, WHOLE = "=own", "=others", "=whole"
FEW = 100
"""So few bodies are named in a question; of more, all rows are read."""
MANY = 12
"""More children of one kind than this stand in one row that opens."""

Key = tuple[str, int, date]


@dataclass(frozen=True, slots=True)
class Sending:
    """One report that a body owes for a window, and what became of it."""

    body: int
    window: Window
    definition: str
    receiver: int | None
    last_day: date
    sent_on: date | None
    report: int | None
    mark: Mark


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A child, a kind of children, or a sum; one cell for each window."""

    key: str
    label: str
    cells: tuple[Sendings, ...]
    body: Organisation | None = None
    kind: str = ""

    @property
    def total(self) -> Sendings:
        return sum(self.cells, NOTHING_OWED)


@dataclass(frozen=True, slots=True)
class Heat:
    """The table: windows across, bodies down; the rows add up to the whole."""

    windows: tuple[Window, ...]
    rows: tuple[HeatRow, ...]
    whole: HeatRow


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose reports: at and below a body; of one kind of its children, if named."""

    actor: Actor
    at: Organisation
    programme: Programme
    today: date
    kind: str = ""
    definition: str = ""


def heat_of(asked: Asked, windows: Sequence[Window]) -> Heat:
    """Count what was owed and sent below each child in each window."""
    found = sendings_below(asked, windows)
    ground = _Ground.of(asked, windows)
    marks: dict[str, dict[Window, list[Mark]]] = defaultdict(lambda: defaultdict(list))
    for sending, key in found:
        row = ground.row_of(key)
        if not asked.kind or row not in (OWN, OTHERS):
            marks[row][sending.window].append(sending.mark)
    rows = [ground.row(key, cells, windows) for key, cells in marks.items()]
    rows.sort(key=ground.order)
    return Heat(tuple(windows), tuple(rows), _whole(rows, windows))


def _whole(rows: Iterable[HeatRow], windows: Sequence[Window]) -> HeatRow:
    listed = list(rows)
    cells = tuple(
        sum((row.cells[number] for row in listed), NOTHING_OWED)
        for number in range(len(windows))
    )
    return HeatRow(WHOLE, _("Total"), cells)


def sendings_below(
    asked: Asked, windows: Sequence[Window]
) -> list[tuple[Sending, str]]:
    """Every report owed at or below the body, each with the child it is under.

    The key of a child is its number; `=own` is the body itself. Membership is taken on
    the last day of the window.
    """
    if not windows:
        return []
    first = min(window.interval.last for window in windows)
    last = max(window.interval.last for window in windows)
    reach = Reach.objects.filter(
        tree__code=PARTY, superior=asked.at, valid_from__lte=last, valid_to__gt=first
    )
    bodies = {asked.at.pk, *reach.values_list("inferior_id", flat=True)}
    return _below(asked, _sendings(asked, windows, bodies))


def _sendings(
    asked: Asked, windows: Sequence[Window], bodies: Collection[int]
) -> list[Sending]:
    """Every report that these bodies owe the programme for these windows."""
    source = Source(asked.programme, packs_of(asked.programme.code), Rolls.now())
    reports = _reports(asked.programme.code, windows, bodies)
    extended = _extended(asked.programme.code, windows)
    found = []
    for window, duty in _duties(asked, windows):
        for owed in source.found(duty, bodies=bodies):
            key = (duty.report, owed.body, duty.window.end)
            report, sent_on, last_day = reports.get(key, (None, None, None))
            last_day = max(
                last_day or owed.duty.last_day, extended.get(report or 0, date.min)
            )
            found.append(
                Sending(
                    body=owed.body,
                    window=window,
                    definition=duty.report,
                    receiver=owed.receiver,
                    last_day=last_day,
                    sent_on=sent_on,
                    report=report,
                    mark=mark_of(
                        sent_on,
                        last_day=last_day,
                        today=asked.today,
                        is_on_paper=owed.is_on_paper and report is None,
                    ),
                )
            )
    return found


def _duties(asked: Asked, windows: Sequence[Window]) -> Iterable[tuple[Window, Duty]]:
    by_period = {window.period: window for window in windows}
    for year in sorted({window.period.year for window in windows}):
        for period, duty in duties_of_year(asked.programme.code, year):
            window = by_period.get(period)
            is_wanted = not asked.definition or duty.report == asked.definition
            if window is not None and is_wanted:
                yield window, duty


def _reports(
    programme: str, windows: Sequence[Window], bodies: Collection[int]
) -> dict[Key, tuple[int, date | None, date]]:
    """The reports of these windows: their number, the day they were sent, the last day."""
    rows = Report.objects.filter(
        programme=programme, period__in={window.period.code for window in windows}
    )
    if len(bodies) <= FEW:
        rows = rows.filter(organisation__in=bodies)
    sent = rows.values_list(
        "definition",
        "organisation_id",
        "window_to",
        "pk",
        "sent_at",
        "last_day",
    )
    zone = get_current_timezone()
    return {
        (definition, body, until): (
            pk,
            sent_at.astimezone(zone).date() if sent_at else None,
            last_day,
        )
        for definition, body, until, pk, sent_at, last_day in sent
    }


def _extended(programme: str, windows: Sequence[Window]) -> dict[int, date]:
    rows = Extension.objects.filter(
        report__programme=programme,
        report__window_to__lte=max(window.interval.end for window in windows),
        report__window_from__gte=min(window.interval.start for window in windows),
    )
    latest = rows.values("report").annotate(last=Max("until"))
    return dict(latest.values_list("report", "last"))


def _below(asked: Asked, found: Iterable[Sending]) -> list[tuple[Sending, str]]:
    listed = list(found)
    if not listed:
        return []
    first = min(one.window.interval.last for one in listed)
    last = max(one.window.interval.last for one in listed)
    reach = Reach.objects.filter(
        tree__code=PARTY, valid_from__lte=last, valid_to__gt=first
    )
    columns = ("inferior_id", "valid_from", "valid_to")
    bodies = {one.body for one in listed}
    children = _stays(reach.filter(superior=asked.at, depth=1).values_list(*columns))
    under: dict[int, list[tuple[int, Interval]]] = defaultdict(list)
    rows = reach.filter(superior__in=children, inferior__in=bodies)
    for superior, inferior, since, until in rows.values_list("superior_id", *columns):
        under[inferior].append((superior, Interval(since, until)))

    def key_of(sending: Sending) -> str:
        day = sending.window.interval.last
        for child, days in under[sending.body]:
            if day in days and any(day in stay for stay in children[child]):
                return str(child)
        return OWN if sending.body == asked.at.pk else ""

    keyed = ((one, key_of(one)) for one in listed)
    return [(one, key) for one, key in keyed if key]


def kinds_of(bodies: Collection[int]) -> dict[int, str]:
    """What kind each body was last; one query."""
    rows = OrganisationVersion.objects.filter(organisation__in=bodies, is_end=False)
    return dict(rows.order_by("valid_from").values_list("organisation_id", "kind"))


def _stays(rows: Iterable[tuple[int, date, date]]) -> dict[int, list[Interval]]:
    found: dict[int, list[Interval]] = defaultdict(list)
    for body, since, until in rows:
        found[body].append(Interval(since, until))
    return found


class _Ground:
    """The children by name and kind, as far as they may be seen, and where they stand."""

    def __init__(
        self,
        names: Mapping[int, str],
        kinds: Mapping[int, str],
        bodies: Mapping[int, Organisation],
        asked: Asked,
    ) -> None:
        self.names, self.kinds, self.bodies, self.asked = names, kinds, bodies, asked
        numbers = Counter(kinds[body] for body in names if body in kinds)
        self.grouped = {kind: n for kind, n in numbers.items() if n > MANY}

    @classmethod
    def of(cls, asked: Asked, windows: Sequence[Window]) -> "_Ground":
        if not windows:
            return cls({}, {}, {}, asked)
        span = Interval(windows[0].interval.start, windows[-1].interval.end)
        stays = Reach.objects.filter(
            tree__code=PARTY,
            superior=asked.at,
            depth=1,
            valid_from__lt=span.end,
            valid_to__gt=span.start,
        )
        children = set(stays.values_list("inferior_id", flat=True))
        seen = children_visible_to(asked.actor, children, span)
        names = names_on(seen, span.last)
        return cls(names, kinds_of(seen), Organisation.objects.in_bulk(names), asked)

    def row_of(self, key: str) -> str:
        """In which row of the table a child stands."""
        if key == OWN:
            return OWN
        if int(key) not in self.names:
            return OTHERS
        kind = self.kinds.get(int(key), "")
        if self.asked.kind:
            return key if kind == self.asked.kind else OTHERS
        return f"{kind}" if kind in self.grouped else key

    def row(
        self,
        key: str,
        cells: Mapping[Window, Collection[Mark]],
        windows: Sequence[Window],
    ) -> HeatRow:
        counted = tuple(Sendings.of(cells.get(window, ())) for window in windows)
        if key == OWN:
            return HeatRow(key, _("its own reports"), counted, self.asked.at)
        if key == OTHERS:
            return HeatRow(key, _("Other bodies"), counted)
        if key in self.grouped:
            label = f"{Kind(key).label} ({self.grouped[key]})"
            return HeatRow(key, label, counted, kind=key)
        body = int(key)
        return HeatRow(key, self.names[body], counted, self.bodies[body])

    def order(self, row: HeatRow) -> tuple[int, str, str]:
        """Its own, single bodies by name, then kinds, then what may not be named."""
        steps = (row.key == OWN, row.body is not None, bool(row.kind), True)
        return steps.index(True), sort_key(row.label), row.key
