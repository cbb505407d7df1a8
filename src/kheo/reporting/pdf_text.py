"""The text of a signed PDF, read in a short-lived process of its own.

As everywhere with files of strangers (`documents.sandbox`): bounded memory and time,
and whatever the process dies of, the answer is no text.
"""

import io
import os
import resource
import subprocess
import sys
from pathlib import Path

from pypdf import PdfReader

PATIENCE = 40
SECONDS = 20
MEMORY = 1024**3
MOST_PAGES = 60
"""A report of a committee has a few pages; beyond this nobody looks for a digest."""


def text_of(content: bytes) -> str:
    """All words of the first pages; empty for a scan and for what cannot be read."""
    try:
        done = subprocess.run(  # noqa: S603  our own script; the file goes by pipe
            [sys.executable, "-I", str(Path(__file__))],
            input=content,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
            env={"PATH": os.defpath},
        )
    except subprocess.TimeoutExpired:
        return ""
    return "" if done.returncode else done.stdout.decode("utf-8", "replace")


def main() -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    pages = PdfReader(io.BytesIO(sys.stdin.buffer.read())).pages[:MOST_PAGES]
    for page in pages:
        sys.stdout.buffer.write((page.extract_text() + "\n").encode())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
