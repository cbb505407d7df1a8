"""How much: required shares and numbers with a comparator.

    100% · đạt 70%                     =
    ít nhất 01 ngày/tháng · 80% trở lên · tối thiểu · không dưới      >=
    không quá 20% · tối đa             <=
    trên 90%, hơn 90% · dưới 5%        >  <
    80% - 100% · từ 80 đến dưới 90 điểm   between, with the upper bound

A bare count, an age, a page number, a number that is part of a time or of a date is no
target. `per` is given only where the text writes it ("01 ngày/tháng", "mỗi năm").
Source: the contract of this reader; wording of emulation plans and scoring tables.
"""

import re
from collections.abc import Iterable, Iterator

from .layout import View
from .model import Span, Target
from .text import phrase
from .timespan import Taken

_WORD = "mot|hai|ba|bon|nam|sau|bay|tam|chin|muoi"
_NUMBER = rf"(?:\d{{1,3}}(?:\.\d{{3}})+|\d+(?:,\d+)?|{_WORD})"
_WORDS = {word: number for number, word in enumerate(_WORD.split("|"), 1)}
_LEAST = r"it nhat(?: la| phai| co| moi [a-z]+(?: [a-z]+){0,5}?)?|toi thieu(?: la| phai| dat| co)?|khong (?:duoc )?(?:duoi|it hon|thap hon)|tu"
_MOST = r"khong (?:duoc )?(?:qua|vuot qua|nhieu hon|lon hon)|toi da(?: la| khong qua)?|nhieu nhat|khong vuot"
_COMPARED = phrase(
    rf"(?<![a-z])(?P<cue>(?P<least>{_LEAST})|(?P<most>{_MOST})|(?P<more>tren|hon|vuot)|(?P<less>duoi|thap hon|chua den|nho hon))"
    rf" (?P<value>{_NUMBER})(?![\d/.]*[/]\d)(?: \((?:[a-z]+ ?){{1,3}}\))? ?(?P<percent>%|phan tram)?"
)
_UPWARDS = phrase(
    rf"(?<![\d,./-])(?P<value>{_NUMBER}) ?(?P<percent>%)?(?: (?P<unit>(?:[a-z]+ ?){{1,3}}?))? ?tro (?P<way>len|xuong)"
)
_RANGE = phrase(
    r"(?:(?P<from>tu) )?(?<![\d,./-])(?P<low>\d+(?:,\d+)?) ?(?P<lp>%)?(?: [a-z]+)? ?(?P<sep>-|"
    r"den(?: duoi)?|toi) ?(?P<high>\d+(?:,\d+)?) ?(?P<percent>%)?(?: (?P<unit>diem))?"
)
_PERCENT = re.compile(
    r"(?<![\d,./-])(?P<value>\d{1,3}(?:,\d+)?)\s?(?:%|phan tram)(?!\w)"
)
_UNITS = (
    "mô hình|công trình|phần việc|tin bài|đơn vị|hội viên|đoàn viên|đại biểu|sản phẩm|tác phẩm|chuyên đề|tiêu chí|"
    "chỉ tiêu|tập thể|cá nhân|đồng chí|tổ chức|triệu đồng|tỷ đồng|nghìn đồng|hộ gia đình|khu dân cư|phút|trang|"
    "thôn|xã|ngày công|ngày|lần|cuộc|buổi|điểm|hộ|nhà|km|người|tin|bài|mét|tháng|năm|quý|giờ|chữ|từ|ảnh|lượt|lớp|hội nghị|"
    "đảng viên|cán bộ|tiết mục|thành viên|ý kiến|câu|việc|ấp|bản|phường|tuyến đường|căn nhà|căn|suất|đội|tờ|trẻ|clip|video|chi bộ|chi hội|chi đoàn|câu lạc bộ|điển hình|bức|cây|con|tấn|ha"
)
_UNIT = re.compile(
    rf"\s*({'|'.join(sorted(_UNITS.split('|'), key=len, reverse=True))})(?![\w])",
    re.IGNORECASE,
)
_SLASH = re.compile(
    r"\s*(?:(?:[^\W\d]+\s+){0,2}[^\W\d]*/\s*|\s(?:mỗi|một|trong)\s+|/?\s*(?:hằng|"
    r"hàng)\s+)(?:0?1\s+|một\s+)?(tháng|quý|năm|tuần|ngày|kỳ|đợt|xã|thôn|chi bộ|đơn vị|hội viên|"
    r"người|hộ|lần|cuộc|buổi|chi hội|khu dân cư)(?!\w)",
    re.IGNORECASE,
)
_EACH = phrase(
    r"(?:moi|hang|trong mot|tung|mot) (?P<per>nam|quy|thang|tuan)(?![a-z])[^.;:]{0,60}$"
)
_EACH_INSIDE = phrase(r"moi (?P<per>nam|quy|thang|tuan)\b")
_EACH_AFTER = phrase(
    r"[^.;:,\d]{0,40}?(?:trong |vao )?(?:moi|hang|mot|trong) (?:mot )?(?P<per>nam|quy|thang|"
    r"tuan)(?![a-z0-9])"
)
_PER = {"nam": "năm", "quy": "quý", "thang": "tháng", "tuan": "tuần"}
_REPORTED = phrase(
    r"(?:da dat|dat duoc|da (?:co|to chuc|thuc hien|hoan thanh)|ket qua (?:nam|giai doan)|"
    r"tinh den|so voi|tang|giam)[^.;]{0,60}$"
)
_AGE = re.compile(r"\s*(?:tuổi|năm tuổi)")
_CLAUSE = 160
_SKIP_BEFORE = re.compile(
    r"(?:khoản|điểm|điều|mục|số|lần thứ|khóa|thứ|bước|mẫu|phụ lục|quý|tháng|ngày|năm)\s*$",
    re.IGNORECASE,
)


