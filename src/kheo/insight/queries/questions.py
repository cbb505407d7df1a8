"""One total and what it is made of, as `kheo total` and the pages ask for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from kheo.core.errors import RuleBroken
from kheo.core.periods import Interval
from kheo.insight.queries.labels import dimension_labels
from kheo.ledger import queries as ledger
from kheo.ledger.models import Law, Measure
from kheo.ledger.queries import RECORDED, By, Row, Structure, Total
from kheo.ledger.rules import Completeness
from kheo.organisations.models import Organisation, Reach
from kheo.organisations.queries import PARTY, explain_absence, names_on, successors_of
from kheo.places.models import Place, PlaceReach
from kheo.places.queries import heirs_of
from kheo.reporting.queries.expected import expected_pairs

NUMERATOR, DENOMINATOR = "=numerator", "=denominator"


@dataclass(frozen=True)
class Question:
    """A measure at a body or a place, over days, in one structure."""

    measure: Measure
    at: Organisation | Place
    interval: Interval
    tree: str = PARTY
    programme: str | None = None
    structure: Structure = RECORDED

    @property
    def is_of_place(self) -> bool:
        return isinstance(self.at, Place)

    @cached_property
    def total(self) -> Total:
        return ledger.total(
            self.measure,
            tree=self.tree,
            node_id=self.at.pk,
            interval=self.interval,
            programme=self.programme,
            structure=self.structure,
        )

    def rows(self, by: By) -> list[Row]:
        """The total by child, month or dimension, keyed by codes.

        Of a ratio the corrections cannot be added up: by child its parts stand there
        instead (architecture, "Children add up").
        """
        rows = ledger.breakdown(
            self.measure,
            by=by,
            tree=self.tree,
            node_id=self.at.pk,
            interval=self.interval,
            programme=self.programme,
            structure=self.structure,
        )
        if by == "month":
            return rows
        if by != "child":
            return list(_labelled(rows, dimension_labels(by[1])))
        rows = list(_coded(rows, Place if self.is_of_place else Organisation))
        if self.measure.law != Law.RATIO:
            return rows
        return [r for r in rows if not r.key.startswith("=")] + list(self._parts())

    def completeness(self) -> Completeness:
        """How many (body, window) pairs should have spoken of it, and how many did."""
        if self.is_of_place:
            return Completeness(0, 0)
        pairs = expected_pairs(
            self.measure.code, self.interval, programme=self.programme
        )
        return ledger.completeness(
            self.measure,
            pairs,
            tree=self.tree,
            node_id=self.at.pk,
            interval=self.interval,
            programme=self.programme,
            structure=self.structure,
        )

    def _parts(self) -> Iterable[Row]:
        total = self.total
        for key, part, value in (
            (NUMERATOR, self.measure.numerator, total.numerator),
            (DENOMINATOR, self.measure.denominator, total.denominator),
        ):
            if part is not None:
                yield Row(key, part.name_vi, Total(value, part.decimals))


def require_existing(question: Question) -> None:
    """Raise `RuleBroken`, naming the successors, where there was no such body then."""
    days = _days_looked_at(question)
    reach = PlaceReach.objects.filter(inferior=question.at.pk)
    if not question.is_of_place:
        reach = Reach.objects.filter(tree__code=question.tree, inferior=question.at.pk)  # type: ignore[assignment]  # the same columns
    here = reach.filter(depth=0, valid_from__lt=days.end, valid_to__gt=days.start)
    if not here.exists():
        raise RuleBroken(_absence(question, days), field="at")


def _days_looked_at(question: Question) -> Interval:
    if isinstance(question.structure, date):
        return Interval.of_days(question.structure, question.structure)
    return question.interval


def _absence(question: Question, days: Interval) -> str:
    """Why it is not there, with the codes to ask for instead."""
    at = question.at
    if isinstance(at, Place):
        bonds = heirs_of(at)
        text = _("The place “%(code)s” did not exist from %(first)s to %(last)s.")
        followers = {f"place:{bond.code}": bond.name for bond in bonds}
        sentence = _between(text, at.code, days)
    else:
        sentence = explain_absence(at, days.last)
        if not sentence:
            text = _(
                "“%(code)s” stands nowhere in this tree from %(first)s to %(last)s."
            )
            sentence = _between(text, at.code, days)
        names = names_on([body.pk for body in successors_of(at)], days.last)
        codes = Organisation.objects.in_bulk(names)
        followers = {codes[pk].code: name for pk, name in names.items()}
    if not followers:
        return sentence
    asked = ", ".join(f"{code} ({name})" for code, name in sorted(followers.items()))
    return f"{sentence} {_('Ask for: %(codes)s.') % {'codes': asked}}"


def _between(text: str, code: str, days: Interval) -> str:
    first, last = (
        date_format(day, "SHORT_DATE_FORMAT") for day in (days.start, days.last)
    )
    return text % {"code": code, "first": first, "last": last}


def _coded(
    rows: Iterable[Row], model: type[Organisation] | type[Place]
) -> Iterable[Row]:
    found = list(rows)
    ids = [int(row.key) for row in found if not row.key.startswith("=")]
    codes = {one.pk: one.code for one in model._default_manager.filter(pk__in=ids)}
    for row in found:
        is_node = not row.key.startswith("=")
        yield Row(codes[int(row.key)] if is_node else row.key, row.label, row.total)


def _labelled(rows: Iterable[Row], labels: Mapping[str, str]) -> Iterable[Row]:
    for row in rows:
        yield Row(row.key, labels.get(row.key, row.label), row.total)


# The answer as fixed in docs/reference/total.md


def answer(question: Question, by: By | None) -> dict[str, object]:
    """What `kheo total --json` prints; values are text with the measure's decimals."""
    counted = question.completeness()
    rows = question.rows(by) if by else []
    structure, interval = question.structure, question.interval
    return {
        "measure": question.measure.code,
        "law": question.measure.law,
        "unit": question.measure.unit_vi,
        "at": f"place:{question.at.code}" if question.is_of_place else question.at.code,
        "tree": question.tree,
        "programme": question.programme,
        "from": interval.start.isoformat(),
        "to": interval.last.isoformat(),
        "structure": structure.isoformat()
        if isinstance(structure, date)
        else "recorded",
        "value": question.total.text,
        "expected": counted.expected,
        "reported": counted.reported,
        "rows": [
            {"key": row.key, "label": row.label, "value": row.total.text}
            for row in rows
        ],
    }
