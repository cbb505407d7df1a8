"""Files of strangers are decoded in a short-lived process, never in the server."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kheo.documents import imaging, pdfs, signatures
from kheo.documents.rules import Refusal, refuse

logger = logging.getLogger(__name__)

PATIENCE = 40
IMAGING, PDFS = Path(imaging.__file__), Path(pdfs.__file__)
SIGNATURES = Path(signatures.__file__)


def remade_image(
    content: bytes, side: int, thumbnail_side: int
) -> tuple[dict[str, Any], bytes, bytes]:
    """Width and height, the new picture, its thumbnail. Raises `RuleBroken`."""
    answer, body = _run(IMAGING, content, [str(side), str(thumbnail_side)])
    first, second = answer["lengths"]
    return answer, body[:first], body[first : first + second]


def inspect_pdf(content: bytes) -> int:
    """How many pages the PDF has. Raises `RuleBroken` for one that is not taken."""
    answer, __ = _run(PDFS, content, [])
    return int(answer["pages"])


def signatures_of(content: bytes, roots: Path | None) -> list[dict[str, str]]:
    """What `signatures` says of each signature; none for a file without any.

    `roots` is the operator's folder of trusted certificates. Raises `RuleBroken` for a
    file over which the process died.
    """
    answer, __ = _run(SIGNATURES, content, [str(roots)] if roots else [])
    found: list[dict[str, str]] = answer["signatures"]
    return found


def _run(
    script: Path, content: bytes, arguments: Sequence[str]
) -> tuple[dict[str, Any], bytes]:
    """The script's answer; whatever it died of is the file's fault, not the sender's."""
    try:
        done = subprocess.run(  # noqa: S603  our own script; the file goes by pipe
            [sys.executable, "-I", str(script), *arguments],
            input=content,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
            env={"PATH": os.defpath},
        )
    except subprocess.TimeoutExpired as error:
        raise refuse(Refusal.UNREADABLE) from error
    line, __, body = done.stdout.partition(b"\n")
    if done.returncode or not line:
        last_words = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        logger.warning("%s ended with %d: %s", script.name, done.returncode, last_words)
        raise refuse(Refusal.UNREADABLE)
    answer: dict[str, Any] = json.loads(line)
    if "refused" in answer:
        raise refuse(Refusal(answer["refused"]))
    return answer, body
