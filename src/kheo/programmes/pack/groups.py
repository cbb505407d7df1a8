"""Groups as documents name them: reporters, receivers, those who owe something."""

from enum import StrEnum

from kheo.places.rules import PlaceKind
from kheo.programmes.pack.parts import Code, Line, Part, Source, Text


class BodyKind(StrEnum):
    """The kinds of bodies; `organisations.models.Kind` names them for people."""

    PROVINCIAL_COMMITTEE = "provincial_committee"
    BOARD = "board"
    DIRECT_COMMITTEE = "direct_committee"
    DISTRICT_COMMITTEE = "district_committee"
    COMMUNE_COMMITTEE = "commune_committee"
    BASE_COMMITTEE = "base_committee"
    CELL = "cell"
    PEOPLES_COMMITTEE = "peoples_committee"
    AGENCY = "agency"
    FRONT = "front"
    MASS_ORGANISATION = "mass_organisation"
    ARMED_FORCES = "armed_forces"
    SCHOOL = "school"
    PRESS = "press"
    STEERING_COMMITTEE = "steering_committee"
    OTHER = "other"


class BodyTier(StrEnum):
    """The tiers of bodies; `organisations.models.Tier` names them for people."""

    CENTRAL = "central"
    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"
    HAMLET = "hamlet"


class Group(Part):
    """A rule asked by date: the bodies of the tree that meet every condition given.

    `symbols` are those of the bodies' own papers (one board among several), `codes`
    name single bodies, `below` the body under which to look (the programme's home when
    not given), `below_kinds` the kinds of bodies under which to look there, and `direct`
    keeps only what stands immediately below. `place_kinds` limits the group to bodies
    of such places. A group of `persons` has no bodies; it names who a duty is
    for, such as the members of a steering committee.
    """

    code: Code
    name: Text
    tree: Code = "party"
    kinds: tuple[BodyKind, ...] = ()
    tiers: tuple[BodyTier, ...] = ()
    place_kinds: tuple[PlaceKind, ...] = ()
    symbols: tuple[Line, ...] = ()
    codes: tuple[Code, ...] = ()
    below: Code | None = None
    below_kinds: tuple[BodyKind, ...] = ()
    direct: bool = False
    without_exempt: bool = False
    persons: bool = False
    source: Source
