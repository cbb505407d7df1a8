"""What cannot change while a sample is lived is asked once, not for every day and report.

The services stay those that people use, and so does all that they write. Only lookups of
what nobody but the sample itself changes (structure, programmes, measures) are
remembered inside `remembering()`, until `forget()` or its end: one process lives the
sample before the site is served, and the many questions of five years are the same few.
"""

import functools
import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import Q

from kheo.accounts.queries import is_sample
from kheo.activities.queries import hosts_of
from kheo.ledger.bearings import Bearings, Source
from kheo.ledger.models import ClaimKind, Measure
from kheo.ledger.queries import answers, children, claims
from kheo.ledger.services import posting, storing
from kheo.organisations.models import Lineage, Organisation, Reach
from kheo.organisations.queries import explain_absence, names_on
from kheo.places.models import Place
from kheo.programmes import queries as programmes
from kheo.reporting.queries.people import hands_of

RARELY = (200_000, 20, 50)
"""How seldom garbage is looked for: millions of short-lived rows leave none."""

Function = Callable[..., Any]
_known: dict[Any, Any] = {}


def forget() -> None:
    """Ask anew from here on: the structure has changed, or a programme was loaded."""
    _known.clear()


@contextmanager
def remembering() -> Iterator[None]:
    """Remember inside; afterwards every function is the one it was."""
    swapped: list[tuple[Any, str, Function]] = []
    usual = gc.get_threshold()
    forget()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*RARELY)
    try:
        for old, new in _pairs():
            swapped += _swap(old, new)
        yield
    finally:
        for module, name, old in reversed(swapped):
            setattr(module, name, old)
        gc.set_threshold(*usual)
        gc.unfreeze()
        forget()


def _pairs() -> Iterator[tuple[Function, Function]]:
    plain: tuple[Function, ...] = (
        programmes.pack_on,
        programmes.programmes_on,
        programmes.packs_of,
        explain_absence,
        hosts_of,
        hands_of,
        is_sample,
        answers.measure_of,
        claims._loners,
        posting._guard_trees,
    )
    for function in plain:
        yield function, _once(function)
    yield programmes.members, _once(programmes.members, loaded=True)
    for function in (answers.measures_of, names_on, children.names_of):
        yield function, _once(function)
    yield children.children_of, _children_of
    yield claims.said_at, _said_at
    yield posting._measures, _measures
    yield storing.grounds_for, _grounds_for
    yield storing.Slices, _slices


def _once(function: Function, *, loaded: bool = False) -> Function:
    """Answer the same question once; the rows of a queryset are `loaded` with it."""

    @functools.wraps(function)
    def remembered(*args: Any, **kwargs: Any) -> Any:
        key = (function, *map(_key, args), *((n, _key(v)) for n, v in kwargs.items()))
        if key not in _known:
            answer = function(*args, **kwargs)
            if loaded:
                len(answer)
            _known[key] = answer
        return _known[key]

    return remembered


def _key(value: Any) -> Any:
    """What a question is about, as something that can be compared."""
    if hasattr(value, "pk"):
        return (type(value), value.pk)
    try:
        hash(value)
    except TypeError:
        return repr(value) if isinstance(value, answers.Scope) else tuple(value)
    return value


def _swap(old: Function, new: Function) -> Iterator[tuple[Any, str, Function]]:
    """Put `new` in the place of `old` wherever a module of ours names it."""
    for name, module in sorted(sys.modules.items()):
        if not name.startswith("kheo.") or name == __name__:
            continue
        for attribute, value in list(vars(module).items()):
            if value is old:
                setattr(module, attribute, new)
                yield module, attribute, old


def _children_of(measure: Any, node: Any, scope: Any, kept: Any) -> Any:
    is_stock = measure.law == "stock" or children._is_of_stocks(measure)
    key = ("children", is_stock, node, scope.interval, scope.structure, kept.tree_id)
    if key not in _known:
        _known[key] = _CHILDREN_OF(measure, node, scope, kept)
    return _known[key]


_CHILDREN_OF = children.children_of


def _said_at(measures: Any, nodes: Any, scope: Any, kept: Any) -> Any:
    """The words about a body with none below it are its own: asked at once for all."""
    only = next(iter(nodes)) if len(nodes) == 1 else None
    if kept.tree_id is None or only is None or not _stands_alone(only):
        return _SAID_AT(measures, nodes, scope, kept)
    if only in claims._loners(Source(kept.tree_id), scope):
        return _SAID_AT(measures, nodes, scope, kept)
    told = claims.live_claims(measures, scope).filter(organisation=only)
    told = told.exclude(kind=ClaimKind.NOT_APPLICABLE).filter(
        Q(measure__law="stock") & claims._holds(scope.interval.last)
        | ~Q(measure__law="stock")
        & Q(window_to__gt=scope.interval.start, window_to__lte=scope.interval.end)
    )
    return {(pk, only) for pk in told.values_list("measure", flat=True).distinct()}


_SAID_AT = claims.said_at


def _stands_alone(body: int) -> bool:
    """Whether nobody ever stood below the body, and it took over from nobody."""
    if "alone" not in _known:
        _known["alone"] = frozenset(
            Reach.objects.filter(depth__gt=0).values_list("superior", flat=True)
        ) | frozenset(Lineage.objects.values_list("successor", flat=True))
    return body not in _known["alone"]


def _measures(postings: Any) -> dict[str, Measure]:
    if Measure not in _known:
        _known[Measure] = {one.code: one for one in Measure.objects.all()}
    known = _known[Measure]
    codes = {one.measure for one in postings}
    return (
        {code: known[code] for code in codes}
        if codes <= known.keys()
        else _MEASURES(postings)
    )


_MEASURES = posting._measures


def _grounds_for(
    tree_ids: Any,
    lines: Any,  # noqa: ARG001  the ground is that of everybody
    *,
    is_whole: bool = False,  # noqa: ARG001
) -> dict[int | None, Bearings]:
    return {tree_id: _ground(tree_id) for tree_id in tree_ids}


def _slices(programmes: Any = None) -> Any:  # noqa: ARG001  one for all of them
    if _SLICES not in _known:
        _known[_SLICES] = _SLICES()
    return _known[_SLICES]


_SLICES = storing.Slices


def _ground(tree_id: int | None) -> Bearings:
    key = ("ground", tree_id)
    if key not in _known:
        nodes = (Place if tree_id is None else Organisation).objects.values_list(
            "pk", flat=True
        )
        _known[key] = Bearings(tree_id, nodes, is_whole=True)
    ground: Bearings = _known[key]
    return ground
