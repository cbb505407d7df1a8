"""The shipped files: figures that official papers state, rules that must always hold."""

import re
import subprocess
import sys
import unicodedata
from collections import Counter, defaultdict
from datetime import date

import pytest

from kheo.core.periods import OPEN_END
from kheo.places.dataset import (
    REFORM,
    communes_of,
    transfers,
    units_on,
    versions,
)
from kheo.places.rules import PlaceKind, Tier, TransferKind

S0 = date(2021, 10, 1)
LAST_OLD_DAY = date(2025, 6, 30)
K = PlaceKind


def tally(units):
    return Counter(unit.kind for unit in units)


def by_tier(day):
    return Counter(unit.kind.tier for unit in units_on(day).values())


def test_before_the_reform_there_are_63_provinces_696_districts_10035_communes():
    assert by_tier(LAST_OLD_DAY) == {
        Tier.PROVINCE: 63,
        Tier.DISTRICT: 696,
        Tier.COMMUNE: 10_035,
    }


def test_since_the_reform_there_are_34_provinces_and_3321_communes():
    kinds = tally(units_on(REFORM).values())

    assert by_tier(REFORM) == {Tier.PROVINCE: 34, Tier.COMMUNE: 3321}
    assert (kinds[K.XA], kinds[K.PHUONG], kinds[K.DAC_KHU]) == (2621, 687, 13)
    assert (kinds[K.TINH], kinds[K.THANH_PHO_TW]) == (28, 6)


def test_tuyen_quang_before_has_7_districts_and_121_xa_of_137_communes():
    communes = communes_of("08", on=S0)

    assert tally(communes) == {K.XA: 121, K.PHUONG: 10, K.THI_TRAN: 6}
    assert len({commune.group for commune in communes}) == 7
    assert {c.id for c in communes} == {c.id for c in communes_of("vn-08", on=S0)}


def test_tuyen_quang_since_has_117_xa_and_7_phuong_and_no_districts():
    communes = communes_of("08", on=REFORM)

    assert tally(communes) == {K.XA: 117, K.PHUONG: 7}
    assert {commune.group for commune in communes} == {None}
    assert not communes_of("vn-08", on=REFORM)
    assert not communes_of("vn25-08", on=S0)


def test_the_other_provinces_of_the_directives_have_their_communes():
    assert len(communes_of("80", on=LAST_OLD_DAY)) == 186  # Long An
    assert len(communes_of("80", on=REFORM)) == 96  # Tây Ninh took its number
    assert len(communes_of("75", on=LAST_OLD_DAY)) == 159
    assert len(communes_of("75", on=REFORM)) == 95


def test_a_number_used_again_is_another_identity():
    before = {u.official_code: u for u in units_on(LAST_OLD_DAY).values()}
    since = {u.official_code: u for u in units_on(REFORM).values()}

    assert (before["15"].name, since["15"].name) == ("Tỉnh Yên Bái", "Tỉnh Lào Cai")
    assert before["15"].code == "vn-15"
    assert since["15"].code == "vn25-15"
    assert since["02494"].code != before["02494"].code  # xã Thái Bình, another area


def test_eleven_provinces_were_not_merged_and_go_on():
    going_on = set(units_on(LAST_OLD_DAY)) & set(units_on(REFORM))
    provinces = {c for c in going_on if units_on(REFORM)[c].kind.tier is Tier.PROVINCE}

    assert provinces == {
        f"vn-{n}"
        for n in ["01", "04", "11", "12", "14", "20", "22", "38", "40", "42", "46"]
    }


def test_132_communes_go_on_under_a_new_parent():
    going_on = set(units_on(LAST_OLD_DAY)) & set(units_on(REFORM))
    communes = [u for c, u in units_on(REFORM).items() if c in going_on]
    communes = [u for u in communes if u.kind.tier is Tier.COMMUNE]
    muong_lat = units_on(REFORM)["vn-14845"]

    assert len(communes) == 132
    assert (muong_lat.name, muong_lat.kind) == ("Xã Mường Lát", K.XA)
    assert units_on(LAST_OLD_DAY)["vn-14845"].kind is K.THI_TRAN
    assert muong_lat.parent == "vn-38"


