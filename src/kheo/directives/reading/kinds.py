"""Types of official papers and the codes they are known by.

Sources: 66-QĐ/TW (2017) and 399-QĐ/TW (2026) for the party, Decree 30/2020/NĐ-CP annex
III for the state. A code alone does not decide the type (the party's "QĐ" is a decision
or a regulation, "TB" may head a "Thông báo kết luận"): the title does.
"""

import re

from .text import fold, phrase

# Longest names first: "Thông báo kết luận" before "Thông báo".
NAMES: dict[str, str] = {
    "Thông báo kết luận": "TB",
    "Chương trình hành động": "CTr",
    "Chương trình phối hợp": "CTr",
    "Chương trình": "CTr",
    "Nghị quyết liên tịch": "NQLT",
    "Nghị quyết": "NQ",
    "Nghị định": "NĐ",
    "Quyết định": "QĐ",
    "Quy định": "QyĐ",
    "Quy chế": "QC",
    "Chỉ thị": "CT",
    "Kết luận": "KL",
    "Kế hoạch": "KH",
    "Hướng dẫn": "HD",
    "Thông báo": "TB",
    "Thông tri": "TT",
    "Thông tư": "TT",
    "Thông cáo": "TC",
    "Báo cáo": "BC",
    "Tờ trình": "TTr",
    "Công văn": "CV",
    "Công điện": "CĐ",
    "Đề án": "ĐA",
    "Phương án": "PA",
    "Dự án": "DA",
    "Biên bản": "BB",
    "Thể lệ": "TL",
    "Giấy mời": "GM",
    "Giấy giới thiệu": "GGT",
    "Phiếu chuyển": "PC",
    "Phiếu gửi": "PG",
    "Lời kêu gọi": "LKG",
}

_BY_FOLDED = {fold(name): name for name in NAMES}
ALTERNATIVES = "|".join(_BY_FOLDED)
_TITLE = phrase(rf"(?:du thao )?({ALTERNATIVES})(?! (?:so|nay)\b)\b")
_OF_SYMBOL: dict[str, str] = {
    "qđi": "Quy định",
    "qyđ": "Quy định",
    "qch": "Quy chế",
    "đan": "Đề án",
    "dan": "Dự án",
    "ctrhđ": "Chương trình hành động",
    "ctrph": "Chương trình phối hợp",
    "ctph": "Chương trình phối hợp",
    "cthđ": "Chương trình hành động",
    "qcph": "Quy chế",
    "nqlt": "Nghị quyết liên tịch",
    "khph": "Kế hoạch",
    "hdlt": "Hướng dẫn",
    "khlt": "Kế hoạch",
    "tbkl": "Thông báo kết luận",
    "tt": "Thông tri",
}
for _name, _code in NAMES.items():
    if " " in _name and _code not in {"TT", "NQLT"}:
        _OF_SYMBOL.setdefault(_code.casefold(), _name)
_OF_SYMBOL.update({"ctr": "Chương trình", "tb": "Thông báo"})


def title_of(folded_line: str) -> str | None:
    """The type's name that a folded title line begins with."""
    found = _TITLE.match(folded_line)
    return _BY_FOLDED[re.sub(r"\s+", " ", found[1])] if found else None


def name_of_code(code: str) -> str | None:
    """The type a symbol's code usually stands for."""
    return _OF_SYMBOL.get(code.casefold())


def name_of(folded: str) -> str:
    """The type's name as it is written, from its folded form."""
    return _BY_FOLDED[re.sub(r"\s+", " ", folded)]
