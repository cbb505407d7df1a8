"""Kinds of places, kinds of transfer, and the steps of a change: plain values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Tier(StrEnum):
    """How far down a place stands; districts ended on 30/6/2025."""

    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"
    HAMLET = "hamlet"


class PlaceKind(StrEnum):
    """What the law calls a place. The codes keep the Vietnamese terms without marks:
    English has one word for several of them.
    """

    TINH = "tinh"
    THANH_PHO_TW = "thanh_pho_tw"
    HUYEN = "huyen"
    QUAN = "quan"
    THI_XA = "thi_xa"
    THANH_PHO = "thanh_pho"
    XA = "xa"
    PHUONG = "phuong"
    THI_TRAN = "thi_tran"
    DAC_KHU = "dac_khu"
    THON = "thon"
    BAN = "ban"
    AP = "ap"
    BUON = "buon"
    KHU_PHO = "khu_pho"
    TO_DAN_PHO = "to_dan_pho"

    @property
    def tier(self) -> Tier:
        return _TIERS[self]

    @property
    def term(self) -> str:
        """The word names begin with, as in `Xã Hùng Lợi`."""
        return _TERMS[self]


K = PlaceKind
_TIERS = MappingProxyType(
    {
        **dict.fromkeys((K.TINH, K.THANH_PHO_TW), Tier.PROVINCE),
        **dict.fromkeys((K.HUYEN, K.QUAN, K.THI_XA, K.THANH_PHO), Tier.DISTRICT),
        **dict.fromkeys((K.XA, K.PHUONG, K.THI_TRAN, K.DAC_KHU), Tier.COMMUNE),
        **dict.fromkeys(
            (K.THON, K.BAN, K.AP, K.BUON, K.KHU_PHO, K.TO_DAN_PHO), Tier.HAMLET
        ),
    }
)

_TERMS = MappingProxyType(
    {
        K.TINH: "Tỉnh",
        K.THANH_PHO_TW: "Thành phố",
        K.HUYEN: "Huyện",
        K.QUAN: "Quận",
        K.THI_XA: "Thị xã",
        K.THANH_PHO: "Thành phố",
        K.XA: "Xã",
        K.PHUONG: "Phường",
        K.THI_TRAN: "Thị trấn",
        K.DAC_KHU: "Đặc khu",
        K.THON: "Thôn",
        K.BAN: "Bản",
        K.AP: "Ấp",
        K.BUON: "Buôn",
        K.KHU_PHO: "Khu phố",
        K.TO_DAN_PHO: "Tổ dân phố",
    }
)


def full_name(name: str, kind: PlaceKind) -> str:
    """Begin a name with its kind's word, unless it already does."""
    bare = name.strip()
    if bare.casefold().startswith(f"{kind.term.casefold()} "):
        return bare
    return f"{kind.term} {bare}"


def short_name(name: str, kind: PlaceKind) -> str:
    """Leave out the kind's word: `Hùng Lợi`."""
    return name.removeprefix(f"{kind.term} ")


def kinds_of(tier: Tier) -> list[PlaceKind]:
    return [kind for kind in PlaceKind if kind.tier is tier]


class TransferKind(StrEnum):
    """How much of one place became another, and with whom.

    `unchanged`: all of it, alone. `merge`: all of it, with others. `split`: a part of
    it, alone. `absorb_part`: a part of it, with others.
    """

    UNCHANGED = "unchanged"
    MERGE = "merge"
    SPLIT = "split"
    ABSORB_PART = "absorb_part"


class NewRuralStatus(StrEnum):
    """How far a commune has come by the national new-rural criteria."""

    UNKNOWN = "unknown"
    NOT_YET = "not_yet"
    MET = "met"
    ADVANCED = "advanced"
    EXEMPLARY = "exemplary"


NEW_RURAL_CRITERIA = range(1, 20)
"""The nineteen numbered criteria of the national set for communes, 2021-2025."""


@dataclass(frozen=True, slots=True)
class Found:
    """A step: a place comes into being."""

    code: str
    name: str
    kind: PlaceKind
    parent: str | None
    official_code: str = ""


@dataclass(frozen=True, slots=True)
class Amend:
    """A step: a place goes on under another name, kind, parent or official code."""

    code: str
    name: str | None = None
    kind: PlaceKind | None = None
    parent: str | None = None
    official_code: str | None = None


@dataclass(frozen=True, slots=True)
class End:
    """A step: a place ceases to exist; what was borne by it goes to its successors."""

    code: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """A step: all, a share or a part of a place becomes another."""

    predecessor: str
    successor: str
    kind: TransferKind
    share_ppm: int | None = None
    is_default: bool = True


Step = Found | Amend | End | Transfer


def merger(predecessors: Sequence[str], successor: Found) -> list[Step]:
    """Say a merger in steps: one new place from all of several that end."""
    return [
        successor,
        *(End(code) for code in predecessors),
        *(Transfer(c, successor.code, TransferKind.MERGE) for c in predecessors),
    ]


def oversubscribed(transfers: Iterable[Transfer]) -> list[str]:
    """Places whose stated shares add up to more than the whole."""
    given: dict[str, int] = {}
    for transfer in transfers:
        share = transfer.share_ppm or 0
        given[transfer.predecessor] = given.get(transfer.predecessor, 0) + share
    return [code for code, total in given.items() if total > 1_000_000]


def next_hamlet_code(commune: str, taken: Iterable[str]) -> str:
    """`<commune>-h01`, `-h02`, …: the first number above all ever used."""
    numbers = [int(code.rpartition("-h")[2]) for code in taken]
    return f"{commune}-h{max(numbers, default=0) + 1:02d}"
