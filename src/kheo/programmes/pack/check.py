"""What must fit together in a pack, checked on the data as read, all at once.

The checks look at plain data and pass over what is not as they expect it (the schema
says so elsewhere), so that one mistake never hides another.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from itertools import pairwise
from typing import Any

from kheo.core.periods import MONTHS_IN, Frequency
from kheo.programmes.pack.measures import ORIGINS, Origin
from kheo.programmes.pack.messages import Message, say
from kheo.programmes.pack.parts import LONGEST, Law
from kheo.programmes.pack.tree import Path, Tree

Found = tuple[Path, Message]

ANY = "*"
REFERENCES: tuple[tuple[Path, str], ...] = (
    (("measures", ANY, "numerator"), "measures"),
    (("measures", ANY, "denominator"), "measures"),
    (("measures", ANY, "field"), "fields"),
    (("measures", ANY, "dimensions", ANY), "dimensions"),
    (("outlines", ANY, "paragraphs", ANY, "measures", ANY), "measures"),
    (("forms", ANY, "cells", ANY, "measure"), "measures"),
    (("forms", ANY, "cells", ANY, "where", ANY, "dimension"), "dimensions"),
    (("reports", ANY, "reporter"), "groups"),
    (("reports", ANY, "receiver"), "groups"),
    (("reports", ANY, "outline"), "outlines"),
    (("reports", ANY, "forms", ANY), "forms"),
    (("reports", ANY, "consolidates", ANY), "reports"),
    (("rhythms", ANY, "group"), "groups"),
    (("rhythms", ANY, "met"), "measures"),
    (("rhythms", ANY, "due"), "measures"),
    (("targets", ANY, "group"), "groups"),
    (("targets", ANY, "measure"), "measures"),
    (("tasks", ANY, "lead", ANY), "groups"),
    (("tasks", ANY, "with", ANY), "groups"),
    (("milestones", ANY, "who", ANY), "groups"),
    (("milestones", ANY, "receiver"), "groups"),
    (("contradictions", ANY, "between", ANY), "milestones"),
    (("coverage", ANY, "units"), "groups"),
    (("criteria", ANY, "criteria", ANY, "measure"), "measures"),
)
"""Which keys name a part of which section; a source's document is one as well."""

NESTED = (
    ("dimensions", "values", "code"),
    ("outlines", "paragraphs", "key"),
    ("forms", "cells", "key"),
    ("criteria", "criteria", "code"),
    ("criteria", "bands", "code"),
)
"""Lists inside parts whose codes must differ."""


def find_misfits(tree: Tree) -> Iterator[Found]:
    """Everything in the file that does not fit something else in it."""
    if not isinstance(tree.data, dict):
        return
    data: Mapping[str, Any] = tree.data
    if "continues" in data and data["continues"] == data.get("code"):
        yield ("continues",), say("continues_itself")
    yield from _repeated_codes(tree, data)
    yield from _unknown_references(data)
    for path, measure in _parts(data, "measures"):
        yield from _measure(path, measure, data)
    for path, form in _parts(data, "forms"):
        for number, cell in _mappings(form.get("cells")):
            yield from _cell((*path, "cells", number), cell, data)
    yield from _windows(tree, data)
    for section in ("reports", "tasks", "milestones"):
        for path, part in _parts(data, section):
            yield from _due(section, path, part, data)
    for path, part in _parts(data, "criteria"):
        yield from _bands(path, part)


# Reading plain data with care


