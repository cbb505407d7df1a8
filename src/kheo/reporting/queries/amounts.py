"""Many questions to the ledger, asked together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from kheo.core.periods import Interval
from kheo.ledger.models import Measure
from kheo.ledger.queries import breakdown, measures_of, totals
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
    """Answer all at once: one call for each window and slice.

    Where nothing at all is known of a measure, its parts are not asked for; where
    nobody entered anything, they are 0 as the whole is.
    """
    questions = list(dict.fromkeys(asked))
    measures = {one.code: one for one in measures_of({q.measure for q in questions})}
    known = [one for one in questions if one.measure in measures]
    found: dict[Asked, int | None] = dict.fromkeys(questions)
    whole = _totals(measures, dict.fromkeys(map(_whole, known)))
    parts: list[Asked] = []
    entered: dict[Asked, bool] = {}
    for one in known:
        above = _whole(one)
        if not one.dimensions:
            found[one] = whole[one]
        elif whole[above] is not None:
            if above not in entered:
                entered[above] = bool(whole[above]) or _is_entered(
                    measures[one.measure], one
                )
            if entered[above]:
                parts.append(one)
            else:
                found[one] = 0
    return found | _totals(measures, parts)


def _whole(asked: Asked) -> Asked:
    return replace(asked, dimensions="")


def _totals(
    measures: Mapping[str, Measure], asked: Iterable[Asked]
) -> dict[Asked, int | None]:
    together: dict[tuple[str, str, Interval, str], list[Asked]] = defaultdict(list)
    for one in asked:
        together[one.tree, one.programme, one.window, one.dimensions].append(one)
    found: dict[Asked, int | None] = {}
    for (tree, programme, window, dimensions), some in together.items():
        codes = dict.fromkeys(one.measure for one in some)
        answers = totals(
            [measures[code] for code in codes],
            {one.body for one in some},
            window,
            tree=tree,
            programme=programme,
            dimensions=dimensions_of(dimensions) or None,
        )
        found |= {one: answers[one.measure, one.body].value for one in some}
    return found


def _is_entered(measure: Measure, asked: Asked) -> bool:
    """Whether any entry stands behind a whole of 0, by a value of its dimensions."""
    name = next(iter(dimensions_of(asked.dimensions)))
    rows = breakdown(
        measure,
        by=("breakdown", name),
        tree=asked.tree,
        node_id=asked.body,
        interval=asked.window,
        programme=asked.programme,
    )
    return bool(rows)
