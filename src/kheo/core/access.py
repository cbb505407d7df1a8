"""Who may do what: every capability, every role, and the one table between them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from kheo.core.errors import NotAllowed


class Capability(StrEnum):
    """One thing a person can do at a body. `VIEW_…` ones only read."""

    VIEW_ACTIVITIES = "view_activities"
    EDIT_ACTIVITIES = "edit_activities"
    TYPE_ACTIVITIES = "type_activities"
    HOST_ACTIVITIES = "host_activities"
    VIEW_ROSTERS = "view_rosters"
    VIEW_REPORTS = "view_reports"
    EDIT_REPORTS = "edit_reports"
    APPROVE_REPORTS = "approve_reports"
    REVIEW_REPORTS = "review_reports"
    VIEW_ORGANISATIONS = "view_organisations"
    MANAGE_ORGANISATIONS = "manage_organisations"
    MANAGE_PROGRAMMES = "manage_programmes"
    MANAGE_ASSIGNMENTS = "manage_assignments"
    NUMBER_PAPERS = "number_papers"
    INVITE_PEOPLE = "invite_people"
    MANAGE_PEOPLE = "manage_people"
    VIEW_AUDIT = "view_audit"

    @property
    def reads_only(self) -> bool:
        return self.value.startswith("view_")


class Role(StrEnum):
    """What a grant makes of a person at a body and below it."""

    CLERK = "clerk"
    LEADER = "leader"
    FOCAL_POINT = "focal_point"
    HOST = "host"
    SPECIALIST = "specialist"
    OBSERVER = "observer"
    ADMINISTRATOR = "administrator"


C = Capability

ROLE_CAPABILITIES: Mapping[Role, frozenset[Capability]] = MappingProxyType(
    {
        Role.CLERK: frozenset(
            {
                C.VIEW_ACTIVITIES,
                C.EDIT_ACTIVITIES,
                C.VIEW_ROSTERS,
                C.VIEW_REPORTS,
                C.EDIT_REPORTS,
                C.VIEW_ORGANISATIONS,
                C.NUMBER_PAPERS,
            }
        ),
        Role.LEADER: frozenset(
            {
                C.VIEW_ACTIVITIES,
                C.VIEW_REPORTS,
                C.APPROVE_REPORTS,
                C.VIEW_ORGANISATIONS,
            }
        ),
        Role.FOCAL_POINT: frozenset(
            {
                C.VIEW_ACTIVITIES,
                C.TYPE_ACTIVITIES,
                C.VIEW_REPORTS,
                C.REVIEW_REPORTS,
                C.VIEW_ORGANISATIONS,
                C.MANAGE_ASSIGNMENTS,
                C.INVITE_PEOPLE,
            }
        ),
        Role.HOST: frozenset(
            {C.VIEW_ACTIVITIES, C.HOST_ACTIVITIES, C.VIEW_ORGANISATIONS}
        ),
        Role.SPECIALIST: frozenset(
            {
                C.VIEW_ACTIVITIES,
                C.VIEW_REPORTS,
                C.REVIEW_REPORTS,
                C.VIEW_ORGANISATIONS,
                C.MANAGE_ORGANISATIONS,
                C.MANAGE_PROGRAMMES,
                C.MANAGE_ASSIGNMENTS,
                C.INVITE_PEOPLE,
                C.VIEW_AUDIT,
            }
        ),
        Role.OBSERVER: frozenset(
            {C.VIEW_ACTIVITIES, C.VIEW_REPORTS, C.VIEW_ORGANISATIONS}
        ),
        Role.ADMINISTRATOR: frozenset({C.MANAGE_PEOPLE, C.VIEW_AUDIT}),
    }
)


BELOW_ONLY = frozenset({C.INVITE_PEOPLE})
"""What holds only below: never at a body where the person holds a role of any kind."""


class HasKey(Protocol):
    """Anything stored that has a primary key; for rights, a body."""

    @property
    def pk(self) -> int: ...


PARTY = "party"
"""The tree that is meant where none is named."""

EVERYWHERE = 0
"""What stands for a body in a grant that is bound to none: the whole site."""

Bodies = Mapping[Capability, frozenset[int]]
Lines = Mapping[Capability, frozenset[tuple[str, int]]]
_NOWHERE: Bodies = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Actor:
    """The person, token or job on whose behalf the code runs.

    By capability: `roots` are the bodies of the grants that reach below (their
    successors, once ended), `lines` the same with the tree in which each reaches, `writable` the bodies where grants hold today, `readable`
    those and the bodies they succeeded. A dated record may also be read where its body
    was below a root on the record's date (`core.scoping`); it may be written only where
    a grant holds today (architecture, Access).
    """

    user_id: int | None = None
    name: str = ""
    roots: Bodies = field(default_factory=lambda: _NOWHERE)
    lines: Lines = field(default_factory=lambda: MappingProxyType({}))
    writable: Bodies = field(default_factory=lambda: _NOWHERE)
    readable: Bodies = field(default_factory=lambda: _NOWHERE)
    is_system: bool = False

    def bodies(self, capability: Capability) -> frozenset[int]:
        """Where this capability holds today, for reading or for writing as it says."""
        scope = self.readable if capability.reads_only else self.writable
        return scope.get(capability, frozenset())

    def reaches(self, capability: Capability) -> frozenset[tuple[str, int]]:
        """Each tree and root below which dated records may be read."""
        roots = self.roots.get(capability, frozenset())
        return self.lines.get(capability) or frozenset((PARTY, r) for r in roots)

    def can(self, capability: Capability, organisation: HasKey) -> bool:
        return self.is_system or organisation.pk in self.bodies(capability)

    def holds(self, capability: Capability) -> bool:
        """Whether the capability holds anywhere: for menus, never for permission."""
        return self.is_system or bool(self.bodies(capability))

    def holds_everywhere(self, capability: Capability) -> bool:
        """Whether the capability holds for the whole site, bound to no body."""
        return self.is_system or EVERYWHERE in self.bodies(capability)


SYSTEM = Actor(name="Khéo", is_system=True)
"""Commands and scheduled work; the audit trail shows them as the system's own."""


def require(
    actor: Actor, capability: Capability, organisation: HasKey, *, message: str = ""
) -> None:
    """Let pass or raise `NotAllowed`; without `message` the edge says a general one."""
    if not actor.can(capability, organisation):
        raise NotAllowed(message)
