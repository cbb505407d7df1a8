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


NAME = re.compile(r"\*\*([^*]+)\*\*|“([^”]+)”|(?<![*\w])\*([^*\n]+)\*(?![*\w])")
CODE = re.compile(r"```.*?```", re.DOTALL)
TEXTS = re.compile(
    r'^(?:msgid|msgid_plural|msgstr(?:\[\d\])?) ((?:"(?:[^"\\]|\\.)*"\s*)+)',
    re.MULTILINE,
)
GUIDES = sorted([*DOCS.glob("how-to/*.md"), *DOCS.glob("tutorial/*.md")])
STRESSED = {
    "a day in a village",
    "an earlier day of your own",
    "any name a body or a place ever had",
    "carry it out",
    "check it",
    "figures changed after you approved",
    "fill it in by hand",
    "focal point types on behalf",
    "plan as usual",
    "send up",
    "structure: as it is today",
    "too late?",
    "trên máy chủ: 12 · trong tệp: 15",
    "write the plan",
    "your own report",
}
"""Words of how-to pages that are stressed and name nothing on the screen."""


def plain(text):
    told = re.sub(r"%\(\w+\)[sd]", "", text)
    return re.sub(r"\s+", " ", told).strip(" .…:").casefold()


@pytest.fixture(scope="module")
def on_screen():
    """Every text of the catalogues, and the source for names that are not translated."""
    source = ROOT / "src" / "kheo"
    texts = set()
    for path in source.rglob("*.po"):
        for found in TEXTS.findall(path.read_text("utf-8")):
            texts.add(plain("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', found))))
    files = (p for kind in ("py", "html", "yaml") for p in source.rglob(f"*.{kind}"))
    return texts, plain(" ".join(path.read_text("utf-8") for path in files))


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.name)
def test_what_a_guide_names_stands_on_the_screen(page, on_screen):
    """Buttons, menus, sheets: as they are called, in either language."""
    texts, source = on_screen
    told = CODE.sub("", page.read_text("utf-8"))
    names = {one for found in NAME.findall(told) for one in found if one}
    parts = {plain(part) for name in names for part in re.split(" → | / ", name)}

    assert {p for p in parts - texts - STRESSED if p not in source} == set()


def test_the_generated_pages_are_fresh():
    with translation.override("en"):
        made = pages()

    for name, text in made.items():
        assert (DOCS / "reference" / name).read_text("utf-8") == text, (
            "run `kheo reference --write`"
        )
