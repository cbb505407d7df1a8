"""House rules that no linter knows: file names, sizes, forbidden words."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIMIT = {"src": 500, "tests": 700, "tools": 600, "bench": 600, "template": 150}
FORBIDDEN_NAMES = re.compile(r"(^|/)(utils|helpers|common|mixins)(\.py|/)")
INLINE = re.compile(
    r"<(script|style)(?![^>]*\bsrc=)[^>]*>|\son(?:click|change|submit|load|input|key\w+|mouse\w+|focus|blur)=|\sstyle=",
    re.IGNORECASE,
)


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [
        ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()
    ]


def problems(path: Path) -> list[str]:
    name = path.relative_to(ROOT).as_posix()
    found = []
    if FORBIDDEN_NAMES.search(name):
        found.append(f"{name}: name the thing by what it is about")
    if name.endswith(".py") and "/migrations/" not in name:
        kind = name.partition("/")[0]
        lines = len(path.read_text("utf-8").splitlines())
        if lines > LIMIT[kind]:
            found.append(f"{name}: {lines} lines; cut it by noun into a package")
    if name.endswith(".html") and "/templates/" in name:
        text = path.read_text("utf-8")
        if len(text.splitlines()) > LIMIT["template"]:
            found.append(f"{name}: too long; name its parts")
        if INLINE.search(text) and not name.endswith("core/templates/500.html"):
            found.append(
                f"{name}: inline script or style; the content policy refuses it"
            )
    return found


def main() -> int:
    found = [problem for path in tracked() for problem in problems(path)]
    print("\n".join(found) or "the house is in shape")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