def targets_in(view: View, start: int, end: int, taken: Iterable[Span]) -> list[Target]:
    """All targets of a stretch, in order; `taken` are the places of times and citations."""
    found: list[Target] = []
    used = Taken(taken)
    for grammar in (_ranges, _compared, _upwards, _shares):
        found += [t for t in grammar(view, start, end) if used.take(*t.at)]
    return sorted(found, key=lambda target: target.at)


def _ranges(view: View, start: int, end: int) -> Iterator[Target]:
    for found in _RANGE.finditer(view.flat, start, end):
        low, high = _value(found["low"]), _value(found["high"])
        points = found["unit"] or _UNIT.match(view.shown, found.end())
        opened = found["from"] and found["sep"] != "-"
        if low >= high or not (found["percent"] or (opened and points)):
            continue
        if _SKIP_BEFORE.search(view.shown[max(0, found.start() - 12) : found.start()]):
            continue
        unit = "%" if found["percent"] else "điểm" if found["unit"] else None
        yield _target(view, found, "between", low, upper=high, unit=unit)


def _compared(view: View, start: int, end: int) -> Iterator[Target]:
    for found in _COMPARED.finditer(view.flat, start, end):
        upwards = _UPWARDS.match(view.flat, found.start("value"))
        if found["cue"] == "tu" and not (upwards and upwards["way"] == "len"):
            continue
        if found["cue"].split()[0] in {"tren", "hon", "duoi", "vuot"} and not _counts(
            view, found
        ):
            continue
        op = (
            ">="
            if found["least"]
            else "<="
            if found["most"]
            else ">"
            if found["more"]
            else "<"
        )
        if _AGE.match(view.shown, found.end()):
            continue
        yield _target(
            view,
            found,
            op,
            _value(found["value"]),
            unit="%" if found["percent"] else None,
        )


def _counts(view: View, found: re.Match[str]) -> bool:
    """Whether "trên", "dưới" limit a number: "trên 90%", not "trên một số lĩnh vực"."""
    if found["percent"]:
        return True
    words = found["value"] in _WORDS
    unit = _UNIT.match(view.shown, found.end("value"))
    return (
        unit is not None
        and not words
        and unit[1].lower() not in {"năm", "xã", "thôn", "tháng", "ngày"}
    )


def _upwards(view: View, start: int, end: int) -> Iterator[Target]:
    for found in _UPWARDS.finditer(view.flat, start, end):
        if _AGE.match(
            view.shown, found.end("percent") if found["percent"] else found.end("value")
        ):
            continue
        op = ">=" if found["way"] == "len" else "<="
        unit = "%" if found["percent"] else None
        yield _target(
            view,
            found,
            op,
            _value(found["value"]),
            unit=unit,
            words_end=found.end("value"),
        )


def _shares(view: View, start: int, end: int) -> Iterator[Target]:
    for found in _PERCENT.finditer(view.flat, start, end):
        if _REPORTED.search(view.flat, max(start, found.start() - 90), found.start()):
            continue
        yield _target(view, found, "=", _value(found["value"]), unit="%")


def _target(
    view: View,
    found: re.Match[str],
    op: str,
    value: float,
    *,
    upper: float | None = None,
    unit: str | None = None,
    words_end: int | None = None,
) -> Target:
    at = words_end if words_end is not None else found.end()
    named = None if unit == "%" else _UNIT.match(view.shown, at)
    unit = unit or (named[1].lower() if named else None)
    after = named.end() if named else found.end()
    return Target(
        _subject(view, found),
        op,
        value,
        upper,
        unit,
        _per(view, found, after),
        (found.start(), found.end()),
    )


def _per(view: View, found: re.Match[str], after: int) -> str | None:
    slash = _SLASH.match(view.shown, after)
    if slash:
        return slash[1].lower()
    inside = _EACH_INSIDE.search(view.flat, found.start(), found.end())
    if inside:
        return _PER[inside["per"]]
    sentence = max(
        view.flat.rfind(c, max(0, found.start() - 120), found.start()) for c in ".;:\n"
    )
    before = _EACH.search(
        view.flat, max(sentence, found.start() - 120, 0), found.start()
    )
    later = _EACH_AFTER.match(view.flat, after)
    each = before or later
    return _PER[each["per"]] if each else None


def _value(text: str) -> int | float:
    if text in _WORDS:
        return _WORDS[text]
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+", text):
        return int(text.replace(".", ""))
    return float(text.replace(",", ".")) if "," in text else int(text)


def _subject(view: View, found: re.Match[str]) -> str:
    """The words that say what is counted: the clause the number stands in."""
    low, high = max(0, found.start() - _CLAUSE), found.end() + _CLAUSE
    a = max(view.flat.rfind(c, low, found.start()) for c in ".;:\n|") + 1
    ends = [view.flat.find(c, found.end(), high) for c in ".;:\n|"]
    b = min((i for i in ends if i >= 0), default=high)
    return view.say(max(a, low), b).strip(" -–+•,")
