"""Charges as an Excel table: every wrong cell is named, nothing is half taken over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from kheo.assignments.queries import communes_in_scope
from kheo.assignments.services import NewCharge
from kheo.core.access import Actor, Capability
from kheo.core.text import fold
from kheo.organisations.models import Organisation
from kheo.organisations.queries import versions_on
from kheo.places.models import Place
from kheo.programmes.queries import InForce
from kheo.stationery.tables import CellError, Kind, ReadRow, Wanted, read_table

COLUMNS = (
    Wanted("unit", ("Đơn vị", "Unit"), is_required=True),
    Wanted("commune", ("Xã", "Commune"), is_required=True),
    Wanted("from", ("Từ ngày", "From"), kind=Kind.DATE, is_required=True),
    Wanted("basis", ("Căn cứ", "Basis")),
)


@dataclass(frozen=True, slots=True)
class Table:
    """What a workbook held: whole rows, and every cell that is wrong."""

    charges: tuple[NewCharge, ...]
    errors: tuple[CellError, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    units: Mapping[str, Organisation]
    communes: Mapping[str, Place]


def read_charges(
    content: bytes, *, programme: InForce, actor: Actor, day: date
) -> Table:
    """Read and look up; only the actor's own units and communes in scope are known.

    Names are compared without case and marks; codes are accepted too.
    """
    reading = read_table(content, COLUMNS)
    known = _Known(_units(actor, day), _communes(programme, day))
    charges: list[NewCharge] = []
    errors = list(reading.errors)
    for row in reading.rows:
        wrong = _wrong(row, known)
        errors.extend(wrong)
        if not wrong:
            charges.append(_charge(row, known))
    return Table(tuple(charges), tuple(errors))


def _wrong(row: ReadRow, known: _Known) -> list[CellError]:
    found = []
    if _key(row, "unit") not in known.units:
        message = _("No unit of yours has this name or code.")
        found.append(CellError(row.cells["unit"], message))
    if _key(row, "commune") not in known.communes:
        message = _("No commune in the programme's scope has this name or code.")
        found.append(CellError(row.cells["commune"], message))
    return found


def _charge(row: ReadRow, known: _Known) -> NewCharge:
    day = row.values["from"]
    if not isinstance(day, date):
        raise TypeError(row.line)
    return NewCharge(
        organisation=known.units[_key(row, "unit")],
        place=known.communes[_key(row, "commune")],
        valid_from=day,
        basis=str(row.values.get("basis") or ""),
    )


def _key(row: ReadRow, column: str) -> str:
    return fold(str(row.values[column] or ""))


def _units(actor: Actor, day: date) -> dict[str, Organisation]:
    bodies = actor.bodies(Capability.MANAGE_ASSIGNMENTS)
    found: dict[str, Organisation] = {}
    for version in versions_on(bodies, day).values():
        for name in (version.name, version.short_name, version.organisation.code):
            found[fold(name)] = version.organisation
    found.pop("", None)
    return found


def _communes(programme: InForce, day: date) -> dict[str, Place]:
    found: dict[str, Place] = {}
    for version in communes_in_scope(programme, day):
        for name in (version.name, version.place.code, version.official_code):
            found[fold(name)] = version.place
    found.pop("", None)
    return found
