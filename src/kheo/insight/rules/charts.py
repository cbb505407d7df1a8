"""One series drawn as SVG: classes and attributes only, no style, no script.

The strict content policy forbids inline style; colours stand in `insight.css`. The
table beside the chart says the same in words.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from math import floor, log10

from kheo.insight.rules.figures import Writing

WIDTH, HEIGHT = 640, 264
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 36, 44
LINE = 14
LABELS_AT_MOST = 8
STEPS = 4


@dataclass(frozen=True, slots=True)
class Point:
    """One month: its label on the axis, its value, and the value as written."""

    label: str
    value: float | None
    text: str
    is_estimated: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """What is drawn. `breaks` maps the index of a point to what changed before it.

    `beside` is a second line to compare with, point for point; both have a name then.
    `key` tells the charts of one page apart.
    """

    title: str
    description: str
    points: Sequence[Point]
    is_summed: bool = True
    breaks: dict[int, str] = field(default_factory=dict)
    scales: Sequence[tuple[float, str]] = ()
    """Sizes with their words, the largest first: a million, "tr"."""
    writing: Writing = field(default_factory=Writing)
    beside: Sequence[Point] = ()
    names: tuple[str, str] = ("", "")
    key: str = "chart"


def chart(series: Series, *, mark: str = "") -> str:
    """Bars for what adds up, a line for what does not; gaps where a value is missing.

    `mark` stands in the corner, as *dữ liệu mẫu* does.
    """
    both = [*series.points, *series.beside]
    scale = Ticks.of([point.value for point in both])
    parts = [
        *_head(series),
        *_axis(scale, series),
        *(_bars(series, scale) if series.is_summed else _line(series, scale)),
        *_beside(series, scale),
        *_months(series),
        *_breaks(series),
    ]
    if mark:
        parts.append(_text(WIDTH - RIGHT, HEIGHT - 4, "chart-mark", "end", mark))
    return f"{''.join(parts)}</svg>"


@dataclass(frozen=True, slots=True)
class Ticks:
    """The scale: from `low` to `high` in round steps."""

    low: float
    high: float
    step: float

    @classmethod
    def of(cls, values: Sequence[float | None]) -> "Ticks":
        known = [value for value in values if value is not None]
        low, high = min([0.0, *known]), max([0.0, *known])
        step = _round_up((high - low) / STEPS)
        first = floor(low / step)
        last = -floor(-high / step)
        return cls(first * step, max(last, first + 1) * step, step)

    def values(self) -> Iterator[float]:
        count = round((self.high - self.low) / self.step)
        for number in range(count + 1):
            yield self.low + number * self.step

    def y(self, value: float) -> float:
        height = HEIGHT - TOP - BOTTOM
        return TOP + height * (self.high - value) / (self.high - self.low)


def _round_up(rough: float) -> float:
    """The next of 1, 2, 5 times a power of ten."""
    if rough <= 0:
        return 1.0
    power = 10.0 ** floor(log10(rough))
    for factor in (1, 2, 5):
        if rough <= factor * power:
            return factor * power
    return 10 * power


def _head(series: Series) -> Iterator[str]:
    yield (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="{series.key}-title {series.key}-description">'
    )
    yield f'<title id="{series.key}-title">{escape(series.title)}</title>'
    yield f'<desc id="{series.key}-description">{escape(series.description)}</desc>'


def _axis(ticks: Ticks, series: Series) -> Iterator[str]:
    for value in ticks.values():
        y = ticks.y(value)
        kind = "chart-zero" if value == 0 else "chart-grid"
        yield (
            f'<line class="{kind}" x1="{LEFT}" x2="{WIDTH - RIGHT}" '
            f'y1="{y:.1f}" y2="{y:.1f}"/>'
        )
        yield _text(LEFT - 6, y + 4, "chart-label", "end", _short(value, series))


def _short(value: float, series: Series) -> str:
    """A round number on the axis, large ones in millions or billions."""
    word = ""
    for size, name in series.scales:
        if abs(value) >= size:
            value, word = value / size, f" {name}"
            break
    if value == int(value):
        return series.writing.text(int(value), 0) + word
    return f"{value:g}".replace(".", series.writing.decimal) + word


def _bars(series: Series, ticks: Ticks) -> Iterator[str]:
    width = _slot(series) * 0.7
    zero = ticks.y(0)
    for number, point in enumerate(series.points):
        if point.value is None:
            continue
        top, bottom = sorted((ticks.y(point.value), zero))
        x = _x(series, number) - width / 2
        yield (
            f'<rect class="{_kind("chart-bar", point)}" x="{x:.1f}" y="{top:.1f}" width="{width:.1f}" '
            f'height="{max(bottom - top, 1):.1f}" rx="2">'
            f"<title>{escape(point.label)}: {escape(point.text)}</title></rect>"
        )


def _line(series: Series, ticks: Ticks) -> Iterator[str]:
    for run in _runs(series):
        path = " ".join(
            f"{_x(series, number):.1f},{ticks.y(value):.1f}" for number, value in run
        )
        yield f'<polyline class="chart-line" fill="none" points="{path}"/>'
    for number, point in enumerate(series.points):
        if point.value is not None:
            yield (
                f'<circle class="{_kind("chart-dot", point)}" cx="{_x(series, number):.1f}" '
                f'cy="{ticks.y(point.value):.1f}" r="3.5">'
                f"<title>{escape(point.label)}: {escape(point.text)}</title></circle>"
            )


def _kind(name: str, point: Point) -> str:
    return f"{name} chart-estimated" if point.is_estimated else name


def _beside(series: Series, ticks: Ticks) -> Iterator[str]:
    """The line compared with, dashed, and which is which, at the top left."""
    if not series.beside:
        return
    run: list[str] = []
    for number, point in enumerate((*series.beside, Point("", None, ""))):
        if point.value is not None:
            run.append(f"{_x(series, number):.1f},{ticks.y(point.value):.1f}")
        elif run:
            line = " ".join(run if len(run) > 1 else run * 2)
            yield f'<polyline class="chart-beside" fill="none" points="{line}"/>'
            run = []
    kind = "chart-bar" if series.is_summed else "chart-line"
    y = HEIGHT - 4
    for x, mark, name in (
        (LEFT, kind, series.names[0]),
        (LEFT + 150, "chart-beside", series.names[1]),
    ):
        yield f'<path class="{mark}" d="M{x} {y - 4}h20" stroke-width="3"/>'
        yield _text(x + 26, y, "chart-label", "start", name)


def _runs(series: Series) -> Iterator[list[tuple[int, float]]]:
    """Stretches without a gap; a break ends one as well: the two do not compare."""
    run: list[tuple[int, float]] = []
    for number, point in enumerate(series.points):
        if run and (point.value is None or number in series.breaks):
            yield run
            run = []
        if point.value is not None:
            run.append((number, point.value))
    if run:
        yield run


def _months(series: Series) -> Iterator[str]:
    every = -(-len(series.points) // LABELS_AT_MOST) or 1
    for number, point in enumerate(series.points):
        if number % every == 0:
            x = _x(series, number)
            yield _text(x, HEIGHT - BOTTOM + 18, "chart-label", "middle", point.label)


def _breaks(series: Series) -> Iterator[str]:
    """Each with its words above it; of two neighbours one is a line higher."""
    for order, (number, words) in enumerate(sorted(series.breaks.items())):
        x = _x(series, number) - _slot(series) / 2
        yield (
            f'<line class="chart-break" x1="{x:.1f}" x2="{x:.1f}" '
            f'y1="{TOP - 6}" y2="{HEIGHT - BOTTOM}"><title>{escape(words)}</title></line>'
        )
        anchor = "end" if x > WIDTH / 2 else "start"
        at = x - 4 if anchor == "end" else x + 4
        y = TOP - 8 - LINE * (order % 2)
        yield _text(at, y, "chart-break-label", anchor, words)


def _slot(series: Series) -> float:
    return (WIDTH - LEFT - RIGHT) / max(len(series.points), 1)


def _x(series: Series, number: int) -> float:
    return LEFT + _slot(series) * (number + 0.5)


def _text(x: float, y: float, kind: str, anchor: str, words: str) -> str:
    return (
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">'
        f"{escape(words)}</text>"
    )
