"""Bodies taken over from a file: all of them or, with every error at once, none."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kheo.audit.services import record
from kheo.core.access import Actor
from kheo.organisations.models import Organisation
from kheo.organisations.queries import PARTY
from kheo.organisations.rules import (
    Outcome,
    PlanText,
    Row,
    Trouble,
    UnreadableError,
    read_table,
)
from kheo.organisations.services.bodies import add_alias
from kheo.organisations.services.ground import foresee
from kheo.organisations.services.plans import PlanRefused, lock_trees, require_all
from kheo.organisations.services.sentences import sentence_of_flaw, sentences_by_step
from kheo.organisations.services.writing import write


def parse_table(name: str, content: bytes) -> list[Row]:
    """Read a .csv or .xlsx file; raise `PlanRefused` with every flaw of every line."""
    try:
        return read_table(name, content)
    except UnreadableError as error:
        raise PlanRefused(map(sentence_of_flaw, error.flaws)) from error


@transaction.atomic
def import_organisations(
    rows: Sequence[Row], *, actor: Actor, at: datetime
) -> list[Organisation]:
    """Create the bodies of a file, oldest first; raise `PlanRefused` with all errors."""
    lock_trees()
    by_day: dict[date, list[Row]] = defaultdict(list)
    for row in rows:
        by_day[row.on].append(row)
    named = {row.step.body for row in rows}
    errors: list[tuple[int, str]] = []
    for day in sorted(by_day):
        told = _create_on(day, by_day[day], actor=actor)
        errors += _sentences(told, by_day[day], named if errors else set())
    if errors:
        raise PlanRefused(sentence for _line, sentence in sorted(errors))
    bodies = Organisation.objects.in_bulk(sorted(named), field_name="code")
    for row in rows:
        body = bodies[row.step.body]
        data = {"on": row.on.isoformat()}
        verb = "organisation.create"
        record(body, verb, actor=actor, at=at, data=data, organisation_id=body.pk)
        for name in row.aliases:
            add_alias(body, name, actor=actor, at=at)
    return list(bodies.values())


def _create_on(day: date, rows: Sequence[Row], *, actor: Actor) -> Outcome:
    """Create what begins on one day, unless something stands against it."""
    plan = PlanText.model_construct(
        code="",
        title="",
        on=day,
        basis="",
        tree=PARTY,
        steps=tuple(row.step for row in rows),
    )
    outcome = foresee(plan)
    require_all(actor, plan, outcome)
    if not outcome.problems:
        write(outcome)
    return outcome


def _sentences(
    outcome: Outcome, rows: Sequence[Row], refused: set[str]
) -> Iterator[tuple[int, str]]:
    for step, sentence in sentences_by_step(_own_problems(outcome, refused)):
        line = rows[step - 1].line if step else 0
        values = {"line": line, "sentence": sentence}
        yield line, _("Line %(line)s: %(sentence)s") % values if line else sentence


def _own_problems(outcome: Outcome, named: set[str]) -> Outcome:
    """Leave out what is only missing because an earlier line was refused."""
    follows = {Trouble.UNKNOWN, Trouble.ABSENT, Trouble.SUPERIOR_NOT_THERE}
    kept = tuple(
        problem
        for problem in outcome.problems
        if problem.trouble not in follows
        or not named & {problem.body, problem.other} - set(outcome.created)
    )
    return Outcome(outcome.on, outcome.created, outcome.versions, problems=kept)
