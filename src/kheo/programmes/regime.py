"""What a regime asks for and when: duties with window, due day, lock, and the reasons.

Pure: a pack, a stretch of days and a calendar go in, `Duty` values come out. A duty is
owed where its last day lies in the pack's validity and its window in the stage.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from kheo.core.calendar import VIETNAM, Calendar
from kheo.core.periods import DAY, MONTHS_IN, Interval, Period, periods_of
from kheo.programmes import reasons
from kheo.programmes.pack import (
    CutOff,
    DayOff,
    DayRule,
    Direction,
    Due,
    Frequency,
    Milestone,
    Pack,
    Report,
    Source,
    Text,
)

YEARS_RECKONED = range(1990, 2101)
"""No report is owed for other years: an address that names one names nothing."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One report owed for one window. Days are inclusive, the window is half-open.

    `due_on` is the day the document names, `last_day` the last day in time, `lock_on`
    the first day on which only an extension helps (None: never). `period` names the
    window; it is None for a stage. Groups are codes of the pack. `is_set_earlier`
    says that a focal point moved the last day forward.
    """

    report: str
    frequency: Frequency
    period: Period | None
    reporter: str
    receiver: str
    window: Interval
    due_on: date
    last_day: date
    lock_on: date | None
    why: tuple[Text, ...]
    is_set_earlier: bool = False

    @property
    def code(self) -> str:
        """`2024-03`, `2024-Q1`, … or `stage`."""
        return self.period.code if self.period else str(Frequency.STAGE)


def duties(
    pack: Pack, span: Interval | int, calendar: Calendar = VIETNAM
) -> list[Duty]:
    """The duties of one pack whose due day lies in `span` (a year, if a number)."""
    return duties_through((pack,), span, calendar)


def duties_through(
    packs: Sequence[Pack], span: Interval | int, calendar: Calendar = VIETNAM
) -> list[Duty]:
    """The same for consecutive versions of one programme, each until the next begins.

    Windows stay gapless across the change: the first one of a new version begins after
    the last cut-off of the version before.
    """
    days = _of_year(span) if isinstance(span, int) else span
    versions = sorted(packs, key=lambda pack: pack.valid.start)
    found: list[Duty] = []
    for number, pack in enumerate(versions):
        following = versions[number + 1] if number + 1 < len(versions) else None
        before = versions[number - 1] if number else None
        version = _Version(pack, before, _end(pack, following))
        for report in pack.reports:
            found.extend(_duties_of(version, report, days, calendar))
    return sorted(found, key=lambda duty: (duty.last_day, duty.due_on, duty.report))


def governing(packs: Sequence[Pack], duty: Duty) -> Pack:
    """The version of the programme that the duty comes from."""
    day = min(duty.last_day, duty.due_on)
    begun = [pack for pack in packs if pack.valid.start <= day]
    return max(begun, key=lambda pack: pack.valid.start)


def with_earlier_day(duty: Duty, day: int, *, lock_days: int | None, who: Text) -> Duty:
    """The duty with the day of the month that a focal point set for those below.

    The day counts in the month of the stated last day, and only when it is earlier.
    """
    last_day = duty.last_day.replace(day=day)
    if last_day >= duty.last_day:
        return duty
    return replace(
        duty,
        last_day=last_day,
        lock_on=_lock_on(last_day, lock_days),
        why=(*duty.why, reasons.set_earlier(last_day, who)),
        is_set_earlier=True,
    )


def is_on_paper(duty: Duty, kept_since: Mapping[str, date]) -> bool:
    """Whether the window ended before its group's reports were kept here.

    `kept_since` has the first day of each group that has one.
    """
    return duty.window.last < kept_since.get(duty.reporter, date.min)


def with_paper(duty: Duty, kept_since: Mapping[str, date]) -> Duty:
    """The duty with the reason why nobody waits for it here, where there is one."""
    if not is_on_paper(duty, kept_since):
        return duty
    reason = reasons.on_paper(kept_since[duty.reporter])
    return replace(duty, why=(*duty.why, reason))


def last_day_of(milestone: Milestone) -> date | None:
    """The last day in time of a milestone with one date."""
    stated = milestone.due.rule.date_
    if stated is None:
        return None
    return stated - DAY if milestone.due.is_strict else stated


def late_days(pack: Pack, report: str) -> int | None:
    """How many days after the last one a report is still taken; None: no limit."""
    lock = pack.report(report).lock
    return lock.late_days if lock else None


def day_of(rule: DayRule, period: Period) -> date | None:
    """The day a rule names for a period; None where it names none."""
    if rule.date_ is not None:
        is_this = Period.containing(rule.date_, period.frequency) == period
        return rule.date_ if is_this else None
    if rule.day is not None:
        months = (
            period.first_month - 1 + (rule.month or MONTHS_IN[period.frequency]) - 1
        )
        return date(period.year + months // 12, months % 12 + 1, rule.day)
    for fixed in rule.dates:
        if fixed.period == period.number:
            return date(period.year + fixed.next_year, fixed.month, fixed.day)
    return None


def cut_off_of(pack: Pack, report: Report, period: Period) -> date | None:
    """The last day of a report's window: as stated, else the last day in time."""
    stated = _cut_off_rule(pack, report)
    if stated is not None:
        return day_of(stated.cut_off, period)
    if report.due is None:
        return None
    named = day_of(report.due.rule, period)
    return named and _last_day(report.due, named)


