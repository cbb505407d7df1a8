"""The small sample: one committee line of Tuyên Quang."""

from kheo.sample.cast import DATA
from kheo.sample.habits import Habits
from kheo.sample.stories import Story

FROM_2021 = {
    "cb-tu-lieu-so": ("vn-02434",),
    "cb-nha-in": ("vn-02431",),
    "cb-giong-cay": ("vn-02443",),
    "du-che-lo-giang": ("vn-02437", "vn-02458"),
    "du-thuy-nong": ("vn-02467",),
    "cb-nha-thieu-nhi": ("vn-02494",),
    "cb-khuyen-nong": ("vn-02434", "vn-02500"),
    "cb-cho-tan-linh": ("vn-02494",),
}
SINCE_JULY_2025 = {
    "cb-tu-lieu-so": ("vn25-02434",),
    "cb-nha-in": ("vn25-02434",),
    "cb-giong-cay": ("vn25-02458",),
    "du-che-lo-giang": ("vn-02437",),
    "du-thuy-nong": ("vn25-02458",),
    "cb-nha-thieu-nhi": ("vn25-02494",),
    "cb-khuyen-nong": ("vn25-02494",),
}


def story() -> Story:
    return Story(
        name="small",
        founding=_text("1-founding.yaml"),
        spring=_text("2-spring-2025.yaml"),
        july=_text("3-july-2025.yaml"),
        charges=FROM_2021,
        charges_since_july=SINCE_JULY_2025,
        habits=Habits(seldom=frozenset({"cb-cho-tan-linh"})),
    )


def _text(name: str) -> str:
    return (DATA / name).read_text("utf-8")
