"""Entering facts: a source posts its lines, posts them again, or takes them back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from kheo.core.errors import Conflict, RuleBroken
from kheo.ledger import rules
from kheo.ledger.lines import Line, read_source, read_subjects
from kheo.ledger.models import Credit, Entry, Law, Measure, Standing
from kheo.ledger.projections import (
    Projections,
    known_projections,
    projections_of_all,
    trees_without,
)
from kheo.ledger.services import upkeep
from kheo.ledger.services.locking import hold, hold_trees, retried, share_trees
from kheo.ledger.services.storing import Slices, Sums, grounds_for, insert

LARGEST = 2**62
STANDINGS = frozenset(Standing.values)
ENTRY_COLUMNS = (
    *("key", "programme", "measure_id", '"on"', "until", "amount"),
    *("dimensions", "place_id", "subject", "standing"),
    *("source", "line", "revision", "posted_at"),
)


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of a source: how much of a measure, when, and who takes part.

    `amount` counts the measure's smallest unit. `credits` are the bodies by their ids.
    `until` ends a stock, or the window of a declared distinct count.
    """

    line: str
    measure: str
    on: date
    amount: int
    credits: tuple[int, ...]
    until: date | None = None
    dimensions: Mapping[str, str] = field(default_factory=dict)
    place_id: int | None = None
    subject: str = ""
    standing: str = Standing.ACTUAL.value


@dataclass(frozen=True, slots=True)
class Posted:
    """How many lines were entered, closed, and left as they were."""

    entered: int
    closed: int
    unchanged: int


@retried
@transaction.atomic
def post(
    source: str, programme: str, postings: Sequence[Posting], *, at: datetime
) -> Posted:
    """Make the live lines of `source` exactly these.

    Safe to repeat: a line that says the same stays untouched, one that says something
    else is closed and entered as its next revision, one that is gone is closed. Raises
    `RuleBroken` for a line against the measure's law, `Busy` during a reorganisation;
    nothing has then changed.
    """
    measures = _measures(postings)
    wanted = {p.line: _checked(p, measures, programme) for p in postings}
    if len(wanted) != len(postings):
        raise RuleBroken(_("Two lines of one source have the same name."), field="line")
    projections = _guard_trees()
    hold([f"source:{source}"])
    spoken = read_source(source)
    live = spoken.live.items()
    closing = {pk: line for pk, line in live if wanted.get(line.name) != line}
    kept = {line.name for pk, line in live if pk not in closing}
    entering = [line for name, line in wanted.items() if name not in kept]
    if closing or entering:
        sums = _changed(projections, closing.values(), entering)
        _close(closing, at)
        _enter(source, entering, spoken.revisions, at)
        sums.write()
    return Posted(len(entering), len(closing), len(kept))


def withdraw(source: str, *, at: datetime) -> Posted:
    """Take back all lines of a source; its totals are at once as if it never spoke."""
    return post(source, "", (), at=at)


def _measures(postings: Iterable[Posting]) -> dict[str, Measure]:
    codes = {posting.measure for posting in postings}
    if not codes:
        return {}
    found = {
        m.code: m for m in Measure.objects.filter(code__in=codes).only("law", "code")
    }
    if unknown := sorted(codes - found.keys()):
        message = _("Nobody has defined the measure %(code)s.")
        raise RuleBroken(message % {"code": unknown[0]}, field="measure")
    return found


def _checked(posting: Posting, measures: Mapping[str, Measure], programme: str) -> Line:
    measure = measures[posting.measure]
    _check_line(posting)
    _check_law(posting, Law(measure.law))
    try:
        dimensions = rules.canonical(posting.dimensions)
    except ValueError as error:
        message = _("A dimension and its value are words without “;” and “=”.")
        raise RuleBroken(message, field="dimensions") from error
    return Line(
        name=posting.line,
        standing=posting.standing,
        law=rules.Law(measure.law),
        measure_id=measure.pk,
        programme=programme,
        dimensions=dimensions,
        on=posting.on,
        until=posting.until,
        amount=posting.amount,
        subject=posting.subject,
        place_id=posting.place_id,
        credits=tuple(sorted(posting.credits)),
    )


