"""Look through a PDF without changing a byte of it: a signature must stay valid.

Runs as a process of its own with bounded memory and time (`sandbox`). Reads the file
from standard input and answers with one line of JSON.
"""

import io
import itertools
import json
import logging
import resource
import sys

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

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
    numbers = {*reader.xref_objStm, *itertools.chain(*reader.xref.values())}
    objects = (IndirectObject(number, 0, reader).get_object() for number in numbers)
    return any(_names_a_program(thing) for thing in objects)


def _names_a_program(thing: object) -> bool:
    """Looks into the object itself; what it points to is looked at in its own turn."""
    if isinstance(thing, ArrayObject):
        return any(_names_a_program(part) for part in thing)
    if not isinstance(thing, DictionaryObject):
        return False
    if str(thing.raw_get("/S") if "/S" in thing else "") in ACTIVE_NAMES:
        return True
    return any(name in ACTIVE_NAMES for name in thing) or any(
        _names_a_program(thing.raw_get(key)) for key in thing
    )


def main() -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    sys.stdout.write(json.dumps(inspect(sys.stdin.buffer.read())) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
