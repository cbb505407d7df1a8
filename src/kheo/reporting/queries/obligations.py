"""Who owes which report to whom: packs times members, computed, never stored."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from kheo.core.periods import Interval
from kheo.ledger.rules import canonical, dimensions_of
from kheo.organisations.models import Organisation, Reach
from kheo.organisations.queries import names_on
from kheo.programmes.models import FocalDay, Programme
from kheo.programmes.pack import Cell, Law, Pack, Text
from kheo.programmes.queries import Owed, duties_in, members, pack_on
from kheo.programmes.regime import Duty, late_days, with_earlier_day
from kheo.reporting.models import Report


def owed_in(
    span: Interval,
    *,
    programme: str | None = None,
    bodies: Collection[int] | None = None,
) -> list[Owed]:
    """Everything owed with a last day in `span`, of all bodies or only of `bodies`.

    Costs some queries for each duty, none for each body: the same answers as
    `programmes.queries.duties_of` for one body after the other. Ordered by last day,
    then by the name of the body.
    """
    programmes = Programme.objects.select_related("home").order_by("code")
    if programme is not None:
        programmes = programmes.filter(code=programme)
    owed = [
        one
        for each in programmes
        for duty in duties_in(each.code, _wider(span))
        for one in owed_for(each, duty, bodies=bodies)
        if one.duty.last_day in span
    ]
    return sorted(owed, key=lambda one: (one.duty.last_day, one.programme))


def owed_for(
    programme: Programme, duty: Duty, *, bodies: Collection[int] | None = None
) -> Iterator[Owed]:
    """One duty for each body that owes it, with its receiver and its own last day."""
    pack = pack_on(programme.code, duty.last_day)
    day = duty.window.last
    group = pack.group(duty.reporter)
    owing = members(group, day, programme=programme)
    if bodies is not None:
        owing = owing.filter(pk__in=bodies)
    reporters = list(owing)
    if not reporters:
        return
    line = _Line.of(pack, duty, programme, [body.pk for body in reporters])
    earlier = _earlier(programme, pack, duty, line.receivers.values())
    for body in reporters:
        receiver = line.receivers.get(body.pk)
        own = earlier.get(receiver, duty) if receiver else duty
        yield Owed(
            programme.code, body, line.wanted[receiver] if receiver else None, own
        )


def _wider(span: Interval) -> Interval:
    """Due days around the last days in `span`: strict rules, moved and earlier days."""
    start = max(span.start.toordinal() - 45, 1)
    return Interval(
        date.fromordinal(start), date.fromordinal(span.end.toordinal() + 45)
    )


@dataclass(frozen=True, slots=True)
class _Line:
    """The receivers of many bodies at once, as `programmes.receiver_of` finds one."""

    wanted: Mapping[int, Organisation]
    receivers: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def of(
        cls, pack: Pack, duty: Duty, programme: Programme, bodies: list[int]
    ) -> "_Line":
        group = pack.group(pack.report(duty.report).receiver)
        day = duty.window.last
        wanted = {body.pk: body for body in members(group, day, programme=programme)}
        reach = Reach.objects.filter(
            tree__code=group.tree, valid_from__lte=day, valid_to__gt=day
        )
        above: dict[int, list[int]] = defaultdict(list)
        rows = reach.filter(inferior__in=bodies, depth__gt=0).order_by("depth")
        for inferior, superior in rows.values_list("inferior", "superior"):
            above[inferior].append(superior)
        near: dict[int, list[tuple[int, int]]] = defaultdict(list)
        rows = reach.filter(inferior__in=wanted).order_by("depth")
        for superior, depth, inferior in rows.values_list(
            "superior", "depth", "inferior"
        ):
            near[superior].append((depth, inferior))
        found = {body: _nearest(above[body], wanted, near) for body in bodies}
        return cls(wanted, {body: r for body, r in found.items() if r is not None})


def _nearest(
    superiors: Iterable[int],
    wanted: Mapping[int, Organisation],
    near: Mapping[int, list[tuple[int, int]]],
) -> int | None:
    for superior in superiors:
        if superior in wanted:
            return superior
        below = near.get(superior, [])
        if below:
            is_alone = len(below) == 1 or below[0][0] < below[1][0]
            return below[0][1] if is_alone else None
    return None


def _earlier(
    programme: Programme, pack: Pack, duty: Duty, receivers: Iterable[int]
) -> dict[int, Duty]:
    """The duty as each receiver's focal point set it, where one did."""
    due = pack.report(duty.report).due
    if due is None or due.earlier is None:
        return {}
    rows = FocalDay.objects.filter(
        programme=programme,
        organisation__in=set(receivers),
        report=duty.report,
        valid_from__lte=duty.last_day,
    )
    latest = {row.organisation_id: row for row in rows.order_by("valid_from")}
    days = {body: row.day for body, row in latest.items() if row.day is not None}
    names = names_on(days, duty.last_day) if days else {}
    return {
        body: with_earlier_day(
            duty,
            day,
            lock_days=late_days(pack, duty.report),
            who=Text(
                vi=f"Đầu mối của {names[body]}",
                en=f"The focal point of {names[body]}",
            ),
        )
        for body, day in days.items()
    }


