"""The three plans that make the province's structure and carry it into July 2025.

Committees, boards and communes are real by name, and stand where the shipped lineage of
places puts them. Cells, base organisations and their headcounts are invented. Armed
units have no headcount; those ready for combat are exempt. Communes that came from Hà
Giang join on 1 July 2025 as new bodies; that province's own cells are not invented.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from random import Random
from typing import Any

from kheo.core.text import fold
from kheo.sample.province.ground import (
    NEW_PROVINCE,
    OLD_PROVINCE,
    Ground,
    Spot,
    real_names,
)
from kheo.sample.province.names import Names, shortened, slug, words

TOP = "tu-tuyen-quang"
BLOC, POLICE, MILITARY = "du-khoi", "du-cong-an", "du-quan-su"
PARTY_SIDE, STATE_SIDE = "du-cqd", "du-ubnd"
ARMED = frozenset({POLICE, MILITARY})
BLOC_CELLS, BLOC_BASES, ARMED_CELLS, READY_CELLS = 78, 26, 15, 3
DISTRICT_CELLS = 300
STAYS = 22
"""District bodies that go on as provincial ones; the others end with their district."""

Step = dict[str, Any]

KNOWN = (
    ("cb-tu-lieu-so", "cell", "Trung tâm Tư liệu số Lô Giang", 24),
    ("cb-nha-in", "cell", "Nhà in Hoa Lê", 31),
    ("cb-giong-cay", "cell", "Trung tâm Giống cây Tân Phong", 18),
    ("du-che-lo-giang", "base_committee", "Công ty Cổ phần Chè Lô Giang", 86),
    ("du-thuy-nong", "base_committee", "Xí nghiệp Thủy nông Ngòi Xanh", 57),
    ("cb-nha-thieu-nhi", "cell", "Nhà Thiếu nhi Măng Non", 15),
)
"""The bodies of the small sample, so that its people find their places here too."""


@dataclass(frozen=True, slots=True)
class Body:
    """One invented body: its superior until 2025 and, where it goes on, since."""

    code: str
    kind: str
    name: str
    tier: str
    place: str
    below: str
    headcount: int | None = None
    is_exempt: bool = False

    @property
    def step(self) -> Step:
        word = "Đảng ủy" if self.kind == "base_committee" else "Chi bộ"
        made: Step = {
            "do": "create",
            "body": self.code,
            "name": f"{word} {self.name}",
            "short_name": f"{'ĐU' if word == 'Đảng ủy' else 'CB'} {shortened(self.name)}",
            "kind": "armed_forces" if self.is_exempt else self.kind,
            "tier": self.tier,
            "symbol": "ĐU" if word == "Đảng ủy" else "CB",
            "place": self.place,
            "below": self.below,
        }
        if self.headcount:
            made["headcount"] = self.headcount
        return made | ({"is_exempt": True} if self.is_exempt else {})


@dataclass(frozen=True, slots=True)
class Structure:
    """The plans, in order, and who is who for the other parts of the story."""

    founding: str
    spring: str
    july: str
    bodies: tuple[Body, ...]
    committees: Mapping[str, str]
    """Of each place, the code of its commune's committee; old and new places alike."""
    party_side: frozenset[str]
    stays: frozenset[str]

    def units(self) -> list[Body]:
        """Everybody who is to be in charge of a commune."""
        return [body for body in self.bodies if not body.is_exempt]


def build(ground: Ground, seed: int) -> Structure:
    """Make the whole structure; the same seed gives the same province."""
    maker = _Maker(ground, Random(seed))  # noqa: S311  a sample, no secret
    return maker.made()