def _cut_off_rule(pack: Pack, report: Report) -> CutOff | None:
    if report.window is not None:
        return report.window
    windows = (one for one in pack.windows if one.frequency is report.frequency)
    return next(windows, None)


def _of_year(year: int) -> Interval:
    return Interval(date(year, 1, 1), date(year + 1, 1, 1))


def _end(pack: Pack, following: Pack | None) -> date:
    ends = [pack.valid.until or date.max]
    if following is not None:
        ends.append(following.valid.start)
    return min(ends)


@dataclass(frozen=True, slots=True)
class _Version:
    """A pack among the versions of its programme: after which one, and until when."""

    pack: Pack
    before: Pack | None
    until: date

    def owes_on(self, day: date) -> bool:
        return self.pack.valid.start <= day < self.until


def _duties_of(
    version: _Version, report: Report, days: Interval, calendar: Calendar
) -> Iterator[Duty]:
    if report.due is None:
        return
    if report.frequency is Frequency.STAGE:
        yield from _stage_duty(version, report, days, calendar)
        return
    for year in range(days.start.year - 2, days.end.year + 1):
        for period in periods_of(year, report.frequency):
            due_on = day_of(report.due.rule, period)
            if due_on is None or due_on not in days:
                continue
            window = _window(version, report, period)
            if window and version.owes_on(_last_day(report.due, due_on)):
                yield _duty(version.pack, report, period, window, due_on, calendar)


def _stage_duty(
    version: _Version, report: Report, days: Interval, calendar: Calendar
) -> Iterator[Duty]:
    stage, due = version.pack.stage, report.due
    due_on = due.rule.date_ if due else None
    if stage is None or due is None or due_on is None or due_on not in days:
        return
    if version.owes_on(_last_day(due, due_on)):
        whole = Interval(stage.start, stage.until or due_on + DAY)
        yield _duty(version.pack, report, None, whole, due_on, calendar)


def _window(version: _Version, report: Report, period: Period) -> Interval | None:
    """The days a report covers, cut to the stage; None where nothing is left."""
    pack = version.pack
    last = cut_off_of(pack, report, period)
    if last is None or _was_closed_before(version, report, period):
        return None
    start, end = _previous_cut_off(version, report, period) + DAY, last + DAY
    if pack.stage is not None:
        start = max(start, pack.stage.start)
        end = min(end, pack.stage.until or end)
    return Interval(start, end) if start < end else None


def _previous_cut_off(version: _Version, report: Report, period: Period) -> date:
    """The last cut-off before this period's, by the version that closed its window.

    A period that no version closed, because the day of each lay in the other's time,
    is passed over: its days fall to the next.
    """
    pack, twin = version.pack, _twin(report, version.before)
    earlier = period.previous()
    while twin is not None and version.before is not None:
        if _was_closed_before(version, report, earlier):
            theirs = cut_off_of(version.before, twin, earlier)
            return theirs or earlier.interval.last
        if (_closing(pack, report, earlier) or date.min) >= pack.valid.start:
            break
        earlier = earlier.previous()
    # A report for a single date has no earlier cut-off: its period begins it.
    return cut_off_of(pack, report, earlier) or earlier.interval.last


