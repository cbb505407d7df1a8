"""Figures as an official Vietnamese paper says them: plain words, no database."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from kheo.core.periods import Frequency
from kheo.stationery.wording import figure

LEADS = ("diện tích", "giá trị", "tỷ lệ", "tổng", "mức")
"""Names that begin so are said before their amount: “giá trị hỗ trợ 4.000.000 đồng”."""
BEFORE: Mapping[str, str] = {
    Frequency.MONTH: "tháng trước",
    Frequency.QUARTER: "quý trước",
    Frequency.HALF: "6 tháng trước",
    Frequency.YEAR: "năm trước",
}


_BEFORE_UNIT = re.compile(r"(?<=\d) (?=[^\W\d])")


def unbroken(text: str) -> str:
    """The text with every number kept on one line with the word after it."""
    return _BEFORE_UNIT.sub("\u00a0", text)


def amount_of(value: int, decimals: int) -> str:
    return figure(Decimal(value).scaleb(-decimals), decimals)


def told(value: int, decimals: int) -> str:
    """The amount inside a sentence: `12,5`, and `12` rather than `12,0`."""
    is_whole = value % 10**decimals == 0
    return figure(Decimal(value).scaleb(-decimals), 0 if is_whole else decimals)


def phrase(name: str, unit: str, amount: str) -> str:
    """`12 cuộc hoạt động tại cơ sở`, `880 m kênh mương`, `tỷ lệ … 66,7%`.

    The unit is not said twice where the name begins with it.
    """
    said = name[:1].lower() + name[1:]
    said = said.removeprefix("số ")
    if said.startswith(LEADS):
        gap = "" if unit == "%" else " "
        return f"{said} {amount}{gap}{unit}"
    if said.split(" ")[0] == unit.split(" ", maxsplit=1)[0].lower():
        return f"{amount} {said}"
    return f"{amount} {unit} {said}"


def compared(change: int | None, decimals: int, with_what: str, unit: str = "") -> str:
    """`tăng 3 so với tháng trước`; nothing where it is not known."""
    if change is None:
        return ""
    if change == 0:
        return f"bằng {with_what}"
    verb = "tăng" if change > 0 else "giảm"
    tail = " điểm phần trăm" if unit == "%" else ""
    return f"{verb} {told(abs(change), decimals)}{tail} so với {with_what}"


def said_of(one: Mapping[str, Any], frequency: str) -> str:
    """One figure with its changes and its estimated part, as part of a sentence."""
    value, decimals, unit = one["value"], one["decimals"], one["unit"]["vi"]
    is_year = frequency == Frequency.YEAR
    a_year_ago = BEFORE[frequency] if is_year else "cùng kỳ năm trước"
    notes = [
        compared(_change(one, "previous"), decimals, BEFORE[frequency], unit),
        compared(_change(one, "last_year"), decimals, a_year_ago, unit),
        _estimated(one),
    ]
    known = ", ".join(note for note in notes if note)
    text = phrase(one["name"]["vi"], unit, told(value, decimals))
    return f"{text} ({known})" if known else text


def sentences(
    figures: Iterable[Mapping[str, Any]], frequency: str, *, lead: str = ""
) -> list[str]:
    """What the figures say: those with a value, those that are nothing, those missing."""
    listed = list(figures)
    told = [said_of(one, frequency) for one in listed if one["value"]]
    none = [_plain(one) for one in listed if one["value"] == 0]
    unknown = [_plain(one) for one in listed if one["value"] is None]
    found = []
    if told:
        text = f"{lead}{'; '.join(told)}."
        found.append(text[:1].upper() + text[1:])
    if none:
        found.append(f"Không phát sinh: {'; '.join(none)}.")
    if unknown:
        found.append(f"Chưa có số liệu: {'; '.join(unknown)}.")
    return found


def _plain(one: Mapping[str, Any]) -> str:
    name = str(one["name"]["vi"])
    return (name[:1].lower() + name[1:]).removeprefix("số ")


def _change(one: Mapping[str, Any], name: str) -> int | None:
    before = one.get(name)
    return None if before is None else one["value"] - before


def _estimated(one: Mapping[str, Any]) -> str:
    part = one.get("estimated_part")
    if part is None:
        return ""
    if part == one["value"]:
        return "ước thực hiện"
    shown = told(part, one["decimals"])
    return f"trong đó ước thực hiện {shown}"
