"""What the sample's units do in the villages: invented, plausible, repeatable."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from kheo.activities.rules import Done

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Amount:
    """A measure with the range in which one day's amount lies, in smallest units."""

    measure: str
    least: int
    most: int
    dimensions: str = ""
    step: int = 1

    def draw(self, random: Random) -> Done:
        amount = random.randrange(self.least, self.most + 1, self.step)
        return Done(self.measure, amount, dimensions=self.dimensions)


@dataclass(frozen=True, slots=True)
class Work:
    """A kind of day: its field of work, how people call it, what it yields."""

    field: str
    title: str
    yields: tuple[Amount, ...]
    helps_households: bool = False


WORKS = (
    Work(
        "environment",
        "Tổng vệ sinh đường thôn, thu gom rác thải",
        (Amount("area_cleaned", 400, 4000, step=50), Amount("waste", 80, 900, step=10)),
    ),
    Work(
        "environment",
        "Trồng hoa, trồng cây hai bên đường liên thôn",
        (Amount("trees", 40, 400, step=5),),
    ),
    Work(
        "infrastructure",
        "Đổ bê tông đường vào thôn",
        (
            Amount("roads", 40, 320, "road-work=new", 5),
            Amount("money", 4 * MILLION, 30 * MILLION, "money-source=social", 500_000),
        ),
    ),
    Work(
        "infrastructure",
        "Phát quang, sửa đường nội đồng",
        (Amount("roads", 200, 2500, "road-work=repair", 50),),
    ),
    Work(
        "infrastructure",
        "Nạo vét kênh mương trước vụ",
        (Amount("canals", 150, 1600, step=10),),
    ),
    Work(
        "livelihood",
        "Hướng dẫn chăm sóc chè, cây ăn quả theo hướng an toàn",
        (Amount("money", MILLION, 6 * MILLION, "money-source=own", 500_000),),
    ),
    Work(
        "housing",
        "Giúp hộ nghèo sửa nhà ở",
        (
            Amount("houses", 1, 2, "house-work=repair"),
            Amount("money", 5 * MILLION, 40 * MILLION, "money-source=social", MILLION),
        ),
        helps_households=True,
    ),
    Work(
        "health",
        "Hướng dẫn vệ sinh phòng bệnh, tặng túi thuốc gia đình",
        (Amount("money", MILLION, 8 * MILLION, "money-source=own", 500_000),),
        helps_households=True,
    ),
    Work("communication", "Nói chuyện về chuyển đổi số, cài đặt dịch vụ công", ()),
)


def people(random: Random, *, unit: int, tier: str, headcount: int) -> Iterator[Done]:
    """The people of one unit on one day: never more than it has."""
    most = max(3, min(headcount, 30))
    cadres = random.randint(2, most)
    yield Done("cadre_turns", cadres, unit, f"tier={tier}")
    yield Done("work_days", cadres * random.choice((5, 10)), unit, "who=cadres")


def together(random: Random, work: Work) -> Iterator[Done]:
    """What all did together, the residents' part included."""
    residents = random.randint(8, 60)
    yield Done("resident_turns", residents)
    for amount in work.yields:
        yield amount.draw(random)