# From duties to rows


Key = tuple[str, str, int, date, date]
"""Programme, definition, body, window: what makes a report the same."""


def key_of(owed: Owed) -> Key:
    window = owed.duty.window
    return (
        owed.programme,
        owed.duty.report,
        owed.organisation.pk,
        window.start,
        window.end,
    )


def key_of_report(report: Report) -> Key:
    return (
        report.programme,
        report.definition,
        report.organisation_id,
        report.window_from,
        report.window_to,
    )


def rules_of(report: Report) -> Pack:
    """The pack that this report answers.

    The focal point's earlier day may lie before the version that names the report.
    """
    pack = pack_on(report.programme, report.last_day)
    if any(one.code == report.definition for one in pack.reports):
        return pack
    return pack_on(report.programme, report.due_on)


@dataclass(frozen=True, slots=True)
class FormCell:
    """One figure that the report asks for, with the measure it is of."""

    form: str
    key: str
    measure: str
    dimensions: str
    law: Law
    decimals: int
    name: Text
    unit: Text
    parts: tuple[str, str] | None = None
    scale: int = 0
    is_shown: bool = True

    @property
    def where(self) -> dict[str, str]:
        return dimensions_of(self.dimensions)

    @property
    def is_typed(self) -> bool:
        """Whether people may declare it: ratios and counts kept by Khéo are not."""
        return self.is_shown and self.law is not Law.RATIO

    def holds(self, other: "FormCell") -> bool:
        """Whether the other figure is a part of this one: same measure, broken down."""
        is_narrower = self.where.items() < other.where.items()
        return self.measure == other.measure and is_narrower


def cells_of(pack: Pack, definition: str) -> list[FormCell]:
    """The figures of all forms of a report, in the order of the forms."""
    return [
        _form_cell(pack, form.code, cell)
        for form in pack.forms_of(pack.report(definition))
        for cell in form.cells
    ]


def _form_cell(pack: Pack, form: str, cell: Cell) -> FormCell:
    measure = pack.measure(cell.measure)
    where = {choice.dimension: choice.value for choice in cell.where}
    parts, scale = None, 0
    if measure.numerator and measure.denominator:
        parts = (measure.numerator, measure.denominator)
        above, below = (pack.measure(part).decimals for part in parts)
        scale = above - below
    return FormCell(
        form=form,
        key=cell.key,
        measure=cell.measure,
        dimensions=canonical(where),
        law=measure.law,
        decimals=measure.decimals,
        name=cell.name or measure.name,
        unit=measure.unit,
        parts=parts,
        scale=scale,
        is_shown=measure.shown,
    )