@dataclass
class _Maker:
    ground: Ground
    random: Random
    names: Names = field(init=False)
    codes: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.names = Names(self.random, real_names() | _taken())

    def made(self) -> Structure:
        committees = self._committees()
        bodies = [*self._bloc(), *self._armed(), *self._districts()]
        district = [b for b in bodies if b.tier == "district"]
        party_side = {"cb-tu-lieu-so", "cb-nha-in", "cb-nha-thieu-nhi"}
        bloc = [b.code for b in bodies if b.below == BLOC]
        party_side |= set(self.random.sample(bloc[len(KNOWN) :], k=34))
        stays = {b.code for b in self.random.sample(district, k=STAYS)}
        return Structure(
            founding=_plan(
                "mau-tinh-thanh-lap",
                "Các tổ chức của dữ liệu mẫu toàn tỉnh",
                "2020-01-01",
                "Dữ liệu mẫu",
                [*self._tops(), *self._commune_steps(committees), *_steps(bodies)],
            ),
            spring=_plan(
                "mau-tinh-2025-03",
                "Hợp nhất hai ban, kết thúc hoạt động Đảng ủy Khối",
                "2025-03-01",
                "Quyết định của Tỉnh ủy (ngày giả định trong dữ liệu mẫu)",
                list(_spring(bloc, party_side)),
            ),
            july=_plan(
                "mau-tinh-2025-07",
                "Kết thúc cấp huyện, sắp xếp xã, hợp nhất tỉnh",
                "2025-07-01",
                "Nghị quyết 1684/NQ-UBTVQH15",
                [*self._july(committees), *self._ends(district, stays)],
            ),
            bodies=tuple(bodies),
            committees=committees,
            party_side=frozenset(party_side),
            stays=frozenset(stays),
        )

    # Committees and boards, real by name

    def _tops(self) -> Iterator[Step]:
        yield _top(TOP, "Tỉnh ủy Tuyên Quang", "Tỉnh ủy", "provincial_committee", "TU")
        boards = (
            ("ban-dan-van", "Ban Dân vận Tỉnh ủy", "BDVTU"),
            ("ban-tuyen-giao", "Ban Tuyên giáo Tỉnh ủy", "BTGTU"),
        )
        for code, name, symbol in boards:
            yield _top(code, name, "", "board", symbol)
        focal = "Ban Tuyên giáo Đảng ủy Khối"
        name = "Đảng ủy Khối các cơ quan và doanh nghiệp tỉnh"
        yield _direct(BLOC, name, "Đảng ủy Khối", "ĐUK", focal)
        name = "Đảng ủy Công an tỉnh"
        yield _direct(POLICE, name, name, "ĐU", "Phòng Công tác đảng")
        name = "Đảng ủy Quân sự tỉnh"
        yield _direct(MILITARY, name, name, "ĐU", "Phòng Chính trị")
        for spot in self.ground.districts:
            is_city = spot.kind == "thanh_pho"
            bare = _bare(spot)
            word = "Thành ủy" if is_city else "Huyện ủy"
            yield {
                "do": "create",
                "body": district_code(spot),
                "name": f"{word} {bare}",
                "kind": "district_committee",
                "tier": "district",
                "symbol": "ThU" if is_city else "HU",
                "place": spot.code,
                "focal_point": f"Ban Dân vận {word}",
                "below": TOP,
            }

    def _committees(self) -> dict[str, str]:
        """Codes: today's communes have the plain one, those that ended end in “-cu”."""
        found: dict[str, str] = {}
        for spot in self.ground.after:
            found[spot.code] = self._code(f"du-{slug(_bare(spot))}", spot)
        for spot in self.ground.before:
            if spot.code not in found:
                found[spot.code] = self._code(f"du-{slug(_bare(spot))}-cu", spot)
        return found

    def _code(self, wanted: str, spot: Spot) -> str:
        code = wanted
        if code in self.codes:
            code = f"{wanted}-{spot.code.rsplit('-', 1)[-1]}"
        self.codes.add(code)
        return code

    def _commune_steps(self, committees: Mapping[str, str]) -> Iterator[Step]:
        superior = {d.code: district_code(d) for d in self.ground.districts}
        for spot in self.ground.before:
            yield _commune(committees[spot.code], spot, superior[spot.below])

    # Invented bodies

    def _bloc(self) -> Iterator[Body]:
        for code, kind, name, headcount in KNOWN:
            yield Body(code, kind, name, "province", OLD_PROVINCE, BLOC, headcount)
        lists = words()["province"]
        long = [f"{name}" for name in words()["long"]["province"]]
        cells = [*long, *islice(self.names.of(lists["cells"]), BLOC_CELLS - len(long))]
        for name in cells:
            yield self._body(name, "cell", "province", OLD_PROVINCE, BLOC)
        for name in islice(self.names.of(lists["base_committees"]), BLOC_BASES):
            yield self._body(name, "base_committee", "province", OLD_PROVINCE, BLOC)

    def _armed(self) -> Iterator[Body]:
        for superior in (POLICE, MILITARY):
            names = self.names.of(words()["province"]["armed"])
            for place, name in enumerate(islice(names, ARMED_CELLS)):
                is_ready = place < READY_CELLS
                yield Body(
                    code=self._new(f"cb-{slug(name)}"),
                    kind="cell",
                    name="Đội Trực ban " + name.split(" ")[-2] + " " + name.split()[-1]
                    if is_ready
                    else name,
                    tier="province",
                    place=OLD_PROVINCE,
                    below=superior,
                    is_exempt=is_ready,
                )

    def _districts(self) -> Iterator[Body]:
        yield Body(
            *("cb-khuyen-nong", "cell", "Trạm Khuyến nông Tân Lĩnh", "district"),
            *("vn-075", "hu-yen-son", 12),
        )
        yield Body(
            *("cb-cho-tan-linh", "cell", "Ban Quản lý chợ Tân Lĩnh", "district"),
            *("vn-075", "hu-yen-son", 9),
        )
        long = list(words()["long"]["district"])
        names = self.names.of(words()["district"]["cells"])
        every = len(self.ground.before)
        for district in self.ground.districts:
            share = len(self.ground.communes_of(district)) / every
            count = max(12, round((DISTRICT_CELLS - 2) * share))
            chosen = [*(long[:1]), *islice(names, count - len(long[:1]))]
            long = long[1:]
            for name in chosen:
                place, below = district.code, district_code(district)
                yield self._body(name, "cell", "district", place, below)

    def _body(self, name: str, kind: str, tier: str, place: str, below: str) -> Body:
        most = 140 if kind == "base_committee" else 60 if tier == "province" else 34
        least = 32 if kind == "base_committee" else 5
        prefix = "du" if kind == "base_committee" else "cb"
        return Body(
            code=self._new(f"{prefix}-{slug(name)}"),
            kind=kind,
            name=name,
            tier=tier,
            place=place,
            below=below,
            headcount=int(self.random.triangular(least, most, least + 8)),
        )

    def _new(self, wanted: str) -> str:
        code, number = wanted, 2
        while code in self.codes:
            code, number = f"{wanted}-{number}", number + 1
        self.codes.add(code)
        return code

    # July 2025

    def _july(self, committees: Mapping[str, str]) -> Iterator[Step]:
        here = [TOP, "ban-tgdv", PARTY_SIDE, STATE_SIDE, POLICE, MILITARY]
        for code in here:
            yield {"do": "amend", "body": code, "place": NEW_PROVINCE}
        lasting = self.ground.lasting
        for spot in self.ground.after:
            if spot.code not in lasting:
                yield _commune(committees[spot.code], spot, TOP)
        moved = [committees[s.code] for s in self.ground.after if s.code in lasting]
        yield {"do": "move", "bodies": moved, "below": TOP}
        merged: dict[str, list[str]] = {}
        for old, heirs in self.ground.heirs.items():
            if len(heirs) == 1:
                merged.setdefault(heirs[0], []).append(committees[old])
        for new, olds in merged.items():
            yield {"do": "merge", "bodies": olds, "into": committees[new]}
        for old, heirs in self.ground.heirs.items():
            if len(heirs) > 1:
                into = [{"body": committees[heir]} for heir in heirs]
                yield {"do": "split", "body": committees[old], "into": into}

    def _ends(self, district: Sequence[Body], stays: set[str]) -> Iterator[Step]:
        for code in sorted(stays):
            yield {
                "do": "amend",
                "body": code,
                "tier": "province",
                "place": NEW_PROVINCE,
            }
        yield {"do": "move", "bodies": sorted(stays), "below": STATE_SIDE}
        ending = [body.code for body in district if body.code not in stays]
        ending += [district_code(spot) for spot in self.ground.districts]
        yield {"do": "end", "bodies": ending}


