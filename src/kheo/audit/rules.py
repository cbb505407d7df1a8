"""Digests: what is covered, and in which bytes."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

GENESIS = "0" * 64


def payload_digest(salt: str, payload: Mapping[str, Any]) -> str:
    """SHA-256 over salt and canonical JSON: keys sorted, no spaces, UTF-8."""
    text = json.dumps(
        payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str
    )
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def block_digest(previous: str, numbered: Iterable[tuple[int, str]]) -> str:
    """SHA-256 over the previous block's digest and each entry's number and digest."""
    running = hashlib.sha256(previous.encode())
    for number, digest in numbered:
        running.update(f"\n{number}:{digest}".encode())
    return running.hexdigest()
