"""A chart for paper: bars in one ink at print resolution, drawn with Pillow.

Grey survives a copier; the values stand over the bars, so no axis is needed.
"""

import io
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources

from PIL import Image, ImageDraw, ImageFont

DOTS_PER_INCH = 300
MM = DOTS_PER_INCH / 25.4
FONT_FOLDER = "fontpkg_be_vietnam_pro"
INK, BAR, LAST, FAINT = "#1a1a1a", "#9aa3ad", "#4a5563", "#b5bcc5"
LABEL_PT, VALUE_PT = 8.0, 8.0


@dataclass(frozen=True, slots=True)
class Bar:
    """`value` decides the height, `shown` is what stands over it; `None` is missing."""

    label: str
    value: int | None
    shown: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars in order; the last one is the period of the paper and darker.

    `break_before` draws a line before a bar, with `break_label` beside it.
    """

    bars: tuple[Bar, ...]
    break_before: int | None = None
    break_label: str = ""


def png_of(chart: Chart, *, width_mm: float, height_mm: float) -> bytes:
    """The chart as PNG; equal charts make equal bytes."""
    size = round(width_mm * MM), round(height_mm * MM)
    image = Image.new("L", size, 255)
    _Drawing(ImageDraw.Draw(image), size, chart).draw()
    packed = io.BytesIO()
    image.save(packed, "PNG", dpi=(DOTS_PER_INCH, DOTS_PER_INCH), optimize=True)
    return packed.getvalue()


@dataclass(frozen=True, slots=True)
class _Drawing:
    pen: ImageDraw.ImageDraw
    size: tuple[int, int]
    chart: Chart

    def draw(self) -> None:
        bars = self.chart.bars
        if not bars:
            return
        ground, top = self.size[1] - 2 * self._line, self._line * 2
        slot = self.size[0] / len(bars)
        largest = max((bar.value or 0 for bar in bars), default=0) or 1
        self._break(slot, ground)
        for order, bar in enumerate(bars):
            middle = slot * (order + 0.5)
            height = (ground - top) * max(bar.value or 0, 0) / largest
            tone = LAST if order == len(bars) - 1 else BAR
            box = (middle - slot * 0.3, ground - height, middle + slot * 0.3, ground)
            self.pen.rectangle([round(edge) for edge in box], fill=tone)
            self._text(
                (middle, ground - height - self._line * 0.6), bar.shown, VALUE_PT
            )
            self._text((middle, ground + self._line * 0.9), bar.label, LABEL_PT)
        self.pen.line((0, ground, self.size[0], ground), fill=INK, width=3)

    @property
    def _line(self) -> float:
        return _pixels(LABEL_PT)

    def _break(self, slot: float, ground: float) -> None:
        place = self.chart.break_before
        if place is None:
            return
        x, dash = round(slot * place), round(MM * 1.2)
        for y in range(0, round(ground), dash * 2):
            self.pen.line((x, y, x, min(y + dash, round(ground))), fill=FAINT, width=3)
        text = unicodedata.normalize("NFC", self.chart.break_label)
        self.pen.text((x + MM, 0), text, font=_font(LABEL_PT), fill=INK, anchor="la")

    def _text(self, middle: tuple[float, float], text: str, pt: float) -> None:
        """Words that always fit: composed letters, inside the picture."""
        written, font = unicodedata.normalize("NFC", text), _font(pt)
        half = font.getlength(written) / 2
        x = min(max(middle[0], half + 2), self.size[0] - half - 2)
        self.pen.text((x, middle[1]), written, font=font, fill=INK, anchor="mm")


def _pixels(pt: float) -> float:
    return pt / 72 * DOTS_PER_INCH


@cache
def _font(pt: float) -> ImageFont.FreeTypeFont:
    file = resources.files(FONT_FOLDER) / "files" / "BeVietnamPro-Regular.ttf"
    return ImageFont.truetype(io.BytesIO(file.read_bytes()), round(_pixels(pt)))
