"""What an answer is made of, and what finding by names has in common."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q

from kheo.search.rules import BEFORE, Asked, rank_of

FEW = 6
"""Lines of each kind on the page of all kinds."""
PER_PAGE = 40
MOST = 400
"""Bodies and places ranked at most; whoever asks for more asks with another word."""


class Kind(StrEnum):
    """What can be looked for, in the order of the page."""

    BODIES = "bodies"
    PLACES = "places"
    ACTIVITIES = "activities"
    REPORTS = "reports"


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of an answer. `once` is the name it was found by, if it has another."""

    url: str
    name: str
    note: str = ""
    once: str = ""
    on: date | None = None
    ended: bool = False
    state: str = ""
    state_label: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """All that is found of one kind: how many, and the lines that are shown."""

    kind: Kind
    count: int
    hits: list[Hit]
    page: "Page[Any] | None" = None


@dataclass(frozen=True, slots=True)
class Found:
    """The answers; `meant` says the words that were put in the place of those asked."""

    answers: list[Answer]
    meant: str = ""

    @property
    def count(self) -> int:
        return sum(answer.count for answer in self.answers)


def holding(words: Sequence[str]) -> Q:
    """Rows in whose folded name every word begins a word."""
    named = Q()
    for word in words:
        begins = Q(folded__startswith=word)
        for before in BEFORE:
            begins |= Q(folded__contains=f"{before}{word}")
        named &= begins
    return named


def best_names(rows: Iterable[tuple[int, str]], asked: Asked) -> dict[int, str]:
    """For each key the name that answers best; of equal ones the last."""
    best: dict[int, str] = {}
    for key, name in rows:
        if key not in best or rank(asked, name) <= rank(asked, best[key]):
            best[key] = name
    return best


def rank(asked: Asked, name: str) -> tuple[int, int]:
    return rank_of(asked.text, name), len(name)


def cut(order: list[int], page: str | None) -> list[int]:
    if page is None:
        return order[:FEW]
    return list(Paginator(order, PER_PAGE).get_page(page).object_list)


def page_of(order: list[int], page: str | None) -> "Page[Any] | None":
    return None if page is None else Paginator(order, PER_PAGE).get_page(page)