@pytest.mark.parametrize(
    ("code", "on", "is_doubtful"),
    [
        ("vn25-75", date(2026, 4, 30), False),
        ("vn25-24", date(2026, 8, 24), True),
        ("vn-22", date(2026, 8, 24), True),
    ],
)
def test_a_province_becomes_a_city_and_stays_itself(code, on, is_doubtful):
    before = [v for v in versions() if v.code == code and v.valid_to == on]
    after = [v for v in versions() if v.code == code and v.valid_from == on]

    assert [v.kind for v in before] == [K.TINH]
    assert [v.kind for v in after] == [K.THANH_PHO_TW]
    assert after[0].name.startswith("Thành phố ")
    assert after[0].is_doubtful is is_doubtful
    assert after[0].basis


def test_ten_communes_of_dong_nai_and_twelve_of_bac_ninh_become_wards():
    dong_nai = tally(communes_of("75", on=date(2026, 4, 30)))
    bac_ninh = Counter(
        v.parent for v in versions() if v.valid_from == date(2026, 8, 24)
    )

    assert tally(communes_of("75", on=REFORM)) == {K.XA: 72, K.PHUONG: 23}
    assert dong_nai == {K.XA: 62, K.PHUONG: 33}
    assert bac_ninh["vn25-24"] == 12


def test_every_unit_that_ended_has_one_default_successor_but_districts():
    ended = set(units_on(LAST_OLD_DAY)) - set(units_on(REFORM))
    defaults = Counter(t.predecessor for t in transfers() if t.is_default)
    without = {code for code in ended if defaults[code] != 1}

    assert len(without) == 696 - 5  # five island districts had no communes
    assert {units_on(LAST_OLD_DAY)[c].kind.tier for c in without} == {Tier.DISTRICT}


def test_every_new_unit_has_origins_and_every_transfer_both_ends():
    old, new = units_on(LAST_OLD_DAY), units_on(REFORM)
    counted = [t for t in transfers() if not t.is_doubtful]

    assert set(new) - set(old) == {t.successor for t in counted}
    assert {t.predecessor for t in transfers()} <= set(old) - set(new)
    assert {t.on for t in transfers()} == {REFORM}
    assert all(
        re.fullmatch(r"\d+/(NQ-UBTVQH15|2025/QH15)", t.basis) for t in transfers()
    )


def test_kinds_of_transfer_follow_from_who_went_where():
    counted = [t for t in transfers() if not t.is_doubtful]
    ways_out = Counter(t.predecessor for t in counted)
    ways_in = Counter(t.successor for t in counted)
    kinds = {
        (True, True): TransferKind.UNCHANGED,
        (True, False): TransferKind.MERGE,
        (False, True): TransferKind.SPLIT,
        (False, False): TransferKind.ABSORB_PART,
    }

    assert all(
        t.kind is kinds[ways_out[t.predecessor] == 1, ways_in[t.successor] == 1]
        for t in counted
    )


def test_doubtful_transfers_are_kept_and_never_the_default():
    doubtful = [t for t in transfers() if t.is_doubtful]
    sure = {t.predecessor for t in transfers() if not t.is_doubtful}

    assert len(doubtful) == 32
    assert not any(t.is_default for t in doubtful)
    assert {t.predecessor for t in doubtful} <= sure
    assert ("vn-27691", "vn25-25459") in {
        (t.predecessor, t.successor) for t in doubtful
    }


