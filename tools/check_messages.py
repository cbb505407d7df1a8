"""Every string for people has its Vietnamese, and none waits for a translator's eye."""

import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

ADDRESSED = ("đồng chí", "anh/chị", "anh chị", "quý vị")
"""The reader is “bạn”, everywhere."""
SOURCE = Path(__file__).resolve().parent.parent / "src" / "kheo"


def extracted(context: Path) -> set[str]:
    """The message ids that the context's sources hold now."""
    words = [sys.executable, "-P", "-m", "django", "makemessages", "-l", "vi"]
    words += ["--no-location", "-v", "0", "--ignore", "static/*"]
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / context.name
        subprocess.run(["cp", "-r", str(context), str(copy)], check=True)
        subprocess.run(["rm", "-rf", str(copy / "locale")], check=True)
        (copy / "locale").mkdir()
        subprocess.run(words, cwd=copy, check=True)
        found = copy / "locale" / "vi" / "LC_MESSAGES" / "django.po"
        return _ids(_read(found)) if found.exists() else set()


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parents[1].name)


def _ids(catalog: Catalog) -> set[str]:
    return {_first(message.id) for message in catalog if message.id}


def _first(identity: str | tuple[str, ...] | list[str]) -> str:
    return identity if isinstance(identity, str) else identity[0]


def problems(context: Path) -> list[str]:
    wanted = extracted(context)
    path = context / "locale" / "vi" / "LC_MESSAGES" / "django.po"
    catalog = _read(path) if path.exists() else Catalog()
    found = []
    for message in catalog:
        if not message.id:
            continue
        texts = (
            message.string if isinstance(message.string, tuple) else (message.string,)
        )
        if message.fuzzy or not all(texts):
            found.append(f"{context.name}: not translated: {_first(message.id)!r}")
        if any(word in text.casefold() for text in texts for word in ADDRESSED):
            found.append(f"{context.name}: say “bạn” in: {_first(message.id)!r}")
    known = _ids(catalog)
    found += [f"{context.name}: not in the catalogue: {m!r}" for m in wanted - known]
    found += [f"{context.name}: no longer used: {m!r}" for m in known - wanted]
    return sorted(found)


def conflicts() -> list[str]:
    """Find one English sentence with two Vietnamese ones: only one would be shown."""
    said: dict[tuple[object, object], dict[object, str]] = {}
    for path in sorted(SOURCE.glob("*/locale/vi/LC_MESSAGES/django.po")):
        for message in _read(path):
            if message.id and not message.fuzzy:
                key = (message.context, message.id)
                said.setdefault(key, {})[message.string] = path.parts[-5]
    return [
        f"said differently: {key[1]!r}: {texts}"
        for key, texts in said.items()
        if len(texts) > 1
    ]


def main() -> int:
    found = [
        p
        for context in sorted(SOURCE.iterdir())
        if context.is_dir()
        for p in problems(context)
    ]
    found += conflicts()
    print("\n".join(found) or "every message has its Vietnamese")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
