"""Many questions to the ledger, asked together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from kheo.core.periods import Interval
from kheo.ledger.models import Measure
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
    """Answer all at once: one call for each window, and one for each broken-down cell.

    Where nothing at all is known of a measure, its parts are not asked for.
    """
    questions = list(dict.fromkeys(asked))
    measures = {one.code: one for one in measures_of({q.measure for q in questions})}
    known = [one for one in questions if one.measure in measures]
    found: dict[Asked, int | None] = dict.fromkeys(questions)
    whole = _wholes(measures, dict.fromkeys(map(_whole, known)))
    for one in known:
        if not one.dimensions:
            found[one] = whole[one]
        elif whole[_whole(one)] is not None:
            found[one] = _part(measures[one.measure], one)
    return found


def _whole(asked: Asked) -> Asked:
    return replace(asked, dimensions="")


def _wholes(
    measures: Mapping[str, Measure], asked: Iterable[Asked]
) -> dict[Asked, int | None]:
    together: dict[tuple[str, str, Interval], list[Asked]] = defaultdict(list)
    for one in asked:
        together[one.tree, one.programme, one.window].append(one)
    found: dict[Asked, int | None] = {}
    for (tree, programme, window), some in together.items():
        codes = dict.fromkeys(one.measure for one in some)
        answers = totals(
            [measures[code] for code in codes],
            {one.body for one in some},
            window,
            tree=tree,
            programme=programme,
        )
        found |= {one: answers[one.measure, one.body].value for one in some}
    return found


def _part(measure: Measure, asked: Asked) -> int | None:
    return total(
        measure,
        tree=asked.tree,
        node_id=asked.body,
        interval=asked.window,
        programme=asked.programme,
        dimensions=dimensions_of(asked.dimensions),
    ).value