def test_five_old_communes_of_todays_tuyen_quang_were_split():
    parts = defaultdict(set)
    for t in transfers():
        if not t.is_doubtful:
            parts[t.predecessor].add(t.successor)
    old = units_on(LAST_OLD_DAY)
    communes = communes_of("08", on=S0) + communes_of("02", on=S0)
    split = {old[c.id].name for c in communes if len(parts[c.id]) > 1}

    names = ("Phường Quang Trung", "Xã Thái Bình", "Xã Kim Phú", "Xã Yên Định")
    assert split == {*names, "Xã Việt Lâm"}


def test_phu_thinh_went_to_thai_binh():
    # Two of three sources say so (docs/reference/places.md).
    rows = [t for t in transfers() if t.predecessor == "vn-02482"]

    assert [(t.successor, t.is_doubtful) for t in rows] == [("vn25-02494", False)]


def test_names_are_in_one_spelling():
    new_style = re.compile(r"o[àáảãạèéẻẽẹ]\b|(?<!q)u[ỳýỷỹỵ]\b", re.IGNORECASE)

    for unit in versions():
        assert unit.name == unicodedata.normalize("NFC", unit.name)
        assert unit.name == " ".join(unit.name.split())
        assert not set(unit.name) & set("’ʼ´`")
        assert not new_style.search(unit.name), unit.name
        assert unit.name.startswith(unit.kind.term + " ")


def test_versions_of_one_unit_follow_each_other_without_gap_or_overlap():
    spans = defaultdict(list)
    for unit in versions():
        spans[unit.code].append((unit.valid_from, unit.valid_to))

    for stretches in spans.values():
        ordered = sorted(stretches)
        starts = [start for start, _ in ordered[1:]]
        assert starts == [end for _, end in ordered[:-1]]
        assert all(start < end for start, end in ordered)
    assert sum(v.valid_to == OPEN_END for v in versions()) == 34 + 3321


@pytest.mark.parametrize("day", [S0, LAST_OLD_DAY, REFORM, date(2026, 12, 1)])
def test_every_parent_exists_and_official_codes_are_unique_on_a_day(day):
    units = units_on(day)
    codes = Counter(unit.official_code for unit in units.values())

    assert all(unit.parent is None or unit.parent in units for unit in units.values())
    assert max(codes.values()) == 1
    assert {u.kind.tier for u in units.values() if u.parent is None} == {Tier.PROVINCE}


def test_points_lie_in_vietnam_and_old_ones_say_that_they_are_derived():
    for unit in versions():
        assert 7 < unit.latitude < 24
        assert 102 < unit.longitude < 115
        if unit.valid_from < REFORM:
            assert {"position_derived", "start_unknown"} <= set(unit.notes)


def test_a_point_taken_from_a_stranger_is_replaced_and_marked():
    vinh_thuc = units_on(REFORM)["vn25-06757"]  # an island commune of Móng Cái

    assert {"position_derived", "position_doubtful"} <= set(vinh_thuc.notes)
    assert vinh_thuc.longitude > 107.5
    assert sum("position_doubtful" in u.notes for u in units_on(REFORM).values()) == 10


def test_doubtful_areas_are_marked_and_missing_ones_empty():
    new = [u for u in units_on(REFORM).values() if u.kind.tier is Tier.COMMUNE]
    missing = [u for u in new if u.area_ha is None]

    assert {u.name for u in missing} == {
        "Phường Kỳ Lừa",
        "Xã Đông Trạch",
        "Xã Thượng Trạch",
        "Phường Mỹ Phước Tây",
    }
    assert all(u.is_doubtful and "area_missing" in u.notes for u in missing)
    assert all(u.area_ha > 0 for u in new if u not in missing)
    assert units_on(REFORM)["vn25-02494"].is_doubtful  # Thái Bình's area is another's


def test_reading_everything_needs_no_django():
    script = (
        "import sys;"
        "from kheo.places.dataset import transfers, versions;"
        "versions(); transfers();"
        "sys.exit('django' in sys.modules)"
    )

    subprocess.run([sys.executable, "-c", script], check=True)
