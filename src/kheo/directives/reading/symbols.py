"""Numbers and symbols of official papers.

    party   02-HD/BDVTU          number - KIND / ISSUER
    state   982/KH-UBND          number / KIND - ISSUER
            07/2023/QĐ-UBND      with the year of a normative text
            9086/BNV-CTTN&BĐG    a letter: number / ISSUER - UNIT
            91/2025/QH15         a law
    Front   249/MTTQ-BTT, 16/KH-MTTQ-BTT

Sources: 36-HD/VPTW (2018) for the party, Decree 30/2020/NĐ-CP annex I and III for the
state; the Front writes as the state does. Any spaces, any dash, slash and hyphen swapped
in practice ("45/KH-ĐU" of a party committee) are read; a blank number of a draft is not a
number. The year stays with the number.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .text import fold

_D = r"[-‐‑‒–—―−]"
# Optical recognition takes 1 for l or I and 0 for O at the head of a number.
_N = r"(?:\d{1,6}|[lIO]\d{1,4})"
_READ_AS = str.maketrans("lIO", "110")
_CODE = r"[A-ZĐƯÔ][A-Za-zĐđƯưÔôÂâ]{0,11}"
_BODY = rf"[A-ZĐƯÔ](?:[A-ZĐƯÔÂa-zđ0-9&.,()]|\s?{_D}\s?(?=[A-ZĐƯÔ0-9]))*"
_PARTY = rf"(?P<pn>{_N}[a-e]?)\s*{_D}\s*(?P<pk>{_CODE})\s*/\s*(?P<pb>{_BODY})"
_PARTY_YEAR = rf"(?P<yn>{_N})\s*/\s*(?P<yy>(?:19|20)\d\d)\s*{_D}\s*(?P<yk>{_CODE})\s*/\s*(?P<yb>{_BODY})"
_STATE = (
    rf"(?P<sn>{_N}[a-e]?)\s*/\s*(?:(?P<sy>(?:19|20)\d\d)\s*/\s*)?"
    rf"(?P<sk>[A-ZĐƯ][A-Za-zĐđƯư&0-9.]*(?:\s?/\s?[A-ZĐ][A-Za-zĐđ]*)?)(?P<sb>(?:\s?{_D}\s?[A-ZĐƯ0-9][A-Za-zĐđƯư0-9&.,]*)*)"
)
_ANY = re.compile(rf"(?<![\w/.])(?:{_PARTY_YEAR}|{_PARTY}|{_STATE})")
_BLANK = re.compile(
    rf"(?<![\w/])[\s.…_]*(?:\(?(?P<kind1>{_D}\s*{_CODE}\s*/\s*{_BODY})|(?P<kind2>/\s*(?:20\d\d\s*/\s*)?[A-ZĐ][A-Za-zĐđ&]*\s*{_D}\s*{_BODY}))"
)
_DASHES = re.compile(rf"\s*{_D}\s*")
_SLASH = re.compile(r"\s*/\s*")
_NUMERIC_UNIT = re.compile(r"\d+/(?:[A-Z]{1,2}|\d*)$")


@dataclass(frozen=True, slots=True)
class Symbol:
    """A number (with the year of a normative text) and a symbol without it."""

    number: str | None
    symbol: str
    start: int
    end: int

    @property
    def is_party_form(self) -> bool:
        """KIND/ISSUER, as party papers write it."""
        return bool(re.match(rf"{_CODE}/", self.symbol))

    @property
    def code(self) -> str | None:
        """The type's code, None for a letter of the state and for laws."""
        head = re.split(r"[-/]", self.symbol)[0]
        return head or None

    @property
    def issuer(self) -> str:
        """The issuer's letters."""
        return re.split(r"[-/]", self.symbol, maxsplit=1)[-1]


def find_symbols(
    shown: str, start: int = 0, end: int | None = None
) -> Iterator[Symbol]:
    """Every number with a symbol in a text, in order."""
    for found in _ANY.finditer(shown, start, len(shown) if end is None else end):
        symbol = _read(found)
        if symbol is not None:
            yield symbol


def blank_symbol(shown: str, start: int, end: int) -> Symbol | None:
    """The symbol of a draft whose number is left blank ("Số:      /KH-UBND")."""
    found = _BLANK.search(shown, start, end)
    if found is None:
        return None
    text = _tidy((found["kind1"] or found["kind2"]).lstrip("-‐‑‒–—―−/ "))
    return Symbol(None, re.sub(r"^20\d\d/", "", text), found.start(), found.end())


def _read(found: re.Match[str]) -> Symbol | None:
    if found["yn"]:
        number, text = (
            f"{found['yn'].translate(_READ_AS)}/{found['yy']}",
            f"{found['yk']}/{found['yb']}",
        )
    elif found["pn"]:
        number, text = found["pn"].translate(_READ_AS), f"{found['pk']}/{found['pb']}"
    else:
        year = f"/{found['sy']}" if found["sy"] else ""
        number, text = (
            f"{found['sn'].translate(_READ_AS)}{year}",
            f"{found['sk']}{found['sb']}",
        )
        if not _is_state_symbol(found):
            return None
    tidy = _tidy(text)
    closing = len(text) - len(text.rstrip(" .,()-"))
    return Symbol(number, tidy, found.start(), found.end() - closing)


def _is_state_symbol(found: re.Match[str]) -> bool:
    """A slash and a word alone ("01/năm", "24/24H", "5/BCĐ") is a symbol only if plausible."""
    if found["sb"]:
        return True
    return bool(found["sy"]) or ("/" in found["sk"] and len(found["sk"]) >= 5)


def _tidy(text: str) -> str:
    text = _SLASH.sub("/", _DASHES.sub("-", " ".join(text.split())))
    text = text.strip(" .,-")
    while text.endswith(")") and text.count(")") > text.count("("):
        text = text[:-1]
    return re.sub(r"[(,].*$", "", text)


def key_of(number: str | None, symbol: str | None) -> str:
    """A folded key under which one text is the same wherever it is cited."""
    return fold(f"{number or ''}/{symbol or ''}").replace(" ", "")
