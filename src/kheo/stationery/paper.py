"""What an official paper consists of, as plain values; how it looks is `formats`."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Family(StrEnum):
    """Whose rules of form a paper follows."""

    PARTY = "party"
    STATE = "state"
    FRONT = "front"


class Authority(StrEnum):
    """In what right the signer signs; each family writes its own mark for it."""

    FOR_BODY = "for_body"  # thay mặt
    FOR_HEAD = "for_head"  # ký thay
    BY_ORDER = "by_order"  # thừa lệnh
    BY_DELEGATION = "by_delegation"  # thừa ủy quyền
    ACTING = "acting"  # quyền


class Align(StrEnum):
    JUSTIFY = "justify"
    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


class RowKind(StrEnum):
    """What a row of a table is, beside an ordinary one."""

    BODY = "body"
    SECTION = "section"  # one heading over the whole width
    TOTAL = "total"
    CORRECTION = "correction"  # shared work, unallocated: printed, never hidden


@dataclass(frozen=True, slots=True)
class Sum:
    """The rows `first` to `last` of the same table, in the same column."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Link:
    """The same column of a row in another sheet of the workbook, by its place."""

    sheet: int
    row: int


@dataclass(frozen=True, slots=True)
class Percent:
    """One column of the same row in per cent of another, rounded to `decimals`."""

    numerator: int
    denominator: int
    decimals: int


@dataclass(frozen=True, slots=True)
class Computed:
    """A number with the way it is made: Word prints the one, Excel keeps both."""

    value: int | Decimal
    formula: Sum | Link | Percent


@dataclass(frozen=True, slots=True)
class Estimated:
    """A number of which a part is estimated: printed with a star, still a number."""

    value: "int | Decimal | Computed"


Cell = str | int | Decimal | date | Computed | Estimated | None
"""A number stays a number; `None` is a figure that is missing, never a zero."""


def plain(cell: Cell) -> str | int | Decimal | date | None:
    """The value of a cell without the way it is made."""
    if isinstance(cell, Estimated):
        return plain(cell.value)
    return cell.value if isinstance(cell, Computed) else cell


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `width` is relative in Word and counts characters in Excel.

    `decimals` says how numbers are written; whole numbers need none. Words stand left
    and numbers right unless `align` says otherwise, as for an ordinal (STT).
    """

    heading: str
    width: float = 10
    decimals: int = 0
    align: Align | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One line; its `decimals` go before the columns' where each row has a unit."""

    cells: tuple[Cell, ...]
    kind: RowKind = RowKind.BODY
    decimals: int | None = None

    def decimals_in(self, column: Column) -> int:
        return column.decimals if self.decimals is None else self.decimals


@dataclass(frozen=True, slots=True)
class Table:
    """`unit` is the line over the right edge, such as “Đơn vị tính: m”."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    caption: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """Numbered by its level: 1 is I, 2 is 1, 3 is a."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of words inside a paragraph."""

    text: str
    is_bold: bool = False
    is_italic: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str | tuple[Span, ...]
    align: Align = Align.JUSTIFY


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG with its caption below; `description` says in words what it shows."""

    png: bytes
    width_mm: float
    caption: str
    description: str


Block = Heading | Paragraph | Table | Picture


@dataclass(frozen=True, slots=True)
class Annex:
    """Begins on a page of its own and names the paper it goes with."""

    title: str
    subject: str
    blocks: tuple[Block, ...]
    is_landscape: bool = False


@dataclass(frozen=True, slots=True)
class AuthorityLine:
    authority: Authority
    body: str


@dataclass(frozen=True, slots=True)
class SignOff:
    """The lines above the signature, the signer's title, and the name below."""

    title: str
    name: str
    authority: tuple[AuthorityLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipient:
    """A line under “Nơi nhận”; `purpose` stands in brackets, such as “báo cáo”."""

    name: str
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """An official paper. `on` chooses the rules of form in force.

    Without `number` its place stays blank for the office's register; `is_day_open`
    leaves the day blank for the pen. A paper without `type_name` is a letter (công
    văn). `digest` is that of the approved figures; `notes` are further lines at the
    foot of every page, such as “giả định, chưa có văn bản”.
    """

    family: Family
    superior: str
    issuer: str
    symbol: str
    type_code: str
    place: str
    on: date
    subject: str
    blocks: tuple[Block, ...]
    sign_off: SignOff
    type_name: str = ""
    number: int | None = None
    is_day_open: bool = False
    addressees: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    recipients: tuple[Recipient, ...] = ()
    archive: str = ""
    annexes: tuple[Annex, ...] = ()
    is_sample: bool = False
    draft: int = 0
    digest: str = ""
    notes: tuple[str, ...] = ()

    @property
    def is_letter(self) -> bool:
        return not self.type_name
