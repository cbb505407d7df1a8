"""One instance as typed values, and every error of a file that is not one.

The format is `kheo.assignment/1`, described in `docs/reference/assign.md`.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

SCHEMA = "kheo.assignment/1"
TIERS = ("central", "province", "district", "commune")
CAPS = (
    "units_per_commune_max",
    "province_units_per_commune_max",
    "province_share_per_group_max",
)
MOST_COMMUNES = 20_000
MOST_UNITS = 100_000
MOST_ERRORS = 200
MOST_TEXT = 500
SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a file: where, which kind, and the value that is wrong."""

    path: str
    code: str
    value: str = ""


class BadInput(Exception):  # noqa: N818  # named for what it says, like core's errors
    """The file is refused; `faults` lists everything found wrong in it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(
            "; ".join(f"{f.path}: {f.code} {f.value}" for f in self.faults)
        )


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune in scope; `size` and `need` are relative."""

    id: str
    name: str
    group: str | None = None
    lat: float | None = None
    lon: float | None = None
    size: float = 1.0
    need: float = 0.0
    difficult: bool = False

    @property
    def weight(self) -> float:
        return self.size * (1 + self.need)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit to be put in charge of `communes` communes, unless it is exempt."""

    id: str
    name: str
    bloc: str = ""
    tier: str = "district"
    headcount: int = 0
    lat: float | None = None
    lon: float | None = None
    communes: int = 1
    group: str | None = None
    exempt: bool = False
    locked: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    previous: tuple[str, ...] = ()

    @property
    def is_provincial(self) -> bool:
        return self.tier == "province"


@dataclass(frozen=True, slots=True)
class Rules:
    """The campaign's numbers; `None` sets no limit, `soft` ones are priced."""

    cover_min: int = 1
    units_per_commune_max: int | None = None
    province_units_per_commune_max: int | None = None
    province_share_per_group_max: float | None = None
    difficult_min: int = 0
    soft: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Weights:
    """What a unit of each term costs."""

    fit: float = 1.0
    far: float = 0.3
    keep: float = 0.5
    soft: float = 1.0


@dataclass(frozen=True, slots=True)
class Problem:
    """A checked instance: every id is known, every number finite and in range."""

    communes: tuple[Commune, ...]
    units: tuple[Unit, ...]
    rules: Rules = field(default_factory=Rules)
    weights: Weights = field(default_factory=Weights)
    seed: int = 1

    @property
    def active(self) -> tuple[Unit, ...]:
        """The units that take communes."""
        return tuple(unit for unit in self.units if not unit.exempt)

    def minimum(self, commune: Commune) -> int:
        """How many units the rules ask for in this commune."""
        rules = self.rules
        return max(rules.cover_min, rules.difficult_min if commune.difficult else 0)

    def share_cap(self) -> int | None:
        """The most provincial pairs one group may hold; never below one."""
        share = self.rules.province_share_per_group_max
        if share is None:
            return None
        pairs = sum(unit.communes for unit in self.active if unit.is_provincial)
        return whole_share(share, pairs)


def whole_share(share: float, pairs: int) -> int:
    """`floor(share * pairs)`, at least one, unharmed by 0.29 * 100 = 28.999…"""
    return max(1, math.floor(share * pairs + 1e-9))


Check = Callable[[object], str | None]


def _number(low: float, high: float) -> Check:
    def check(value: object) -> str | None:
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            return "not_a_number"
        if isinstance(value, float) and not math.isfinite(value):
            return "not_finite"
        return None if low <= value <= high else "out_of_range"

    return check


def _whole(low: int, high: int) -> Check:
    def check(value: object) -> str | None:
        if not isinstance(value, int) or isinstance(value, bool):
            return "not_whole"
        return None if low <= value <= high else "out_of_range"

    return check


def _text(value: object) -> str | None:
    if isinstance(value, str) and not value.strip():
        return "empty"
    return _any_text(value)


def _any_text(value: object) -> str | None:
    # Half a surrogate pair is no text: it could not be written again.
    if not isinstance(value, str) or SURROGATE.search(value):
        return "not_text"
    return None if len(value) <= MOST_TEXT else "too_long"


def _flag(value: object) -> str | None:
    return None if isinstance(value, bool) else "not_a_flag"


def _texts(value: object) -> str | None:
    if not isinstance(value, list) or any(_text(item) for item in value):
        return "not_texts"
    return None if len(set(value)) == len(value) else "repeated"


