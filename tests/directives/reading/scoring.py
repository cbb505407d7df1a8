"""Compare a reading with a gold file: per field, what was found, missed and invented."""

import json
import re
from collections import Counter
from pathlib import Path

from kheo.directives.reading import read
from kheo.directives.reading.text import fold

TEXTS = Path(__file__).parent / "texts"
HEADER = ("family", "number", "symbol", "kind", "issued_on", "place")
LISTS = ("citations", "recipients", "dues", "targets")


def gold_files(*, held_out=None):
    """The names of the gold files; `held_out` chooses those kept aside while tuning."""
    found = []
    for path in sorted(TEXTS.glob("*.json")):
        gold = json.loads(path.read_text(encoding="utf-8"))
        if held_out is None or bool(gold.get("held_out")) is held_out:
            found.append(path.name)
    return found


def text_of(name):
    return TEXTS.joinpath(name.replace(".json", ".txt")).read_text(encoding="utf-8")


def compare(name):
    """Counts `field.hit`, `field.miss`, `field.extra` for one text, and what went wrong."""
    gold = json.loads((TEXTS / name).read_text(encoding="utf-8"))
    reading = json.loads(json.dumps(read(text_of(name)).as_json()))["documents"]
    counts, wrong = Counter(), []
    if not gold.get("pooled"):
        _tick(counts, wrong, "documents", len(gold["documents"]), len(reading))
    for expected, found in zip(gold["documents"], reading, strict=False):
        _compare_document(expected, found, counts, wrong)
    return counts, wrong


def _compare_document(expected, found, counts, wrong):
    for field in HEADER:
        if field in expected:
            _tick(counts, wrong, field, expected[field], found[field])
    names = [
        sorted(_plain(s["name"]) for s in d["signatures"]) for d in (expected, found)
    ]
    _tick(counts, wrong, "signatures", *names)
    _tick(counts, wrong, "stamps", expected["stamps"], found["stamps"])
    for field in LISTS:
        _match(field, expected.get(field, []), _items(field, found), counts, wrong)
    wanted = set(expected["anomalies"])
    given = {a["code"] for a in found["anomalies"]} - set(
        expected.get("anomalies_optional", [])
    )
    _tick(counts, wrong, "anomalies", wanted, given)


def _items(field, found):
    if field == "recipients":
        return [r["name"] for r in found["recipients"]]
    if field == "dues":
        return [o for o in found["obligations"] if o["due"]]
    return found[field]


def _match(field, expected, found, counts, wrong):
    free = list(found)
    for optional in (False, True):
        for item in expected:
            if bool(isinstance(item, dict) and item.get("optional")) is not optional:
                continue
            twin = next((f for f in free if SAME[field](item, f)), None)
            if twin is not None:
                free.remove(twin)
            if not optional:
                counts[f"{field}.{'miss' if twin is None else 'hit'}"] += 1
                if twin is None:
                    wrong.append(f"missed {field}: {item}")
    counts[f"{field}.extra"] += len(free)
    wrong += [f"invented {field}: {item}" for item in free]


def _tick(counts, wrong, field, expected, found):
    right = _plain(expected) == _plain(found)
    counts[f"{field}.{'hit' if right else 'miss'}"] += 1
    if not right:
        wrong.append(f"{field}: {expected} but read {found}")


def _plain(value):
    if isinstance(value, str):
        return " ".join(re.sub(r"\s*([-/&])\s*", r"\1", fold(value)).split())
    return value


def _same_citation(gold, found):
    keys = [k for k in ("number", "symbol", "issued_on", "is_basis") if k in gold]
    return all(_plain(gold[k]) == _plain(found[k]) for k in keys)


def _same_due(gold, found):
    forms = [gold["due"], *gold.get("or", [])]
    due = {k: _plain(v) for k, v in found["due"].items()}
    if not any({k: _plain(v) for k, v in form.items()} == due for form in forms):
        return False
    said = _plain(" ; ".join(found["actors"]))
    receiver = _plain(found["receiver"] or "")
    actors = all(
        _plain(actor).split(", ")[0] in said for actor in gold.get("actors", [])
    )
    return actors and _plain(gold.get("receiver") or "") in receiver


def _same_target(gold, found):
    keys = [k for k in ("op", "value", "upper", "unit", "per") if k in gold]
    return all(_plain(gold[k]) == _plain(found[k]) for k in keys)


SAME = {
    "citations": _same_citation,
    "recipients": lambda gold, found: _plain(gold) == _plain(found),
    "dues": _same_due,
    "targets": _same_target,
}


def f1(counts, field):
    hit, miss, extra = (counts[f"{field}.{end}"] for end in ("hit", "miss", "extra"))
    return 2 * hit / (2 * hit + miss + extra) if hit + miss + extra else 1.0
