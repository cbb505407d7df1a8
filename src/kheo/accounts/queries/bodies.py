"""The body that somebody means when typing a name, a part of it, or a code."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import F, QuerySet

from kheo.core.text import fold, normalise
from kheo.organisations.models import Organisation, Reach, Tree
from kheo.organisations.queries import (
    absent_on,
    explain_absence,
    named_on,
    search,
)

BEFORE_CODE = " · "
"""What stands between name and code where a body is offered: the code decides."""
OFFERED = 12


@dataclass(frozen=True, slots=True)
class Body:
    organisation: Organisation
    name: str

    @property
    def label(self) -> str:
        return f"{self.name}{BEFORE_CODE}{self.organisation.code}"


@dataclass(frozen=True, slots=True)
class Bodies:
    """What a text may mean on a day: the first few, and how many more there are.

    `absent` says what became of a body that bore the name but is not there that day.
    """

    found: tuple[Body, ...]
    more: int = 0
    absent: str = ""

    @property
    def the_one(self) -> Body | None:
        return self.found[0] if len(self.found) == 1 else None


def bodies_named(
    text: str, day: date, *, among: Collection[int] | None = None
) -> Bodies:
    """One body where a code or a whole name says which; else those that hold the words.

    With `among` no other body is offered, explained or counted.
    """
    text = normalise(text)
    if not text:
        return Bodies(())
    code = text.rpartition(BEFORE_CODE.strip())[2].strip().lower()
    present, known = named_on(day), search(text)
    if among is not None:
        present, known = present.filter(pk__in=among), known.filter(pk__in=among)
    if by_code := _bodies(present.filter(code=code), 1):
        return Bodies(by_code)
    found = present.filter(pk__in=known)
    bodies = _bodies(found.order_by(F("sort_name"), "pk"), None)
    whole = tuple(one for one in bodies if _is_called(one, text))
    if len(whole) == 1:
        return Bodies(whole)
    if bodies:
        best = whole or bodies
        return Bodies(best[:OFFERED], max(0, len(best) - OFFERED))
    gone = absent_on(known, day)[:1]
    return Bodies((), absent=explain_absence(gone[0][0], day) if gone else "")


def every_body(day: date, *, among: Collection[int] | None = None) -> tuple[Body, ...]:
    """The bodies of that day in Vietnamese order, for a list to copy codes from."""
    present = named_on(day)
    if among is not None:
        present = present.filter(pk__in=among)
    return _bodies(present.order_by(F("sort_name"), "pk"), None)


def stands_in(organisation: Organisation, tree: Tree) -> bool:
    """Whether the body has ever stood in that line; a grant elsewhere would hold nowhere."""
    return Reach.objects.filter(tree=tree, inferior=organisation).exists()


def _bodies(rows: QuerySet[Organisation], most: int | None) -> tuple[Body, ...]:
    return tuple(Body(row, row.name) for row in rows[:most])  # type: ignore[attr-defined]  # annotated


def _is_called(body: Body, text: str) -> bool:
    names = (body.name, getattr(body.organisation, "short_name", ""))
    return fold(text) in {fold(name) for name in names}
