"""The documentation names everything there is, and its links lead somewhere."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from kheo.config.reference import SETTINGS, our_commands, pages, settings_read

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md"), *ROOT.glob("bench/*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


def test_every_setting_is_explained():
    assert settings_read() == set(SETTINGS)


def test_every_command_says_what_it_is_for():
    with translation.override("en"):
        page = pages()["commands.md"]

    for name in our_commands():
        after = page.split(f"## kheo {name}\n\n")[1]
        assert len(after.split("\n")[0]) > 10


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    links = LINK.findall(page.read_text("utf-8"))

    broken = [
        link
        for link in links
        if "://" not in link and not (page.parent / link).exists()
    ]

    assert broken == []


def test_the_generated_pages_are_fresh():
    with translation.override("en"):
        made = pages()

    for name, text in made.items():
        assert (DOCS / "reference" / name).read_text("utf-8") == text, (
            "run `kheo reference --write`"
        )
