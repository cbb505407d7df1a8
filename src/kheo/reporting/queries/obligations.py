"""Who owes which report to whom: packs times members, computed, never stored."""

from collections.abc import Collection, Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from datetime import date

from kheo.core.periods import Interval
from kheo.ledger.rules import canonical, dimensions_of
from kheo.organisations.models import Organisation, OrganisationVersion
from kheo.organisations.queries import names_on
from kheo.programmes.models import FocalDay, Programme
from kheo.programmes.pack import Cell, Law, Pack, Text
from kheo.programmes.queries import Owed, duties_in, kept_since, pack_on, packs_of
from kheo.programmes.regime import (
    Duty,
    is_on_paper,
    late_days,
    with_earlier_day,
)
from kheo.reporting.models import Report
from kheo.reporting.queries.rolls import Rolls
from kheo.reporting.rules import most_declared


def owed_in(
    span: Interval,
    *,
    programme: str | None = None,
    bodies: Collection[int] | None = None,
) -> list[Owed]:
    """Everything owed with a last day in `span`, of all bodies or only of `bodies`.

    The same answers as `programmes.queries.duties_of` for one body after the other, in
    a handful of queries. Ordered by last day, then by the names of the bodies.
    """
    programmes = Programme.objects.select_related("home").order_by("code")
    if programme is not None:
        programmes = programmes.filter(code=programme)
    found: list[_Found] = []
    rolls = Rolls.now()
    for each in programmes:
        source = Source(each, packs_of(each.code), rolls)
        for duty in duties_in(each.code, _wider(span)):
            found += source.found(duty, bodies=bodies)
    inside = [one for one in found if one.duty.last_day in span]
    return sorted(_named(inside), key=lambda one: (one.duty.last_day, one.programme))


def owed_for(
    programme: Programme,
    duties: Iterable[Duty],
    *,
    bodies: Collection[int] | None = None,
    receiver: int | None = None,
) -> list[Owed]:
    """Some duties for each body that owes them, with receiver and own last day."""
    source = Source(programme, packs_of(programme.code), Rolls.now())
    found = [one for duty in duties for one in source.found(duty, bodies=bodies)]
    if receiver is not None:
        found = [one for one in found if one.receiver == receiver]
    return _named(found)


def pack_in(packs: Iterable[Pack], day: date) -> Pack | None:
    """The version in force on a day, among versions in order."""
    begun = [pack for pack in packs if pack.valid.start <= day]
    if not begun or (begun[-1].valid.until or date.max) <= day:
        return None
    return begun[-1]


@dataclass(frozen=True, slots=True)
class _Found:
    """A duty of one body before its bodies are named."""

    programme: str
    body: int
    receiver: int | None
    duty: Duty
    is_on_paper: bool = False


class Source:
    """What one programme asks of whom; holds what all its duties have in common."""

    def __init__(self, programme: Programme, packs: list[Pack], rolls: Rolls) -> None:
        self.programme = programme
        self.packs = packs
        self.rolls = rolls
        self.kept_since = kept_since(programme.code)
        self._focal_days: list[FocalDay] | None = None

    def pack(self, duty: Duty) -> Pack:
        found = pack_in(self.packs, duty.last_day)
        if found is None:
            raise KeyError(duty.report)
        return found

    def found(
        self, duty: Duty, *, bodies: Collection[int] | None = None
    ) -> Iterator[_Found]:
        """One line for each body that owes the duty."""
        pack = self.pack(duty)
        receiver = pack.report(duty.report).receiver
        roll = self.rolls.roll(
            self.programme, pack, duty.reporter, receiver, duty.window.last
        )
        owing = [one for one in roll.bodies if bodies is None or one in bodies]
        earlier = self._earlier(pack, duty) if owing else {}
        on_paper = is_on_paper(duty, self.kept_since)
        for body in owing:
            to = roll.receivers.get(body)
            own = earlier.get(to, duty) if to else duty
            yield _Found(self.programme.code, body, to, own, on_paper)

    def receivers(self, duty: Duty) -> frozenset[int]:
        """Every body to which the duty's reports go."""
        pack = self.pack(duty)
        receiver = pack.report(duty.report).receiver
        roll = self.rolls.roll(
            self.programme, pack, duty.reporter, receiver, duty.window.last
        )
        return frozenset(roll.receivers.values())

    def _earlier(self, pack: Pack, duty: Duty) -> dict[int, Duty]:
        """The duty as each receiver's focal point set it, where one did."""
        due = pack.report(duty.report).due
        if due is None or due.earlier is None:
            return {}
        if self._focal_days is None:
            rows = FocalDay.objects.filter(programme=self.programme)
            self._focal_days = list(rows.order_by("valid_from"))
        latest = {
            row.organisation_id: row.day
            for row in self._focal_days
            if row.report == duty.report and row.valid_from <= duty.last_day
        }
        days = {body: day for body, day in latest.items() if day is not None}
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


