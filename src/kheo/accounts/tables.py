"""People as a table: read with every wrong cell named; a template; the links to hand out."""

import csv
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO, StringIO
from itertools import islice
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils.cell import coordinate_to_tuple

from kheo.accounts.queries.bodies import Bodies, bodies_named, every_body
from kheo.accounts.queries.keeping import Keeping
from kheo.accounts.rules import INVITED_ROLES, USERNAME, is_usually_own_only
from kheo.accounts.services import NewPerson, RowError
from kheo.accounts.wording import ROLE_NAMES
from kheo.core.access import Role
from kheo.core.errors import RuleBroken
from kheo.core.text import fold
from kheo.organisations.models import Organisation
from kheo.stationery.paper import Column, Row
from kheo.stationery.tables import (
    MOST_ROWS,
    CellError,
    Kind,
    ReadRow,
    Wanted,
    read_table,
)
from kheo.stationery.workbook import Sheet, workbook

MOST_PEOPLE = 2_000
LONGEST_NAME = 200
PACKAGE = b"PK\x03\x04"
YES = frozenset({"co", "x", "1", "yes"})
NO = frozenset({"khong", "0", "no"})
ROLES = tuple(role for role in Role if role is not Role.ADMINISTRATOR)
"""Administrators are made one by one."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which bodies and roles a table may name; everything where nothing is said."""

    among: Collection[int] | None = None
    roles: Sequence[Role] = ROLES

    @classmethod
    def of(cls, keeping: Keeping) -> "Scope":
        return cls() if keeping.is_whole else cls(keeping.near, INVITED_ROLES)

    @property
    def role_names(self) -> list[str]:
        return [str(ROLE_NAMES[role]) for role in self.roles]


EVERYTHING = Scope()


def columns() -> tuple[Wanted, ...]:
    """The columns of the table, headed in either language."""
    return (
        Wanted("name", ("Họ và tên", "Full name"), is_required=True),
        Wanted("title", ("Chức danh", "Title")),
        Wanted("username", ("Tên đăng nhập", "User name")),
        Wanted("role", ("Vai trò", "Role"), is_required=True),
        Wanted("organisation", ("Đơn vị, tổ chức", "Body"), is_required=True),
        Wanted("own_only", ("Chỉ riêng cấp này", "This body alone")),
        Wanted("valid_from", ("Từ ngày", "From"), kind=Kind.DATE),
    )


@dataclass(frozen=True, slots=True)
class Table:
    """What a file held: whole rows, and every cell that is wrong.

    `unfilled` are the rows that name a body and nobody yet: of the template, left out.
    """

    people: tuple[NewPerson, ...]
    errors: tuple[CellError, ...]
    places: Mapping[tuple[int, str], str]
    unfilled: int = 0

    def errors_of(self, refused: Iterable[RowError]) -> tuple[CellError, ...]:
        """The cells that later refusals are about, behind those found in reading."""
        later = tuple(
            CellError(
                self.places.get((error.line, error.field))
                or self.places[error.line, "name"],
                error.message,
            )
            for error in refused
        )
        return tuple(
            sorted(
                self.errors + later, key=lambda error: coordinate_to_tuple(error.cell)
            )
        )


def read_people(content: bytes, *, day: date, scope: Scope = EVERYTHING) -> Table:
    """Read an .xlsx or CSV table; bodies are known by code or by a name that is theirs alone."""
    book = as_workbook(content)
    reading = read_table(book, columns())
    if len(reading.rows) > MOST_PEOPLE:
        message = _("The table has more than %(limit)d rows.")
        raise RuleBroken(message % {"limit": MOST_PEOPLE})
    known = _Known(day, scope)
    texts = read_table(book, _as_texts()).rows
    unfilled = {row.line for row in texts if not _names_anybody(row)}
    errors = [one for one in reading.errors if _line_of(one) not in unfilled]
    wrong: set[int] = set(unfilled)
    places: dict[tuple[int, str], str] = {}
    for row in (row for row in texts if row.line not in unfilled):
        places |= {(row.line, key): cell for key, cell in row.cells.items()}
        found = _wrong(row, known)
        errors.extend(found)
        wrong |= {row.line} if found else set()
    people = tuple(
        _person(row, known, day) for row in reading.rows if row.line not in wrong
    )
    if unfilled and not (people or errors):
        raise RuleBroken(_("No row of the table names anybody yet."))
    if not (people or errors):
        raise RuleBroken(_("The table has no rows below its headings."))
    errors.sort(key=lambda error: coordinate_to_tuple(error.cell))
    return Table(people, tuple(errors), places, len(unfilled))


