"""A table of bodies, as offices keep it: CSV or Excel, one body a line."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from pydantic import ValidationError

from kheo.organisations.rules.text import Create, Flaw, UnreadableError, flaws_of

COLUMNS = (
    "code",
    "name",
    "short_name",
    "kind",
    "tier",
    "symbol",
    "tree",
    "parent",
    "from",
    "place",
    "headcount",
    "exempt",
    "focal_point",
    "officer",
    "aliases",
)
"""The columns of the file; the order is free, empty columns may be left out."""
NEEDED = frozenset({"code", "name", "kind", "tier", "from"})
SAME_NAME = ("code", "name", "short_name", "kind", "tier", "symbol", "place")
PEOPLE = ("focal_point", "officer")
NO_TREE = "-"
MOST_LINES = 20_000
MOST_BYTES = 10_000_000
TRUE = frozenset({"1", "x", "yes", "true", "có"})
FALSE = frozenset({"0", "no", "false", "không"})


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file: the body it creates, from which day, its other names."""

    line: int
    on: date
    step: Create
    aliases: tuple[str, ...] = ()


def read_table(name: str, content: bytes) -> list[Row]:
    """Read bodies from a .csv or .xlsx file; raise `UnreadableError` with every flaw.

    The place of a flaw starts with the number of its line in the file.
    """
    if len(content) > MOST_BYTES:
        raise UnreadableError([Flaw("", "too_long")])
    lines = list(_xlsx(content) if name.lower().endswith(".xlsx") else _csv(content))
    if not lines:
        raise UnreadableError([Flaw("1", "no_lines")])
    if len(lines) > MOST_LINES:
        raise UnreadableError([Flaw("", "too_long")])
    header = set(lines[0][1])
    flaws = [Flaw(f"1 {column}", "missing") for column in sorted(NEEDED - header)]
    flaws += [Flaw(f"1 {c}", "extra_forbidden") for c in sorted(header - set(COLUMNS))]
    if flaws:
        raise UnreadableError(flaws)
    return list(_rows(lines))


def _rows(lines: Iterable[tuple[int, Mapping[str, str]]]) -> Iterator[Row]:
    flaws: list[Flaw] = []
    rows: list[Row] = []
    for line, cells in lines:
        said = {column: text.strip() for column, text in cells.items()}
        try:
            step = Create.model_validate(_create(said))
            on = _day(said["from"])
        except ValidationError as error:
            flaws += [
                Flaw(f"{line} {flaw.where}", flaw.kind, flaw.detail)
                for flaw in flaws_of(error)
            ]
        except _CellError as error:
            flaws.append(Flaw(f"{line} {error.column}", error.kind))
        else:
            others = said.get("aliases", "").split(";")
            aliases = tuple(other.strip() for other in others if other.strip())
            rows.append(Row(line, on, step, aliases))
    if flaws:
        raise UnreadableError(flaws)
    return iter(rows)


class _CellError(ValueError):
    def __init__(self, column: str, kind: str) -> None:
        super().__init__(f"{column}: {kind}")
        self.column = column
        self.kind = kind


def _create(said: Mapping[str, str]) -> dict[str, Any]:
    step: dict[str, Any] = {"do": "create", "body": said["code"]}
    for column in (*SAME_NAME[1:], *PEOPLE):
        if said.get(column):
            step[column] = said[column]
    if number := said.get("headcount"):
        step["headcount"] = number.removesuffix(".0")
    if word := said.get("exempt", "").lower():
        if word not in TRUE | FALSE:
            raise _CellError("exempt", "bool_parsing")
        step["is_exempt"] = word in TRUE
    tree = said.get("tree") or "party"
    if tree != NO_TREE:
        step["below"] = {tree: said.get("parent") or None}
    return step


def _day(text: str) -> date:
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
    raise _CellError("from", "date_parsing")


def _csv(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError([Flaw("", "not_utf8")]) from error
    first = text.split("\n", 1)[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from _lines(reader)
    except csv.Error as error:
        where = str(reader.line_num)
        raise UnreadableError([Flaw(where, "not_csv", str(error))]) from error


def _xlsx(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        book = load_workbook(BytesIO(content), read_only=True, data_only=True)
        cells = list(book.worksheets[0].iter_rows(values_only=True))
    except (
        BadZipFile,
        InvalidFileException,
        KeyError,
        ValueError,
        IndexError,
    ) as error:
        raise UnreadableError([Flaw("", "not_xlsx")]) from error
    yield from _lines([_text(cell) for cell in row] for row in cells)


def _text(cell: Any) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return "" if cell is None else str(cell)


def _lines(rows: Iterable[list[str]]) -> Iterator[tuple[int, dict[str, str]]]:
    header: list[str] = []
    for line, cells in enumerate(rows, start=1):
        if not header:
            header = [cell.strip().lower() for cell in cells]
        elif any(cell.strip() for cell in cells):
            filled = [*cells, *[""] * (len(header) - len(cells))]
            named = zip(header, filled, strict=False)
            yield line, {column: cell for column, cell in named if column}
