"""Many questions to the ledger, asked together."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from kheo.core.periods import Interval
from kheo.ledger.queries import measures_of, total, totals
from kheo.ledger.rules import dimensions_of
from kheo.organisations.queries import PARTY


@dataclass(frozen=True, slots=True)
class Asked:
    """One total: of a measure, at a body, over a window."""

    programme: str
    measure: str
    dimensions: str
    body: int
    window: Interval
    tree: str = PARTY


def amounts_of(asked: Iterable[Asked]) -> dict[Asked, int | None]:
    """Answer all at once: one call for each window, and one for each broken-down cell."""
    questions = list(asked)
    measures = {one.code: one for one in measures_of({q.measure for q in questions})}
    found: dict[Asked, int | None] = {}
    together: dict[tuple[str, str, Interval], list[Asked]] = defaultdict(list)
    for question in questions:
        measure = measures.get(question.measure)
        if measure is None:
            found[question] = None
        elif question.dimensions:
            found[question] = total(
                measure,
                tree=question.tree,
                node_id=question.body,
                interval=question.window,
                programme=question.programme,
                dimensions=dimensions_of(question.dimensions),
            ).value
        else:
            key = (question.tree, question.programme, question.window)
            together[key].append(question)
    for (tree, programme, window), some in together.items():
        codes = list(dict.fromkeys(question.measure for question in some))
        answers = totals(
            [measures[code] for code in codes],
            {question.body for question in some},
            window,
            tree=tree,
            programme=programme,
        )
        for question in some:
            found[question] = answers[question.measure, question.body].value
    return found