def _names_anybody(row: ReadRow) -> bool:
    return any(_text(row, key) for key in ("name", "title", "username"))


def _line_of(error: CellError) -> int:
    return coordinate_to_tuple(error.cell)[0]


def _as_texts() -> tuple[Wanted, ...]:
    """The same columns, so that a row with one wrong cell still shows its others."""
    return tuple(Wanted(wanted.key, wanted.headings) for wanted in columns())


def as_workbook(content: bytes) -> bytes:
    """CSV as a workbook of texts; a workbook, and what is neither, as it is."""
    if content.startswith(PACKAGE) or b"\x00" in content[:1024] or not content:
        return content
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = _(
            "This CSV file is not in UTF-8. Save it as “CSV UTF-8” or as .xlsx."
        )
        raise RuleBroken(message) from error
    book = Workbook(write_only=False)
    sheet = book.worksheets[0]
    for line, cells in enumerate(_lines(text), 1):
        for place, value in enumerate(cells[:50], start=1):
            cell = sheet.cell(line, place)
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
            cell.data_type = "s"
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def _lines(text: str) -> list[list[str]]:
    first = text.split("\n", 1)[0]
    reader = csv.reader(StringIO(text), delimiter=max(",;\t", key=first.count))
    try:
        lines = list(islice(reader, MOST_ROWS + 1))
    except csv.Error as error:
        raise RuleBroken(_("This CSV file is broken. Save it again.")) from error
    if len(lines) > MOST_ROWS:
        message = _("The table has more than %(limit)d rows.")
        raise RuleBroken(message % {"limit": MOST_ROWS})
    return lines


class _Known:
    """Bodies and roles by what was typed; each text of a body is looked up once."""

    def __init__(self, day: date, scope: Scope) -> None:
        self.scope = scope
        self._day = day
        self._bodies: dict[str, Bodies] = {}
        words = _role_words(scope.roles)
        self._roles = {fold(word): role for word, role in words.items()}

    def bodies(self, row: ReadRow) -> Bodies:
        text = _text(row, "organisation")
        if text not in self._bodies:
            self._bodies[text] = bodies_named(text, self._day, among=self.scope.among)
        return self._bodies[text]

    def role(self, row: ReadRow) -> Role | None:
        return self._roles.get(fold(_text(row, "role")))


def _text(row: ReadRow, key: str) -> str:
    return str(row.values.get(key) or "")


def _wrong(row: ReadRow, known: _Known) -> list[CellError]:
    """What cannot be understood; an empty cell is told of in reading."""
    found: dict[str, str] = {}
    if _text(row, "organisation") and known.bodies(row).the_one is None:
        found["organisation"] = _why_none(known.bodies(row), known.scope)
    if _text(row, "role") and known.role(row) is None:
        roles = ", ".join(known.scope.role_names)
        found["role"] = _("Write one of these roles: %(roles)s.") % {"roles": roles}
    own = _text(row, "own_only")
    if own and fold(own) not in YES | NO:
        found["own_only"] = _("Write Có or Không, or nothing.")
    username = _text(row, "username").lower()
    if username and not USERNAME.fullmatch(username):
        found["username"] = _("Use letters without marks, digits and hyphens only.")
    for key in ("name", "title"):
        if len(_text(row, key)) > LONGEST_NAME:
            found[key] = _("At most %(most)d characters.") % {"most": LONGEST_NAME}
    return [CellError(row.cells[key], message) for key, message in found.items()]


def _why_none(bodies: Bodies, scope: Scope) -> str:
    if not bodies.found and scope.among is not None:
        return bodies.absent or _("No body below yours has this name or code.")
    if not bodies.found:
        return bodies.absent or _("No body has this name or code.")
    offered = "; ".join(body.label for body in bodies.found[:5])
    return _("Several bodies fit; write the code: %(bodies)s.") % {"bodies": offered}


def _person(row: ReadRow, known: _Known, day: date) -> NewPerson:
    role, body = known.role(row), known.bodies(row).the_one
    if role is None or body is None:
        raise TypeError(row.line)
    own, since = fold(_text(row, "own_only")), row.values.get("valid_from")
    return NewPerson(
        line=row.line,
        name=_text(row, "name"),
        title=_text(row, "title"),
        username=_text(row, "username").lower(),
        role=role,
        organisation=body.organisation,
        own_only=own in YES if own else is_usually_own_only(role),
        valid_from=since if isinstance(since, date) else day,
    )


def _role_words(roles: Sequence[Role]) -> dict[str, Role]:
    """Every way to write a role: in both languages, or by its code."""
    words: dict[str, Role] = {str(role): role for role in roles}
    for language in ("vi", "en"):
        with override(language):
            words |= {str(ROLE_NAMES[role]): role for role in roles}
    return words


