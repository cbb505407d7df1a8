"""What a reading holds: values only, with the shape of the contract `kheo.directive/1`.

Field names are those of the JSON. `at` is `[start, end)` in the normalised text. What
could not be read is `None` or an empty list, never a guess.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

SCHEMA = "kheo.directive/1"

Span = tuple[int, int]
Due = Mapping[str, str | int | bool]


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed: on whose behalf (T/M, TM., K/T …), in which capacity, by what name."""

    authority: str | None
    title: str | None
    name: str


@dataclass(frozen=True, slots=True)
class Citation:
    """Another text, named by number and symbol; a basis if the opening lines invoke it."""

    number: str
    symbol: str
    issued_on: str | None
    is_basis: bool
    at: Span


@dataclass(frozen=True, slots=True)
class Recipient:
    """One line of "Nơi nhận" with its purpose, if it has one."""

    name: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """The receiver's "ĐẾN" stamp: its number is never the document's."""

    by: str | None
    number: str | None
    on: str | None


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered part of the text."""

    label: str
    title: str
    level: int
    at: Span


@dataclass(frozen=True, slots=True)
class Obligation:
    """Who must do what, for whom, by when; `due` has one of the contract's shapes."""

    kind: str
    actors: tuple[str, ...]
    receiver: str | None
    action: str
    due: Due | None
    at: Span


@dataclass(frozen=True, slots=True)
class Target:
    """A required share or a number with a comparator."""

    subject: str
    op: str
    value: int | float
    upper: int | float | None
    unit: str | None
    per: str | None
    at: Span


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Something that looks wrong, with a sentence for people."""

    code: str
    message: str
    at: Span


@dataclass(frozen=True, slots=True)
class Document:
    """One directive; a file may hold several.

    `places` are where the number, the date and the foot stand: for pages that mark them, not
    part of the contract's JSON.
    """

    family: str = "unknown"
    number: str | None = None
    symbol: str | None = None
    kind: str | None = None
    kind_name: str | None = None
    issued_on: str | None = None
    place: str | None = None
    issuer: str | None = None
    subject: str | None = None
    signatures: tuple[Signature, ...] = ()
    citations: tuple[Citation, ...] = ()
    addressees: tuple[str, ...] = ()
    recipients: tuple[Recipient, ...] = ()
    stamps: tuple[Stamp, ...] = ()
    outline: tuple[Section, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    targets: tuple[Target, ...] = ()
    anomalies: tuple[Anomaly, ...] = ()
    places: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A text and everything read in it."""

    text: str
    documents: tuple[Document, ...] = field(default=())

    def as_json(self) -> dict[str, object]:
        """The contract's JSON, without the text itself."""
        documents = [asdict(document) for document in self.documents]
        for document in documents:
            del document["places"]
        return {"schema": SCHEMA, "documents": documents}
