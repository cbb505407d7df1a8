"""Every string for people has its Vietnamese, and none waits for a translator's eye."""

import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

SOURCE = Path(__file__).resolve().parent.parent / "src" / "kheo"


def extracted(context: Path) -> set[str]:
    """The message ids that the context's sources hold now."""
    words = [sys.executable, "-P", "-m", "django", "makemessages", "-l", "xx"]
    words += ["--no-location", "-v", "0", "--ignore", "static/*"]
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / context.name
        subprocess.run(["cp", "-r", str(context), str(copy)], check=True)
        subprocess.run(["rm", "-rf", str(copy / "locale")], check=True)
        (copy / "locale").mkdir()
        subprocess.run(words, cwd=copy, check=True)
        found = copy / "locale" / "xx" / "LC_MESSAGES" / "django.po"
        return _ids(_read(found)) if found.exists() else set()


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


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
    known = _ids(catalog)
    found += [f"{context.name}: not in the catalogue: {m!r}" for m in wanted - known]
    found += [f"{context.name}: no longer used: {m!r}" for m in known - wanted]
    return sorted(found)


def main() -> int:
    found = [
        p
        for context in sorted(SOURCE.iterdir())
        if context.is_dir()
        for p in problems(context)
    ]
    print("\n".join(found) or "every message has its Vietnamese")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
