"""Fonts and static files, made ready on this machine from the installed packages."""

from contextlib import closing
from importlib import resources
from pathlib import Path

from fontTools import subset

FAMILY = "fontpkg_be_vietnam_pro"
FACES = {"BeVietnamPro-Regular.ttf": 400, "BeVietnamPro-SemiBold.ttf": 600}
LATIN_AND_VIETNAMESE = (
    "U+0020-007E,U+00A0-00FF,U+0102-0103,U+0110-0111,U+0128-0129,U+0168-0169,"
    "U+01A0-01A1,U+01AF-01B0,U+0300-0301,U+0303,U+0309,U+0323,U+1EA0-1EF9,"
    "U+2010-2015,U+2018-201E,U+2022,U+2026,U+2190-2193,U+2212,U+2264-2265,U+20AB"
)
"""All Vietnamese letters with their marks, and the signs that our pages use."""


def make_fonts(folder: Path) -> None:
    """Write the subset of each face as woff2; what is there already stays."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = resources.files(FAMILY) / "files"
    for name, weight in FACES.items():
        target = folder / f"be-vietnam-pro-{weight}.woff2"
        if not target.exists():
            with resources.as_file(files / name) as source:
                _subset(source, target)


def _subset(source: Path, target: Path) -> None:
    options = subset.Options(flavor="woff2", layout_features=["*"])
    partial = target.with_suffix(".part")
    with closing(subset.load_font(str(source), options)) as font:
        chosen = subset.Subsetter(options)
        chosen.populate(unicodes=subset.parse_unicodes(LATIN_AND_VIETNAMESE))
        chosen.subset(font)
        subset.save_font(font, str(partial), options)
    partial.replace(target)
