"""A trend as small as a word: SVG of classes and attributes, its numbers in words."""

from collections.abc import Collection, Iterator, Sequence
from html import escape

WIDTH, HEIGHT, EDGE = 120, 28, 3


def spark(
    values: Sequence[float | None], words: str, *, breaks: Collection[int]
) -> str:
    """A line over equal steps; a gap where a value is missing or bodies were changed.

    `words` is the text equivalent; `breaks` are the numbers of points before which the
    line is cut and a mark stands.
    """
    head = f'<svg class="spark" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
    parts = [f'{head}aria-label="{escape(words)}">']
    for number in sorted(breaks):
        x = (_x(number, len(values)) + _x(number - 1, len(values))) / 2
        parts.append(
            f'<line class="spark-break" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{HEIGHT}"/>'
        )
    points = list(_points(values))
    for run in runs(points, breaks):
        line = " ".join(f"{x:.1f},{y:.1f}" for _number, x, y in run)
        parts.append(f'<polyline class="spark-line" fill="none" points="{line}"/>')
    lonely = [run[0] for run in runs(points, breaks) if len(run) == 1]
    for _number, x, y in [*lonely, *points[-1:]]:
        parts.append(f'<circle class="spark-dot" cx="{x:.1f}" cy="{y:.1f}" r="2"/>')
    return f"{''.join(parts)}</svg>"


Place = tuple[int, float, float]


def _points(values: Sequence[float | None]) -> Iterator[Place]:
    known = [value for value in values if value is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    for number, value in enumerate(values):
        if value is not None:
            share = (high - value) / (high - low) if high > low else 1.0
            yield number, _x(number, len(values)), EDGE + share * (HEIGHT - 2 * EDGE)


def _x(number: int, count: int) -> float:
    return EDGE + number * (WIDTH - 2 * EDGE) / max(count - 1, 1)


def runs(points: Sequence[Place], breaks: Collection[int]) -> Iterator[list[Place]]:
    """Stretches of neighbours without a gap or a break between them."""
    run: list[Place] = []
    for point in points:
        if run and (point[0] != run[-1][0] + 1 or point[0] in breaks):
            yield run
            run = []
        run.append(point)
    if run:
        yield run
