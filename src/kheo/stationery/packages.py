"""Whether a file is a workbook that is safe to open: told by content, never by name."""

import io
import zipfile
import zlib
from dataclasses import dataclass

from django.utils.translation import gettext as _
from openpyxl.utils.exceptions import InvalidFileException

from kheo.core.errors import RuleBroken

OLD_EXCEL = b"\xd0\xcf\x11\xe0"
BROKEN = (
    ArithmeticError,
    AttributeError,
    EOFError,
    InvalidFileException,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What reading a damaged or forged package may raise; the parser of XML raises a
`SyntaxError`, a refused entity a `ValueError`."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a workbook may be, packed and unpacked, in parts and in XML tags."""

    file: int = 10 * 1024**2
    unpacked: int = 50 * 1024**2
    parts: int = 500
    tags: int | None = None


TABLE = Limits()
FORM = Limits(file=2 * 1024**2, unpacked=8 * 1024**2, parts=200, tags=60_000)
"""A form has a few hundred cells; its sheets are opened whole, so their tags count."""


def check_package(content: bytes, limits: Limits = TABLE) -> None:
    """Refuse what is no workbook, too large, or would unpack to far more."""
    if not content:
        raise RuleBroken(_("The file is empty."))
    if len(content) > limits.file:
        message = _("The workbook is larger than %(limit)d MB.")
        raise RuleBroken(message % {"limit": limits.file // 1024**2})
    if content.startswith(OLD_EXCEL):
        raise RuleBroken(
            _("This workbook is of the old kind, or locked. Save it as .xlsx first.")
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            _check_parts(package, limits)
    except BROKEN as error:
        raise RuleBroken(not_a_workbook()) from error


def not_a_workbook() -> str:
    return _(
        "This file is not an Excel workbook (.xlsx), or it is damaged. Save it in "
        "Excel as “Excel Workbook (.xlsx)”."
    )


def _check_parts(package: zipfile.ZipFile, limits: Limits) -> None:
    parts = package.infolist()
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        raise RuleBroken(not_a_workbook())
    unpacked = sum(part.file_size for part in parts)
    if unpacked > limits.unpacked or len(parts) > limits.parts:
        raise RuleBroken(_("The workbook is too large once unpacked."))
    if "xl/vbaProject.bin" in names:
        raise RuleBroken(
            _("This workbook holds macros. Save it as .xlsx without macros first.")
        )
    if limits.tags is None:
        return
    texts = (package.read(one) for one in parts if not one.filename.endswith("/"))
    if sum(text.count(b"<") for text in texts) > limits.tags:
        raise RuleBroken(
            _("The workbook holds far more than the form. Remove what was added.")
        )
