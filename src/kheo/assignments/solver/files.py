"""Reading a JSON file that may be anything: too large, not JSON, not finite, repeated keys."""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

from kheo.assignments.solver.problem import BadInput, Fault

MOST_BYTES = 64 * 1024 * 1024
"""A country of 3,321 communes and 8,000 units takes 3 MB."""


class _RefusedError(Exception):
    def __init__(self, code: str, value: str) -> None:
        super().__init__(code)
        self.fault = Fault("", code, value)


def _constant(name: str) -> float:
    raise _RefusedError("not_finite", name)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise _RefusedError("repeated_key", twice[:80])
    return found


def read_json(path: Path) -> Any:
    """The decoded file; raises `BadInput` for whatever is not sound JSON."""
    try:
        with path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            content = stream.read(MOST_BYTES + 1) if size <= MOST_BYTES else b""
    except OSError as error:
        raise BadInput([Fault(str(path), "unreadable", error.strerror or "")]) from None
    if size > MOST_BYTES:
        raise BadInput([Fault(str(path), "file_too_large", f"{size // 2**20} MB")])
    return parse(content, str(path))


def parse(content: bytes, name: str = "") -> Any:
    """Decode one JSON text; raises `BadInput`."""
    if len(content) > MOST_BYTES:
        raise BadInput([Fault(name, "file_too_large", f"{len(content) // 2**20} MB")])
    try:
        return json.loads(
            content.decode("utf-8-sig"),
            parse_constant=_constant,
            object_pairs_hook=_object,
        )
    except _RefusedError as refused:
        fault = Fault(name, refused.fault.code, refused.fault.value)
        raise BadInput([fault]) from None
    except json.JSONDecodeError as error:
        raise BadInput(
            [Fault(name, "not_json", f"{error.lineno}:{error.colno}")]
        ) from None
    except UnicodeDecodeError:
        raise BadInput([Fault(name, "not_utf8")]) from None
    except RecursionError:
        raise BadInput([Fault(name, "too_deep")]) from None
    except ValueError as error:
        raise BadInput([Fault(name, "not_json", str(error)[:80])]) from None