def district_code(spot: Spot) -> str:
    word = "thu" if spot.kind == "thanh_pho" else "hu"
    return f"{word}-{slug(_bare(spot))}"


def _spring(bloc: Sequence[str], party_side: set[str]) -> Iterator[Step]:
    name = "Ban Tuyên giáo và Dân vận Tỉnh ủy"
    yield _top("ban-tgdv", name, "Ban TG&DV", "board", "BTGDVTU")
    boards = ["ban-dan-van", "ban-tuyen-giao"]
    yield {"do": "merge", "bodies": boards, "into": "ban-tgdv"}
    name, focal = "Đảng ủy các cơ quan Đảng tỉnh", "Văn phòng Đảng ủy"
    yield _direct(PARTY_SIDE, name, "Đảng ủy CQ Đảng", "ĐU", focal)
    name = "Đảng ủy Ủy ban nhân dân tỉnh"
    yield _direct(STATE_SIDE, name, "Đảng ủy UBND", "ĐU", focal)
    others = [code for code in bloc if code not in party_side]
    yield {"do": "move", "bodies": sorted(party_side), "below": PARTY_SIDE}
    yield {"do": "move", "bodies": others, "below": STATE_SIDE}
    heirs = [{"body": PARTY_SIDE}, {"body": STATE_SIDE}]
    yield {"do": "split", "body": BLOC, "into": heirs}


