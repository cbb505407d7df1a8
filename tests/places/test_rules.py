"""Kinds, names, steps of a change: plain values."""

import pytest

from kheo.places.rules import (
    End,
    Found,
    PlaceKind,
    Tier,
    Transfer,
    TransferKind,
    full_name,
    kinds_of,
    merger,
    next_hamlet_code,
    oversubscribed,
    short_name,
)


def test_every_kind_has_a_tier_and_a_term():
    tiers = {kind.tier for kind in PlaceKind}

    assert tiers == set(Tier)
    assert all(kind.term for kind in PlaceKind)


def test_xa_phuong_thi_tran_and_dac_khu_are_the_commune_tier():
    assert kinds_of(Tier.COMMUNE) == [
        PlaceKind.XA,
        PlaceKind.PHUONG,
        PlaceKind.THI_TRAN,
        PlaceKind.DAC_KHU,
    ]


@pytest.mark.parametrize(
    ("typed", "kind", "full"),
    [
        ("Hùng Lợi", PlaceKind.XA, "Xã Hùng Lợi"),
        ("  xã Hùng Lợi ", PlaceKind.XA, "xã Hùng Lợi"),
        ("4", PlaceKind.PHUONG, "Phường 4"),
        ("Bản Cuống", PlaceKind.THON, "Thôn Bản Cuống"),
    ],
)
def test_a_name_begins_with_its_kind_once(typed, kind, full):
    assert full_name(typed, kind) == full


def test_the_short_name_leaves_the_kind_out():
    assert short_name("Xã Hùng Lợi", PlaceKind.XA) == "Hùng Lợi"
    assert short_name("Thành phố Huế", PlaceKind.THANH_PHO_TW) == "Huế"


def test_a_merger_ends_all_and_transfers_all():
    new = Found("vn-new", "Mới", PlaceKind.XA, "vn25-08")

    steps = merger(["vn-a", "vn-b"], new)

    assert steps == [
        new,
        End("vn-a"),
        End("vn-b"),
        Transfer("vn-a", "vn-new", TransferKind.MERGE),
        Transfer("vn-b", "vn-new", TransferKind.MERGE),
    ]


def test_shares_of_one_place_above_the_whole_are_named():
    parts = [
        Transfer("a", "x", TransferKind.SPLIT, 600_000),
        Transfer("a", "y", TransferKind.SPLIT, 400_001),
        Transfer("b", "x", TransferKind.SPLIT, 1_000_000),
        Transfer("c", "x", TransferKind.MERGE),
    ]

    assert oversubscribed(parts) == ["a"]


def test_a_hamlet_number_is_never_used_again():
    assert next_hamlet_code("vn-1", []) == "vn-1-h01"
    assert next_hamlet_code("vn-1", ["vn-1-h01", "vn-1-h09"]) == "vn-1-h10"
    assert next_hamlet_code("vn-1", ["vn-1-h99"]) == "vn-1-h100"