def _was_closed_before(version: _Version, report: Report, period: Period) -> bool:
    """Whether this period's report was owed under the version before."""
    twin = _twin(report, version.before)
    if twin is None or version.before is None:
        return False
    closing = _closing(version.before, twin, period)
    return closing is not None and closing < version.pack.valid.start


def _closing(pack: Pack, report: Report, period: Period) -> date | None:
    """The day that decides which version a period belongs to: the last in time."""
    named = day_of(report.due.rule, period) if report.due else None
    if report.due is None or named is None:
        return cut_off_of(pack, report, period)
    return _last_day(report.due, named)


def _twin(report: Report, before: Pack | None) -> Report | None:
    """The report of the version before that this one continues."""
    if before is None:
        return None
    same = [one for one in before.reports if one.frequency is report.frequency]
    named = [one for one in same if one.code == report.code]
    return next(iter(named or same), None)


def _last_day(due: Due, named: date) -> date:
    return named - DAY if due.is_strict else named


def _duty(
    pack: Pack,
    report: Report,
    period: Period | None,
    window: Interval,
    due_on: date,
    calendar: Calendar,
) -> Duty:
    due = report.due
    assert due is not None  # asked before
    stated = _last_day(due, due_on)
    last_day = _moved(due, stated, calendar)
    days = report.lock.late_days if report.lock else None
    return Duty(
        report=report.code,
        frequency=report.frequency,
        period=period,
        reporter=report.reporter,
        receiver=report.receiver,
        window=window,
        due_on=due_on,
        last_day=last_day,
        lock_on=_lock_on(last_day, days),
        why=tuple(_why(pack, report, due, window, due_on, last_day, calendar)),
    )


def _moved(due: Due, day: date, calendar: Calendar) -> date:
    if due.moved is None or calendar.is_working_day(day):
        return day
    is_holiday = calendar.holiday(day) is not None
    off = DayOff.HOLIDAY if is_holiday else DayOff.WEEKEND
    is_weekend = calendar.is_weekend(day) and DayOff.WEEKEND in due.moved.off
    if off not in due.moved.off and not is_weekend:
        return day
    if due.moved.to is Direction.NEXT:
        return calendar.add_working_days(day, 0)
    return calendar.add_working_days(day, -1)


def _lock_on(last_day: date, days: int | None) -> date | None:
    return None if days is None else last_day + DAY * (days + 1)


def _why(
    pack: Pack,
    report: Report,
    due: Due,
    window: Interval,
    due_on: date,
    last_day: date,
    calendar: Calendar,
) -> Iterator[Text]:
    stated = _last_day(due, due_on)
    if due.is_strict:
        yield reasons.strictly_before(due_on, stated, _said(pack, due.source))
    else:
        yield reasons.at_the_latest(due_on, _said(pack, due.source))
    if last_day != stated and due.moved is not None:
        name = reasons.day_off(stated, calendar)
        yield reasons.moved(stated, last_day, name, _said(pack, due.moved.source))
    elif not calendar.is_working_day(stated):
        yield reasons.not_moved(stated, reasons.day_off(stated, calendar))
    rule = _cut_off_rule(pack, report)
    if rule is not None:
        yield reasons.window(window, _said(pack, rule.source))
    else:
        yield reasons.window_from_due(window)
    if pack.stage is not None and window.start == pack.stage.start:
        yield reasons.from_stage(window.start, _said(pack, pack.stage.source))
    if due.earlier is not None:
        yield reasons.may_be_earlier(_said(pack, due.earlier.source))
    if report.lock is not None:
        days = report.lock.late_days
        yield reasons.lock(days, _said(pack, report.lock.source))


def _said(pack: Pack, source: Source) -> Text:
    """Where a rule stands, as words: the paper and its clause, or whose assumption."""
    return reasons.source(pack, source)
