"""Build hooks: locked versions become ranges, translations are compiled."""

import re
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

ROOT = Path(__file__).resolve().parent.parent


def compile_translations(root: Path = ROOT) -> int:
    """Write each catalogue's compiled file beside it, and say how many there are."""
    catalogues = sorted(root.glob("src/kheo/**/locale/*/LC_MESSAGES/*.po"))
    for catalogue in catalogues:
        with catalogue.open("rb") as source:
            messages = read_po(source, locale=catalogue.parents[1].name)
        with catalogue.with_suffix(".mo").open("wb") as target:
            write_mo(target, messages)
    return len(catalogues)


def dependencies(root: Path = ROOT) -> list[str]:
    """What `requirements/base.in` names: one list for people, locks and the wheel."""
    lines = (root / "requirements" / "base.in").read_text("utf-8").splitlines()
    return [line for line in lines if line and not re.match(r"\s*#", line)]


class CompileTranslations(BuildHookInterface):  # type: ignore[type-arg]
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  the interface names them
        compile_translations(Path(self.root))


class Dependencies(MetadataHookInterface):
    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        metadata["dependencies"] = dependencies(Path(self.root))


if __name__ == "__main__":
    print(f"{compile_translations()} catalogues compiled")