def _named(found: Collection[_Found]) -> list[Owed]:
    """Bodies and receivers as objects, each named as on the window's last day."""
    ids = {one.body for one in found} | {one.receiver for one in found if one.receiver}
    known = Organisation.objects.in_bulk(ids)
    versions: dict[int, list[tuple[date, str]]] = {}
    rows = OrganisationVersion.objects.filter(organisation__in=ids, is_end=False)
    for body, since, name in rows.order_by("valid_from").values_list(
        "organisation_id", "valid_from", "name"
    ):
        versions.setdefault(body, []).append((since, name))

    def named(body: int, day: date) -> Organisation:
        # A copy: one body bears different names in different windows.
        one = copy(known[body])
        names = versions.get(body, [(day, one.code)])
        past = [name for since, name in names if since <= day]
        one.name = (past or [names[0][1]])[-1]  # type: ignore[attr-defined]  # as `named_on` annotates it
        return one

    return [
        Owed(
            programme=one.programme,
            organisation=named(one.body, one.duty.window.last),
            receiver=named(one.receiver, one.duty.window.last)
            if one.receiver
            else None,
            duty=one.duty,
            is_on_paper=one.is_on_paper,
        )
        for one in found
    ]


def _wider(span: Interval) -> Interval:
    """Due days around the last days in `span`: strict rules, moved and earlier days."""
    start = max(span.start.toordinal() - 45, 1)
    return Interval(
        date.fromordinal(start), date.fromordinal(span.end.toordinal() + 45)
    )


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
    """The pack that this report answers; asked once for each object.

    The focal point's earlier day may lie before the version that names the report.
    """
    kept: Pack | None = report.__dict__.get("_rules")
    if kept is None:
        packs = packs_of(report.programme)
        for day in (report.last_day, report.due_on):
            found = pack_in(packs, day)
            names = (one.code for one in found.reports) if found else ()
            if found and report.definition in names:
                kept = report.__dict__["_rules"] = found
                break
        else:
            kept = pack_on(report.programme, report.due_on)
    return kept


@dataclass(frozen=True, slots=True)
class FormCell:
    """One figure that the report asks for, with the measure it is of.

    `most` is what may be declared in the report's window, where a limit is known.
    """

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
    most: int | None = None

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


def cells_of(
    pack: Pack, definition: str, window: Interval | None = None
) -> list[FormCell]:
    """The figures of all forms of a report, in the order of the forms.

    With the `window` each says what may be declared in it.
    """
    days = (window.end - window.start).days if window else None
    return [
        _form_cell(pack, form.code, cell, days)
        for form in pack.forms_of(pack.report(definition))
        for cell in form.cells
    ]


def _form_cell(pack: Pack, form: str, cell: Cell, days: int | None) -> FormCell:
    measure = pack.measure(cell.measure)
    where = {choice.dimension: choice.value for choice in cell.where}
    parts, scale = None, 0
    if measure.numerator and measure.denominator:
        parts = (measure.numerator, measure.denominator)
        above, below = (pack.measure(part).decimals for part in parts)
        scale = above - below
    limits = measure.plausible if measure.law is Law.FLOW else None
    most = (
        most_declared(limits.max, measure.decimals, days=days)
        if limits and days
        else None
    )
    return FormCell(
        form=form,
        key=cell.key,
        measure=cell.measure,
        dimensions=canonical(where),
        law=measure.law,
        decimals=measure.decimals,
        name=cell.name or _with_values(pack, measure.name, where),
        unit=measure.unit,
        parts=parts,
        scale=scale,
        is_shown=measure.shown,
        most=most,
    )


def _with_values(pack: Pack, name: Text, where: dict[str, str]) -> Text:
    """The measure's name with the values that a figure is broken down by."""
    values = [
        value.name
        for dimension, code in where.items()
        for value in pack.dimension(dimension).values
        if value.code == code
    ]
    if not values:
        return name
    vi, en = (", ".join(getattr(v, one) for v in values) for one in ("vi", "en"))
    return Text(vi=f"{name.vi}: {vi}", en=f"{name.en}: {en}")
