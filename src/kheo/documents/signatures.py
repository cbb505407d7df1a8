"""Check the electronic signatures of a PDF, without asking anybody outside.

Runs as a process of its own with bounded memory and time (`sandbox`): reads the file
from standard input, the folder of the trusted roots from the command line, and answers
with one line of JSON. Revocation is only known where the file itself carries it.
"""

import io
import json
import logging
import resource
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from asn1crypto import pem, x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import (
    SignatureValidationError,
    ValidationInfoReadingError,
)
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

MEMORY = 1024**3
SECONDS = 30
MOST = 20
"""A report is signed by one office, perhaps two; beyond this nobody reads the list."""

UNREADABLE = (
    PdfError,
    SignatureValidationError,
    ValidationInfoReadingError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    NotImplementedError,
)


def signatures(content: bytes, roots: list[x509.Certificate]) -> list[dict[str, str]]:
    """Who signed, when (as the token says), and what can be said of it, in order.

    `state` is `trusted` or `untrusted` (whether the certificate leads to one of
    `roots`), `sound` where there are no roots to ask, `altered` where more than the
    signature allows was added to the file afterwards, `broken` otherwise.
    """
    found = PdfFileReader(io.BytesIO(content), strict=False).embedded_regular_signatures
    return [_read(one, roots) for one in found[:MOST]]


def _read(one: EmbeddedPdfSignature, roots: list[x509.Certificate]) -> dict[str, str]:
    context = ValidationContext(
        trust_roots=roots, allow_fetching=False, revocation_mode="soft-fail"
    )
    try:
        status = validate_pdf_signature(one, signer_validation_context=context)
    except UNREADABLE:
        return {"signer": _name(one.signer_cert), "at": "", "state": "broken"}
    return {
        "signer": _name(status.signing_cert),
        "at": _moment(status),
        "state": _state(status, has_roots=bool(roots)),
    }


def _state(status: PdfSignatureStatus, *, has_roots: bool) -> str:
    if not (status.intact and status.valid):
        return "broken"
    if status.modification_level is ModificationLevel.OTHER or not status.docmdp_ok:
        return "altered"
    if not has_roots:
        return "sound"
    return "trusted" if status.trusted else "untrusted"


def _moment(status: PdfSignatureStatus) -> str:
    stamp = status.timestamp_validity
    at: datetime | None = stamp.timestamp if stamp else status.signer_reported_dt
    return at.isoformat() if at else ""


def _name(certificate: x509.Certificate | None) -> str:
    if certificate is None:
        return ""
    named = certificate.subject.native
    return str(named.get("common_name") or certificate.subject.human_friendly)[:200]


def roots_in(folder: Path) -> Iterator[x509.Certificate]:
    """The certificates of the folder, PEM (several in a file too) or DER."""
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in {".pem", ".crt", ".cer", ".der"}:
            continue
        content = path.read_bytes()
        if pem.detect(content):
            found = pem.unarmor(content, multiple=True)
            yield from (x509.Certificate.load(der) for _kind, _head, der in found)
        else:
            yield x509.Certificate.load(content)


def main() -> int:
    folder = sys.argv[1] if len(sys.argv) > 1 else ""
    roots = list(roots_in(Path(folder))) if folder else []
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    logging.disable(logging.CRITICAL)
    try:
        found = signatures(sys.stdin.buffer.read(), roots)
    except UNREADABLE:
        found = []
    sys.stdout.write(json.dumps({"signatures": found}) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
