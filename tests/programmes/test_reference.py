"""The reference page says what the schema says, and the command page names its keys."""

from pathlib import Path

from kheo.programmes.pack import load_pack
from kheo.programmes.pack.reference import render

from .make import small

FIELDS = """fields:
  - {code: environment, name: {vi: Môi trường, en: Environment}, source: {document: paper, clause: I}}
documents:
  - {code: hd05, number: 05-HD/X, issuer: {vi: Ban, en: Board}}
"""
DOCS = Path(__file__).parents[2] / "docs"


def test_the_reference_of_packs_is_that_of_the_schema():
    page = DOCS / "reference" / "pack.md"

    assert page.read_text(encoding="utf-8") == render(), (
        "run: python -m kheo.programmes.pack.reference > docs/reference/pack.md"
    )


def test_the_indicator_of_the_how_to_is_one():
    text = (DOCS / "how-to" / "add-an-indicator.md").read_text(encoding="utf-8")
    block = text.split("```yaml")[1].split("```")[0]
    lines = [line.removeprefix("   ") for line in block.splitlines()]
    measure = "\n".join(f"  {line}" for line in lines if line)
    text = small(("outlines:", f"{measure}\noutlines:"), ("documents:\n", FIELDS))

    assert load_pack(text).measure("hedges").is_attachable
