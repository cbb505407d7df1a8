"""A small country to change: one province, two districts, four communes."""

from datetime import UTC, date, datetime

from kheo.core.access import SYSTEM
from kheo.places.models import Place
from kheo.places.rules import Found, PlaceKind
from kheo.places.services import apply_plan, load_places
from tests.remembered import remembered

NOON = datetime(2026, 1, 5, 5, tzinfo=UTC)
BIRTH = date(2020, 1, 1)
REFORM = date(2025, 7, 1)
LAW = "1684/NQ-UBTVQH15"
SMALL = [
    Found("vn-08", "Tuyên Quang", PlaceKind.TINH, None, "08"),
    Found("vn-075", "Yên Sơn", PlaceKind.HUYEN, "vn-08", "075"),
    Found("vn-076", "Sơn Dương", PlaceKind.HUYEN, "vn-08", "076"),
    Found("vn-1", "Hùng Lợi", PlaceKind.XA, "vn-075", "00001"),
    Found("vn-2", "Trung Minh", PlaceKind.XA, "vn-075", "00002"),
    Found("vn-3", "Đông Thọ", PlaceKind.XA, "vn-076", "00003"),
    Found("vn-4", "Đồng Thọ", PlaceKind.XA, "vn-076", "00004"),
]


def make_country():
    apply_plan(SMALL, on=BIRTH, basis="", actor=SYSTEM, at=NOON)
    return {place.code: place for place in Place.objects.all()}


@remembered
def load_country():
    load_places(actor=SYSTEM, at=NOON)


def change(*steps, on=REFORM, basis=LAW):
    return apply_plan(steps, on=on, basis=basis, actor=SYSTEM, at=NOON)