def _mappings(value: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, part in enumerate(value if isinstance(value, list) else []):
        if isinstance(part, dict):
            yield number, part


def _parts(
    data: Mapping[str, Any], section: str
) -> Iterator[tuple[Path, dict[str, Any]]]:
    for number, part in _mappings(data.get(section)):
        yield (section, number), part


def _by_code(data: Mapping[str, Any], section: str) -> dict[str, dict[str, Any]]:
    return {
        part["code"]: part
        for _, part in _mappings(data.get(section))
        if isinstance(part.get("code"), str)
    }


def _matching(value: Any, pattern: Path, at: Path = ()) -> Iterator[tuple[Path, Any]]:
    if not pattern:
        yield at, value
        return
    step, rest = pattern[0], pattern[1:]
    if step == ANY:
        for number, item in enumerate(value if isinstance(value, list) else []):
            yield from _matching(item, rest, (*at, number))
    elif isinstance(value, dict) and step in value:
        yield from _matching(value[step], rest, (*at, step))


def _frequency(value: Any) -> Frequency | None:
    return Frequency(value) if value in list(Frequency) else None


# Codes and references


def _repeated_codes(tree: Tree, data: Mapping[str, Any]) -> Iterator[Found]:
    for section, value in data.items():
        yield from _repeated(tree, (section,), value, "code")
    for section, inner, key in NESTED:
        for path, part in _parts(data, section):
            yield from _repeated(tree, (*path, inner), part.get(inner), key)


def _repeated(tree: Tree, path: Path, items: Any, key: str) -> Iterator[Found]:
    first: dict[str, Path] = {}
    for number, part in _mappings(items):
        code, here = part.get(key), (*path, number, key)
        if not isinstance(code, str):
            continue
        if code in first:
            line = tree.mark(first[code]).line
            yield here, say("code_twice", code=code, line=line)
        first.setdefault(code, here)


def _unknown_references(data: Mapping[str, Any]) -> Iterator[Found]:
    for pattern, section in REFERENCES:
        known = _by_code(data, section)
        for path, code in _matching(data, pattern):
            if isinstance(code, str) and code not in known:
                yield path, _unknown(code, section, known)
    documents = _by_code(data, "documents")
    for path, source in _sources(data, ()):
        code = source.get("document")
        if isinstance(code, str) and code not in documents:
            yield (*path, "document"), _unknown(code, "documents", documents)


def _sources(value: Any, at: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "source" and isinstance(inner, dict):
                yield (*at, key), inner
            else:
                yield from _sources(inner, (*at, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _sources(inner, (*at, number))


def _unknown(code: str, section: str, known: Mapping[str, Any]) -> Message:
    vi, en = hints(code, known)
    return say("unknown", code=code, section=section, hint_vi=vi, hint_en=en)


def hints(word: str, known: Mapping[str, Any] | set[str]) -> tuple[str, str]:
    """“Did you mean …?” in both languages where something is near, else nothing."""
    near = get_close_matches(word, list(known), n=1)
    if not near:
        return "", ""
    return f" Có phải “{near[0]}”?", f" Did you mean “{near[0]}”?"


# Measures and forms


def _measure(path: Path, measure: dict[str, Any], data: Any) -> Iterator[Found]:
    parts = {key: measure.get(key) for key in ("numerator", "denominator")}
    law = measure.get("law")
    if law == Law.RATIO:
        yield from _ratio(path, parts, data)
    elif law in list(Law):
        for key, code in parts.items():
            if code is not None:
                yield (*path, key), say("ratio_only")
    origin = measure.get("origin")
    if law in list(Law) and origin in list(Origin):
        allowed = ORIGINS[Law(law)]
        if origin not in allowed:
            names = ", ".join(allowed)
            message = say("origin_law", law=law, origin=origin, allowed=names)
            yield (*path, "origin"), message
    if origin == Origin.MONEY and measure.get("money") is not True:
        yield (*path, "origin"), say("origin_money")


def _ratio(path: Path, parts: dict[str, Any], data: Any) -> Iterator[Found]:
    if None in parts.values():
        yield path, say("ratio_parts")
    known = _by_code(data, "measures")
    laws = {
        key: known[code].get("law")
        for key, code in parts.items()
        if isinstance(code, str) and code in known
    }
    for key, law in laws.items():
        if law == Law.RATIO:
            yield (*path, key), say("ratio_of_ratio", code=parts[key])
    if len(laws) == len(parts) and len(set(laws.values())) > 1:
        yield path, say("ratio_mixed", **laws)


def _cell(path: Path, cell: dict[str, Any], data: Any) -> Iterator[Found]:
    measure = _by_code(data, "measures").get(str(cell.get("measure")))
    dimensions = _by_code(data, "dimensions")
    for number, choice in _mappings(cell.get("where")):
        here = (*path, "where", number)
        code, value = choice.get("dimension"), choice.get("value")
        if not isinstance(code, str) or code not in dimensions:
            continue
        own = measure.get("dimensions") if measure else None
        if measure and code not in (own if isinstance(own, list) else []):
            values = {"measure": cell.get("measure"), "dimension": code}
            yield (*here, "dimension"), say("dimension_not_of_measure", **values)
        allowed = [
            one.get("code") for _, one in _mappings(dimensions[code].get("values"))
        ]
        if value not in allowed:
            names = ", ".join(map(str, allowed))
            values = {"dimension": code, "value": value, "allowed": names}
            yield (*here, "value"), say("dimension_value", **values)


# Days


def _windows(tree: Tree, data: Mapping[str, Any]) -> Iterator[Found]:
    first: dict[Frequency, Path] = {}
    for path, window in _parts(data, "windows"):
        frequency = _frequency(window.get("frequency"))
        if frequency is None:
            continue
        if frequency in first:
            line = tree.mark(first[frequency]).line
            yield path, say("window_twice", frequency=frequency, line=line)
        first.setdefault(frequency, path)
        yield from _day_rule((*path, "cut_off"), window.get("cut_off"), frequency)
        yield from _gapless((*path, "cut_off"), window.get("cut_off"), frequency)


def _due(section: str, path: Path, part: dict[str, Any], data: Any) -> Iterator[Found]:
    key = "every" if section == "tasks" else "frequency"
    frequency = _frequency(part.get(key))
    due = part.get("due") if isinstance(part.get("due"), dict) else None
    window = part.get("window") if isinstance(part.get("window"), dict) else None
    if frequency is None:
        return
    if due:
        for way in ("before", "by"):
            yield from _day_rule((*path, "due", way), due.get(way), frequency)
    if section != "reports":
        return
    if frequency is Frequency.STAGE:
        if not isinstance(data.get("stage"), dict):
            yield path, say("stage_missing")
        return
    if window:
        here = (*path, "window", "cut_off")
        yield from _day_rule(here, window.get("cut_off"), frequency)
        yield from _gapless(here, window.get("cut_off"), frequency)
    elif due and not _has_windows(data, frequency):
        yield from _window_from_due(path, due, frequency)


def _has_windows(data: Any, frequency: Frequency) -> bool:
    windows = _mappings(data.get("windows"))
    return any(window.get("frequency") == frequency for _, window in windows)


def _window_from_due(path: Path, due: dict[str, Any], of: Frequency) -> Iterator[Found]:
    rule = due.get("before") or due.get("by")
    if isinstance(rule, dict) and (
        "date" in rule or ("dates" in rule and _numbers(rule) != _wanted(of))
    ):
        yield path, say("window_needed", frequency=of)


def _wanted(frequency: Frequency) -> list[int]:
    return list(range(1, 12 // MONTHS_IN[frequency] + 1))


def _numbers(rule: dict[str, Any]) -> list[int]:
    """The periods given; a bare date is of period 1."""
    return sorted(
        number
        for _, fixed in _mappings(rule.get("dates"))
        if isinstance(number := fixed.get("period", 1), int)
    )


def _gapless(path: Path, rule: Any, frequency: Frequency) -> Iterator[Found]:
    if not isinstance(rule, dict) or frequency is Frequency.STAGE:
        return
    if "date" in rule or ("dates" in rule and _numbers(rule) != _wanted(frequency)):
        wanted = ", ".join(map(str, _wanted(frequency)))
        yield path, say("window_periods", frequency=frequency, wanted=wanted)
    yield from _rising(path, rule)


def _rising(path: Path, rule: dict[str, Any]) -> Iterator[Found]:
    """Fixed days in the order of their periods must rise, and stay within one year."""
    days = []
    for number, fixed in _mappings(rule.get("dates")):
        period = fixed.get("period", 1)
        order = (bool(fixed.get("next_year")), fixed.get("month"), fixed.get("day"))
        if isinstance(period, int) and all(isinstance(one, int) for one in order):
            days.append((period, order, number))
    days.sort(key=lambda day: day[0])
    for (_, before, _), (period, after, number) in pairwise(days):
        if after <= before:
            yield (*path, "dates", number), say("window_order", period=period)
    if len(days) > 1:
        (_, (_, month, day), _), (_, last, number) = days[0], days[-1]
        if last >= (True, month, day):
            yield (*path, "dates", number), say("window_order", period=days[0][0])


def _day_rule(path: Path, rule: Any, frequency: Frequency) -> Iterator[Found]:
    if not isinstance(rule, dict):
        return
    if frequency is Frequency.STAGE:
        if "date" not in rule:
            yield path, say("stage_date")
        return
    count = 12 // MONTHS_IN[frequency]
    for number, fixed in _mappings(rule.get("dates")):
        period = fixed.get("period", 1)
        if isinstance(period, int) and period > count:
            values = {"period": period, "frequency": frequency}
            yield (*path, "dates", number), say("period_number", **values)
    yield from _day_of_month(path, rule, frequency)


def _day_of_month(path: Path, rule: dict[str, Any], of: Frequency) -> Iterator[Found]:
    day, month = rule.get("day"), rule.get("month")
    months = MONTHS_IN[of]
    limit = 2 * months
    if isinstance(month, int) and month > limit:
        yield (
            (*path, "month"),
            say("month_beyond", month=month, frequency=of, limit=limit),
        )
    nth = month if isinstance(month, int) else months
    concerned = [(start + nth - 1) % 12 for start in range(0, 12, months)]
    if isinstance(day, int) and any(LONGEST[one] < day <= 31 for one in concerned):
        yield (*path, "day"), say("swallowed", day=day)


def _bands(path: Path, part: dict[str, Any]) -> Iterator[Found]:
    seen = set()
    for number, band in _mappings(part.get("bands")):
        start = str(band.get("at_least"))
        if start in seen:
            code = band.get("code")
            yield (*path, "bands", number), say("scale_order", code=code)
        seen.add(start)
