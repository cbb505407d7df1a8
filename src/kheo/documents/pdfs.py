"""Look through a PDF without changing a byte of it: a signature must stay valid.

Runs as a process of its own with bounded memory and time (`sandbox`). Reads the file
from standard input and answers with one line of JSON.
"""

import io
import json
import logging
import resource
import sys

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import DictionaryObject, IndirectObject

MEMORY = 1024**3
SECONDS = 20
TAIL = 2048
ACTIVE_NAMES = ("/JavaScript", "/JS", "/Launch", "/EmbeddedFiles", "/RichMedia")


def inspect(content: bytes) -> dict[str, object]:
    """The number of pages, or the code of a refusal (`rules.Refusal`)."""
    if b"%%EOF" not in content[-TAIL:]:
        return {"refused": "truncated"}
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            return {"refused": "locked"}
        pages = len(reader.pages)
        if _is_active(reader):
            return {"refused": "active"}
    except (
        PyPdfError,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        RecursionError,
    ):
        return {"refused": "unreadable"}
    return {"pages": pages} if pages else {"refused": "unreadable"}


def _is_active(reader: PdfReader) -> bool:
    """Whether any object names a program, a start of one, or an attached file."""
    for number in range(1, reader.trailer.get("/Size", 0)):
        if not any(
            number in known for known in (reader.xref.get(0, {}), reader.xref_objStm)
        ):
            continue
        thing = IndirectObject(number, 0, reader).get_object()
        if isinstance(thing, DictionaryObject) and _names_a_program(thing):
            return True
    return False


def _names_a_program(thing: DictionaryObject) -> bool:
    named = {str(key) for key in thing} | {str(thing.get("/S", ""))}
    return any(name in named for name in ACTIVE_NAMES)


def main() -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    sys.stdout.write(json.dumps(inspect(sys.stdin.buffer.read())) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
