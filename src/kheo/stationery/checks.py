"""What a records clerk would strike out before a paper is issued: warns, never blocks."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import yaml
from django.utils.translation import gettext as _

from kheo.stationery.formats import RuleSet, rule_set
from kheo.stationery.paper import (
    Authority,
    Block,
    Family,
    Paper,
    Paragraph,
    Picture,
    Table,
)
from kheo.stationery.wording import LETTER_CODE

_FORMER = r"(?:cũ|\(cũ\)|trước đây)(?!\w)"
LONGEST_NAME = 4
"""So many words may stand between a body and “cũ”: huyện ủy Na Hang (cũ)."""


@dataclass(frozen=True, slots=True)
class Abolished:
    """A body that ended; a new paper names its successor instead."""

    name: str
    ended_on: date
    instead: str
    pattern: re.Pattern[str]


def warnings(paper: Paper) -> list[str]:
    """Sentences for the author, the gravest first; an empty list is a clean paper."""
    rules = rule_set(paper.family, paper.on)
    return [
        *_missing_parts(paper),
        *_wrong_code(paper),
        *_wrong_authority(paper, rules),
        *_abolished_bodies(paper),
        *_unverified_form(rules),
    ]


def type_codes(family: Family) -> Mapping[str, str]:
    """Type of paper to code, as `BÁO CÁO` is `BC`; the Front follows the State."""
    key = "party" if family is Family.PARTY else "state"
    codes: Mapping[str, str] = _data("types.yaml")[key]
    return codes


def named_abolished(text: str, on: date) -> list[Abolished]:
    """The ended bodies that a text of this day names, unless marked as former ones."""
    plain = _one_spelling(text)
    return [
        body
        for body in _abolished()
        if on >= body.ended_on and body.pattern.search(plain)
    ]


def _missing_parts(paper: Paper) -> Iterator[str]:
    if not paper.subject.strip():
        yield _("The paper has no subject (trích yếu).")
    if not paper.sign_off.name.strip():
        yield _("The signer's name is missing.")
    if not paper.recipients and not paper.archive:
        yield _("The list of recipients (Nơi nhận) is empty.")
    elif not paper.archive:
        yield _("The list of recipients does not end with the archive line (Lưu).")
    if paper.is_letter and not paper.addressees:
        yield _("A letter (công văn) needs an addressee.")


def _wrong_code(paper: Paper) -> Iterator[str]:
    codes = {name.casefold(): code for name, code in type_codes(paper.family).items()}
    if paper.is_letter:
        expected: str | None = codes["công văn"]
        if paper.type_code in {expected, LETTER_CODE}:
            return
    else:
        expected = codes.get(paper.type_name.casefold())
    if expected is not None and paper.type_code != expected:
        message = _("The code of this type of paper is “%(code)s”, not “%(given)s”.")
        yield message % {"code": expected, "given": paper.type_code}


def _wrong_authority(paper: Paper, rules: RuleSet) -> Iterator[str]:
    used = {line.authority for line in paper.sign_off.authority}
    if not used <= set(rules.format.authority):
        message = _("%(rules)s does not know this form of signing.")
        yield message % {"rules": rules.title}
    if (
        paper.family is Family.PARTY
        and {Authority.FOR_BODY, Authority.FOR_HEAD} <= used
    ):
        yield _(
            "For a collective Party body a deputy signs T/M directly; there is no K/T."
        )


def _abolished_bodies(paper: Paper) -> Iterator[str]:
    for body in named_abolished("\n".join(_texts(paper)), paper.on):
        message = _(
            "“%(name)s” no longer exists on %(day)s. Write “%(instead)s”, "
            "or add “cũ” after it when you speak of the past."
        )
        yield (
            message
            % {
                "name": body.name,
                "day": f"{paper.on:%d/%m/%Y}",
                "instead": body.instead,
            }
        )


def _unverified_form(rules: RuleSet) -> Iterator[str]:
    if rules.unverified == frozenset(rules.sources):
        message = _(
            "The form follows %(rules)s as read second-hand: "
            "let the records clerk compare it with the official text."
        )
        yield message % {"rules": rules.title}


def _texts(paper: Paper) -> Iterator[str]:
    """Every text of the paper; quotations of past papers (bases) excepted."""
    yield from (paper.superior, paper.issuer, paper.symbol, paper.subject)
    yield from paper.addressees
    yield from (recipient.name for recipient in paper.recipients)
    yield from (line.body for line in paper.sign_off.authority)
    yield paper.sign_off.title
    yield from _block_texts(paper.blocks)
    for annex in paper.annexes:
        yield from (annex.title, annex.subject)
        yield from _block_texts(annex.blocks)


def _block_texts(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Table):
            yield block.caption
            yield from (column.heading for column in block.columns)
            for row in block.rows:
                yield from (cell for cell in row.cells if isinstance(cell, str))
        elif isinstance(block, Picture):
            yield from (block.caption, block.description)
        elif isinstance(block, Paragraph) and not isinstance(block.text, str):
            yield "".join(span.text for span in block.text)
        else:
            yield str(block.text)


def _one_spelling(text: str) -> str:
    composed = unicodedata.normalize("NFC", text).casefold()
    return re.sub(r"[^\S\n]+", " ", composed.replace("uỷ", "ủy"))


@cache
def _abolished() -> tuple[Abolished, ...]:
    entries: Sequence[Mapping[str, Any]] = _data("abolished.yaml")
    return tuple(
        Abolished(
            name=entry["name"],
            ended_on=entry["ended_on"],
            instead=entry["instead"],
            pattern=_pattern(entry),
        )
        for entry in entries
    )


def _pattern(entry: Mapping[str, Any]) -> re.Pattern[str]:
    """The name as whole words, unless a living body or a former one is meant.

    After a slash it is the symbol of a cited paper, which keeps its number for ever.
    """
    before = ["nguyên", *entry.get("unless_before", ())]
    guards = "".join(rf"(?<!{re.escape(_one_spelling(word))} )" for word in before)
    after = [re.escape(_one_spelling(word)) for word in entry.get("unless_after", ())]
    tail = "|".join([*after, rf"(?:\w+ ){{0,{LONGEST_NAME}}}{_FORMER}"])
    name = re.escape(_one_spelling(entry["name"]))
    return re.compile(rf"{guards}(?<![\w/]){name}(?!\w)(?! (?:{tail}))")


@cache
def _data(name: str) -> Any:
    path = resources.files("kheo.stationery") / "data" / name
    return yaml.safe_load(path.read_text("utf-8"))