def _check_line(posting: Posting) -> None:
    if not posting.credits or len(set(posting.credits)) != len(posting.credits):
        raise RuleBroken(_("Each body that takes part is named once."), field="credits")
    if not -LARGEST < posting.amount < LARGEST:
        raise RuleBroken(_("This amount is too large to be true."), field="amount")
    if posting.standing not in STANDINGS:
        raise RuleBroken(_("A figure is actual or estimated."), field="standing")
    if posting.until is not None and posting.until <= posting.on:
        raise RuleBroken(_("The end comes after the beginning."), field="until")


def _check_law(posting: Posting, law: Law) -> None:
    if law is Law.RATIO:
        message = _("A ratio is never entered: it follows from its parts.")
        raise RuleBroken(message, field="measure")
    if law is Law.FLOW and posting.until is not None:
        raise RuleBroken(_("What was done has one day, its last."), field="until")
    if law is not Law.DISTINCT:
        return
    if posting.subject and (posting.amount != 1 or posting.until is not None):
        raise RuleBroken(_("A subject counts as one, on one day."), field="amount")
    if not posting.subject and (
        posting.until is None or len(posting.credits) != 1 or posting.amount < 0
    ):
        message = _(
            "A declared count is of one body and one window, and not below zero."
        )
        raise RuleBroken(message, field="subject")


def _guard_trees() -> dict[int | None, Projections]:
    """Keep the trees still; give a tree that has no stored totals yet its own."""
    projections = projections_of_all()
    if projections is None:
        hold_trees()
        upkeep.build(trees_without(known_projections()))
        return known_projections()
    share_trees()
    return projections


def _changed(
    projections: dict[int | None, Projections],
    closing: Iterable[Line],
    entering: Iterable[Line],
) -> Sums:
    """Gather what closing and entering these lines changes in the stored totals."""
    away, new = list(closing), list(entering)
    subjects = {
        (line.measure_id, line.subject) for line in (*away, *new) if _is_seen(line)
    }
    hold(f"subject:{measure}:{subject}" for measure, subject in subjects)
    before = read_subjects(subjects)
    after = {key: _replaced(lines, key, away, new) for key, lines in before.items()}
    everything = [*away, *new, *(line for lines in before.values() for line in lines)]
    slices = Slices({line.programme for line in everything})
    slices.prepare(everything)
    sums = Sums(projections, slices)
    for tree_id, ground in grounds_for(projections, everything).items():
        for sign, lines in ((-1, away), (1, new)):
            for line in lines:
                if line.law is not rules.Law.DISTINCT:
                    sums.add(line, tree_id, ground, sign=sign)
        for sign, sightings in ((-1, before), (1, after)):
            for lines in sightings.values():
                if lines:
                    sums.add_subject(lines, tree_id, ground, sign=sign)
    return sums


def _is_seen(line: Line) -> bool:
    return line.law is rules.Law.DISTINCT and bool(line.subject)


def _replaced(
    lines: Iterable[Line],
    subject: tuple[int, str],
    away: Iterable[Line],
    new: Iterable[Line],
) -> list[Line]:
    remaining = list(lines)
    for line in away:
        if (line.measure_id, line.subject) == subject:
            remaining.remove(line)
    fresh = [line for line in new if (line.measure_id, line.subject) == subject]
    return remaining + fresh


def _close(closing: Mapping[int, Line], at: datetime) -> None:
    if not closing:
        return
    live = Entry.objects.filter(pk__in=closing, closed_at=None)
    if live.update(closed_at=at) != len(closing):
        raise Conflict(_("Somebody else has just changed these figures."))


def _enter(
    source: str, entering: Sequence[Line], past: Mapping[str, int], at: datetime
) -> None:
    posted_at = connection.ops.adapt_datetimefield_value(at)
    entries = [
        (
            rules.key_of(source, line.name, past.get(line.name, 0) + 1),
            *(line.programme, line.measure_id, line.on, line.until, line.amount),
            *(line.dimensions, line.place_id, line.subject, line.standing),
            *(source, line.name, past.get(line.name, 0) + 1, posted_at),
        )
        for line in entering
    ]
    numbers = dict(insert(Entry, ENTRY_COLUMNS, entries, returning="line, id"))
    credited = [
        (numbers[line.name], body) for line in entering for body in line.credits
    ]
    insert(Credit, ("entry_id", "organisation_id"), credited)