def _tier(value: object) -> str | None:
    return None if value in TIERS else "unknown_tier"


def _soft(value: object) -> str | None:
    problem = _texts(value)
    if problem or not isinstance(value, list):
        return problem
    return None if set(value) <= set(CAPS) else "unknown_cap"


def _schema(value: object) -> str | None:
    return None if value == SCHEMA else "unknown_schema"


def _or_null(check: Check) -> Check:
    return lambda value: None if value is None else check(value)


_PLACE = {"lat": _or_null(_number(-90, 90)), "lon": _or_null(_number(-180, 180))}
_COMMUNE: Mapping[str, Check] = {
    "id": _text,
    "name": _any_text,
    "group": _or_null(_text),
    **_PLACE,
    "size": _number(0, 1e9),
    "need": _number(0, 1),
    "difficult": _flag,
}
_UNIT: Mapping[str, Check] = {
    "id": _text,
    "name": _any_text,
    "bloc": _any_text,
    "tier": _tier,
    "headcount": _whole(0, 10**9),
    **_PLACE,
    "communes": _whole(1, MOST_COMMUNES),
    "group": _or_null(_text),
    "exempt": _flag,
    "locked": _texts,
    "forbidden": _texts,
    "previous": _texts,
}
_RULES: Mapping[str, Check] = {
    "cover_min": _whole(0, 10**6),
    "units_per_commune_max": _or_null(_whole(0, 10**6)),
    "province_units_per_commune_max": _or_null(_whole(0, 10**6)),
    "province_share_per_group_max": _or_null(_number(0, 1)),
    "difficult_min": _whole(0, 10**6),
    "soft": _soft,
}
_WEIGHTS: Mapping[str, Check] = dict.fromkeys(
    ("fit", "far", "keep", "soft"), _number(0, 1e6)
)
_TOP = frozenset({"schema", "communes", "units", "rules", "weights", "seed"})


class _Faults:
    """Gathers what is wrong; stops gathering, not reading, when it is far too much."""

    def __init__(self) -> None:
        self.found: list[Fault] = []

    def add(self, path: str, code: str, value: object = "") -> None:
        if len(self.found) < MOST_ERRORS:
            self.found.append(Fault(path, code, _shown(value)))


def _shown(value: object) -> str:
    shown = repr(value) if not isinstance(value, str) else value
    return shown if len(shown) <= 80 else shown[:77] + "…"


def _fields(
    raw: object,
    checks: Mapping[str, Check],
    required: Iterable[str],
    path: str,
    faults: _Faults,
) -> dict[str, Any] | None:
    """The known and sound fields of one object; `None` when it is no object."""
    if not isinstance(raw, dict):
        faults.add(path, "not_an_object", raw)
        return None
    for name in required:
        if name not in raw:
            faults.add(f"{path}.{name}", "missing")
    sound: dict[str, Any] = {}
    for name, value in raw.items():
        check = checks.get(name)
        if check is None:
            faults.add(f"{path}.{name}", "unknown_key")
        elif code := check(value):
            faults.add(f"{path}.{name}", code, value)
        else:
            sound[name] = tuple(value) if isinstance(value, list) else value
    if (sound.get("lat") is None) != (sound.get("lon") is None):
        faults.add(path, "half_a_position")
    return sound


def _list(
    raw: Mapping[str, Any], name: str, most: int, faults: _Faults
) -> list[object]:
    value = raw.get(name)
    if not isinstance(value, list):
        faults.add(name, "missing" if value is None else "not_a_list", value or "")
        return []
    if len(value) > most:
        faults.add(name, "too_many", len(value))
        return []
    return value


def _repeated(ids: Iterable[str], path: str, faults: _Faults) -> None:
    seen: set[str] = set()
    for each in ids:
        if each in seen:
            faults.add(path, "repeated_id", each)
        seen.add(each)


def _known_ids(
    communes: list[Commune], units: list[Unit], names: list[str], faults: _Faults
) -> None:
    known = {commune.id for commune in communes}
    groups = {commune.group for commune in communes if commune.group is not None}
    _repeated((commune.id for commune in communes), "communes", faults)
    _repeated((unit.id for unit in units), "units", faults)
    for unit, path in zip(units, names, strict=True):
        if unit.group is not None and unit.group not in groups:
            faults.add(f"{path}.group", "unknown_id", unit.group)
        for name in ("locked", "forbidden"):
            for each in getattr(unit, name):
                if each not in known:
                    faults.add(f"{path}.{name}", "unknown_id", each)
        for each in sorted(set(unit.locked) & set(unit.forbidden)):
            faults.add(f"{path}.locked", "locked_and_forbidden", each)
        if unit.exempt and unit.locked:
            faults.add(f"{path}.locked", "locked_but_exempt", unit.locked[0])


