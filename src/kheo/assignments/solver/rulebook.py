"""The rules as members of a conflict: kinds, and which communes, units or groups each binds."""

from dataclasses import dataclass

KINDS = (
    "exempt",
    "difficult_min",
    "province_share_per_group_max",
    "province_units_per_commune_max",
    "units_per_commune_max",
    "locked",
    "forbidden",
    "group",
    "cover_min",
    "communes",
)
"""In the order in which the search for a conflict tries to do without them."""

OF_COMMUNES = frozenset(
    {
        "difficult_min",
        "province_units_per_commune_max",
        "units_per_commune_max",
        "cover_min",
    }
)


@dataclass(frozen=True, slots=True)
class Member:
    """One rule over part of the instance; the other fields say which part.

    A rule over communes binds `communes`, a share `groups`, the rest `units`.
    """

    rule: str
    communes: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Relief:
    """One rule relaxed alone so that the instance has an answer.

    `amount` is the least that must give way, in the rule's own unit; `cost` is what the
    best answer found then costs, `None` when there was no time to look for one.
    """

    rule: str
    amount: int
    communes: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    limit: int | None = None
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Rules that cannot hold together, while any all but one of them can.

    `need` and `room` are places, where the conflict is a plain shortage.
    """

    members: tuple[Member, ...]
    reliefs: tuple[Relief, ...] = ()
    need: int | None = None
    room: int | None = None
    supply_units: tuple[str, ...] = ()
