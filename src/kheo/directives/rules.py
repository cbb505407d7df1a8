"""How the numbers of papers are written and read, and which sequence they belong to."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from kheo.core.errors import RuleBroken
from kheo.stationery.paper import Family
from kheo.stationery.wording import format_number

__all__ = ["Family", "PaperSymbol", "check_number", "format_number", "scope_key"]

HIGHEST_NUMBER = 999_999


@dataclass(frozen=True, slots=True)
class PaperSymbol:
    """`02-BC/BTGDVTU` taken apart; `year` only in normative State papers."""

    number: int
    type_code: str
    symbol: str
    year: int | None = None


_DASHES = re.compile(r"[\u2010\u2011\u2012\u2013\u2014\u2212]")
_LABEL = re.compile(r"^\s*s[ốo]\s*[:.]?\s*", re.IGNORECASE)
_LETTERS = r"[A-ZĐÀ-Ỹa-zđà-ỹ]"
_PARTY = re.compile(
    rf"(?P<number>\d{{1,6}})\s*-\s*(?P<type>{_LETTERS}{{1,6}})\s*/\s*"
    rf"(?P<symbol>[A-ZĐ](?:{_LETTERS}|[0-9&.\-])*)"
)
_STATE = re.compile(
    rf"(?P<number>\d{{1,6}})\s*/\s*(?:(?P<year>\d{{4}})\s*/\s*)?"
    rf"(?P<symbol>[A-ZĐ](?:{_LETTERS}|[0-9&\-])*)"
)
_STATE_TYPES = re.compile(
    r"(?P<type>NQ|CT|QĐ|QyĐ|QC|HD|TB|BC|KH|CTr|ĐA|PA|DA|TTr|BB|TC|GM|GGT|PG|PC|NQLT|CTrPH)"
    r"\s*-\s*(?P<rest>.+)"
)
EXAMPLES = {
    Family.PARTY: "02-BC/BTGDVTU",
    Family.STATE: "123/BC-UBND",
    Family.FRONT: "16/KH-MTTQ-BTT",
}


def check_number(text: str, family: Family) -> PaperSymbol:
    """Read a number as a person typed it: any dash, with or without “Số”, any spaces.

    Raises `RuleBroken` with what is expected, and says so when the number is written
    the way of another family.
    """
    plain = _LABEL.sub("", _tidy(text))
    if family is Family.PARTY:
        found = _PARTY.fullmatch(plain)
        other = _STATE.fullmatch(plain)
    else:
        found = _STATE.fullmatch(plain)
        other = _PARTY.fullmatch(plain)
    if found is None:
        raise RuleBroken(
            _refusal(text, family, is_other=other is not None), field="number"
        )
    number = int(found["number"])
    if number < 1:
        raise RuleBroken(_("Numbers of papers begin with 01."), field="number")
    if family is Family.PARTY:
        return PaperSymbol(number, found["type"], found["symbol"])
    coded = _STATE_TYPES.fullmatch(found["symbol"])
    year = int(found["year"]) if found["year"] else None
    if coded:
        return PaperSymbol(number, coded["type"], coded["rest"], year)
    return PaperSymbol(number, "", found["symbol"], year)


def scope_key(scope: str, on: date, term: str) -> str:
    """Which sequence a day falls into: its year, or the term of the committee."""
    return term if scope == "term" else f"{on.year}"


def _tidy(text: str) -> str:
    composed = unicodedata.normalize("NFC", text).replace("\u00a0", " ")
    return _DASHES.sub("-", composed).strip()


def _refusal(text: str, family: Family, *, is_other: bool) -> str:
    options = {"text": text.strip()[:60], "example": EXAMPLES[family]}
    if not is_other:
        message = _("“%(text)s” is not a number of a paper. Write it like %(example)s.")
        return message % options
    if family is Family.PARTY:
        message = _(
            "“%(text)s” is written as State papers are. "
            "A Party paper is numbered like %(example)s."
        )
    else:
        message = _(
            "“%(text)s” is written as Party papers are. "
            "A paper of this body is numbered like %(example)s."
        )
    return message % options
