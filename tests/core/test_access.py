"""Roles, capabilities, and what an actor can."""

from dataclasses import FrozenInstanceError, dataclass

import pytest

from kheo.core.access import (
    ROLE_CAPABILITIES,
    SYSTEM,
    Actor,
    Capability,
    Role,
    require,
)
from kheo.core.errors import NotAllowed


@dataclass(frozen=True)
class Body:
    pk: int


HERE, SUCCEEDED, ELSEWHERE = Body(1), Body(2), Body(3)
ACTOR = Actor(
    roots=dict.fromkeys(Capability, frozenset({1})),
    writable=dict.fromkeys(Capability, frozenset({1})),
    readable=dict.fromkeys(Capability, frozenset({1, 2})),
)


def test_every_role_has_its_row_and_every_capability_its_role():
    assert set(ROLE_CAPABILITIES) == set(Role)
    assert frozenset().union(*ROLE_CAPABILITIES.values()) == set(Capability)


def test_nobody_both_files_and_accepts_a_report_by_one_role():
    for capabilities in ROLE_CAPABILITIES.values():
        assert not {Capability.EDIT_REPORTS, Capability.REVIEW_REPORTS} <= capabilities
        assert (
            not {
                Capability.APPROVE_REPORTS,
                Capability.REVIEW_REPORTS,
            }
            <= capabilities
        )


def test_the_administrator_of_the_system_does_not_see_its_content():
    assert ROLE_CAPABILITIES[Role.ADMINISTRATOR] == {
        Capability.MANAGE_PEOPLE,
        Capability.VIEW_AUDIT,
    }


def test_the_table_of_roles_cannot_be_changed():
    with pytest.raises(TypeError):
        ROLE_CAPABILITIES[Role.CLERK] = frozenset()


@pytest.mark.parametrize("capability", Capability)
def test_reading_follows_succession_and_writing_does_not(capability):
    assert ACTOR.can(capability, HERE)
    assert ACTOR.can(capability, SUCCEEDED) == capability.value.startswith("view_")
    assert not ACTOR.can(capability, ELSEWHERE)
    assert ACTOR.holds(capability)


@pytest.mark.parametrize("capability", Capability)
def test_a_stranger_can_nothing_and_the_system_everything(capability):
    assert not Actor().can(capability, HERE)
    assert not Actor().holds(capability)
    assert SYSTEM.can(capability, ELSEWHERE)
    assert SYSTEM.holds(capability)


def test_a_requirement_passes_or_says_why():
    require(ACTOR, Capability.EDIT_REPORTS, HERE)

    with pytest.raises(NotAllowed, match="Not here") as error:
        require(ACTOR, Capability.EDIT_REPORTS, SUCCEEDED, message="Not here.")
    assert error.value.status == 403
    with pytest.raises(NotAllowed, match=r"^$"):
        require(ACTOR, Capability.EDIT_REPORTS, ELSEWHERE)


def test_an_actor_does_not_change_and_compares_by_value():
    with pytest.raises(FrozenInstanceError):
        ACTOR.is_system = True
    assert Actor(user_id=1) == Actor(user_id=1)
    assert Actor(user_id=1) != Actor(user_id=2)