def _top(code: str, name: str, short: str, kind: str, symbol: str) -> Step:
    return {
        "do": "create",
        "body": code,
        "name": name,
        "short_name": short,
        "kind": kind,
        "tier": "province",
        "symbol": symbol,
        "place": OLD_PROVINCE,
        "below": {"party": None} if code == TOP else TOP,
    }


def _direct(code: str, name: str, short: str, symbol: str, focal: str) -> Step:
    top = _top(code, name, short, "direct_committee", symbol)
    return top | {"focal_point": focal}


def _commune(code: str, spot: Spot, below: str) -> Step:
    kind, bare = spot.name[0].lower() + spot.name[1:], _bare(spot)
    return {
        "do": "create",
        "body": code,
        "name": f"Đảng ủy {kind}",
        "short_name": f"ĐU {bare}" if spot.kind == "xa" else "",
        "kind": "commune_committee",
        "tier": "commune",
        "symbol": "ĐU",
        "place": spot.code,
        "below": below,
    }


def _bare(spot: Spot) -> str:
    """The name without the word for its kind."""
    count = 2 if spot.kind in {"thanh_pho", "thi_tran"} else 1
    return spot.name.split(" ", count)[-1]


def _steps(bodies: Sequence[Body]) -> list[Step]:
    return [body.step for body in bodies]


def _taken() -> set[str]:
    given = ("Lô Giang", "Hoa Lê", "Tân Phong", "Ngòi Xanh", "Măng Non", "Tân Lĩnh")
    return {fold(name) for name in given}


def _plan(code: str, title: str, on: str, basis: str, steps: list[Step]) -> str:
    plan = {"code": code, "title": title, "on": on, "basis": basis, "steps": steps}
    return json.dumps(plan, ensure_ascii=False)