def _communes(raw: Mapping[str, Any], faults: _Faults) -> list[Commune]:
    found = []
    for index, item in enumerate(_list(raw, "communes", MOST_COMMUNES, faults)):
        values = _fields(item, _COMMUNE, ("id",), f"communes[{index}]", faults)
        if values and "id" in values:
            found.append(Commune(**{"name": values["id"], **values}))
    return found


def _units(raw: Mapping[str, Any], faults: _Faults) -> tuple[list[Unit], list[str]]:
    found, paths = [], []
    for index, item in enumerate(_list(raw, "units", MOST_UNITS, faults)):
        path = f"units[{index}]"
        values = _fields(item, _UNIT, ("id", "headcount"), path, faults)
        if values and "id" in values:
            found.append(Unit(**{"name": values["id"], **values}))
            paths.append(path)
    return found, paths


def read_problem(raw: object) -> Problem:
    """Turn a decoded file into a `Problem`.

    Raises `BadInput` with every fault found (up to two hundred); nothing is guessed.
    Ids under `previous` may be unknown: communes disappear.
    """
    faults = _Faults()
    if not isinstance(raw, dict):
        raise BadInput([Fault("", "not_an_object", _shown(raw))])
    for name in raw:
        if name not in _TOP:
            faults.add(str(name), "unknown_key")
    if code := _schema(raw.get("schema")):
        faults.add("schema", code, raw.get("schema", ""))
    seed = raw.get("seed", 1)
    if code := _whole(0, 2**63 - 1)(seed):
        faults.add("seed", code, seed)
    communes = _communes(raw, faults)
    units, paths = _units(raw, faults)
    rules = _fields(raw.get("rules", {}), _RULES, (), "rules", faults) or {}
    weights = _fields(raw.get("weights", {}), _WEIGHTS, (), "weights", faults) or {}
    if raw.get("communes") == []:
        faults.add("communes", "empty")
    _known_ids(communes, units, paths, faults)
    if faults.found:
        raise BadInput(faults.found)
    return Problem(
        tuple(communes), tuple(units), Rules(**rules), Weights(**weights), seed
    )


def as_data(problem: Problem) -> dict[str, Any]:
    """The instance as the file format says it; `read_problem` reads it back."""
    return {
        "schema": SCHEMA,
        "communes": [_slots(commune) for commune in problem.communes],
        "units": [_slots(unit) for unit in problem.units],
        "rules": _slots(problem.rules),
        "weights": _slots(problem.weights),
        "seed": problem.seed,
    }


def _slots(value: Commune | Unit | Rules | Weights) -> dict[str, Any]:
    data = {name: getattr(value, name) for name in value.__slots__}
    return {k: list(v) if isinstance(v, tuple) else v for k, v in data.items()}


def read_pairs(raw: object, problem: Problem) -> list[tuple[str, str]]:
    """The `(unit, commune)` pairs of an answer file; raises `BadInput`."""
    faults = _Faults()
    if not isinstance(raw, dict) or not isinstance(raw.get("pairs"), list):
        raise BadInput([Fault("pairs", "missing")])
    units = {unit.id for unit in problem.units}
    communes = {commune.id for commune in problem.communes}
    pairs: list[tuple[str, str]] = []
    seen: set[tuple[str, str]] = set()
    for index, pair in enumerate(raw["pairs"]):
        path = f"pairs[{index}]"
        if not isinstance(pair, dict):
            faults.add(path, "not_an_object", pair)
            continue
        unit, commune = pair.get("unit"), pair.get("commune")
        if not isinstance(unit, str) or unit not in units:
            faults.add(f"{path}.unit", "unknown_id", unit)
        elif not isinstance(commune, str) or commune not in communes:
            faults.add(f"{path}.commune", "unknown_id", commune)
        elif (unit, commune) in seen:
            faults.add(path, "repeated", f"{unit} {commune}")
        else:
            seen.add((unit, commune))
            pairs.append((unit, commune))
    if faults.found:
        raise BadInput(faults.found)
    return pairs