# Between the trial and the taking over


def plain_rows(people: Iterable[NewPerson]) -> list[list[Any]]:
    """Rows as JSON knows them."""
    return [
        [
            person.line,
            person.name,
            person.title,
            person.username,
            str(person.role),
            person.organisation.code,
            person.own_only,
            person.valid_from.isoformat(),
        ]
        for person in people
    ]


def people_again(rows: Iterable[Sequence[Any]]) -> list[NewPerson]:
    """The rows that `plain_rows` said."""
    rows = list(rows)
    codes = {row[5] for row in rows}
    bodies = Organisation.objects.in_bulk(sorted(codes), field_name="code")
    return [
        NewPerson(
            line=line,
            name=name,
            title=title,
            username=username,
            role=Role(role),
            organisation=bodies[code],
            own_only=own_only,
            valid_from=date.fromisoformat(since),
        )
        for line, name, title, username, role, code, own_only, since in rows
    ]


# Files to take away


def template_file(
    *,
    on: date,
    is_sample: bool,
    scope: Scope = EVERYTHING,
    lacking: Iterable[str] = (),
) -> bytes:
    """A table with its headings, how to fill it in, and the bodies with their codes.

    With `lacking`, labels of bodies, it has a row for a clerk of each, to be named.
    """
    widths = (28, 34, 18, 22, 40, 16, 14)
    headings = tuple(
        Column(_heading(wanted), width)
        for wanted, width in zip(columns(), widths, strict=True)
    )
    sheets = [
        Sheet(_("People"), headings, _to_fill_in(lacking), is_landscape=True),
        Sheet(
            _("How to fill it in"),
            (Column(_("Column"), 22), Column(_("What to write"), 90)),
            tuple(Row(line) for line in _how_to(scope)),
        ),
        Sheet(
            _("Codes of bodies"),
            (Column(_("Code"), 30), Column(_("Name"), 70)),
            tuple(
                Row((body.organisation.code, body.name))
                for body in every_body(on, among=scope.among)
            ),
        ),
    ]
    return workbook(sheets, author="Khéo", on=on, is_sample=is_sample)


def _to_fill_in(lacking: Iterable[str]) -> tuple[Row, ...]:
    clerk = str(ROLE_NAMES[Role.CLERK])
    return tuple(Row(("", "", "", clerk, label, "", "")) for label in lacking)


def _heading(wanted: Wanted) -> str:
    vietnamese, english = wanted.headings
    return english if (get_language() or "").startswith("en") else vietnamese


def _how_to(scope: Scope) -> list[tuple[str, str]]:
    roles = "; ".join(scope.role_names)
    said = {
        "name": _("Needed. One person and one role a row."),
        "title": _("May be empty. Position and body, as it stands on papers."),
        "username": _(
            "May be empty: made from the name (Nông Thị Lan: lannt). Write it where one"
            " person holds roles at several bodies. Letters without marks, digits, hyphens."
        ),
        "role": _("Needed. One of: %(roles)s.") % {"roles": roles},
        "organisation": _(
            "Needed. The code (see the sheet of codes), or the whole name where only one"
            " body has it."
        ),
        "own_only": _(
            "Có: at that body alone. Không: at all below it too. Empty: Có for clerks,"
            " leaders and hosts, Không for the others."
        ),
        "valid_from": _("Day/month/year. Empty: from today."),
    }
    return [(_heading(wanted), said[wanted.key]) for wanted in columns()]


@dataclass(frozen=True, slots=True)
class Handout:
    """One line of the list of links that is handed out."""

    name: str
    title: str
    username: str
    link: str


def links_file(
    handouts: Iterable[Handout], *, until: datetime, on: date, is_sample: bool
) -> bytes:
    """The one-time links as a workbook, one person a line."""
    last = date_format(localtime(until), "SHORT_DATETIME_FORMAT")
    rows = tuple(
        Row((order, one.name, one.title, one.username, one.link))
        for order, one in enumerate(handouts, start=1)
    )
    sheet = Sheet(
        _("Links"),
        (
            Column(_("No."), 6),
            Column(_("Full name"), 28),
            Column(_("Title"), 34),
            Column(_("User name"), 18),
            Column(_("One-time link"), 90),
        ),
        rows,
        title=(
            _("Links to set a password, once each, until %(last)s") % {"last": last},
        ),
        notes=(_("Send each to its person alone; delete this file afterwards."),),
        is_landscape=True,
    )
    return workbook([sheet], author="Khéo", on=on, is_sample=is_sample)
