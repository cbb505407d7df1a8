"""Where people may be invited, and what may be given there."""

import pytest

from kheo.accounts import services
from kheo.audit.queries import history_of
from kheo.core.access import SYSTEM, Capability, Role
from kheo.core.errors import RuleBroken
from kheo.organisations.services import apply_plan, parse_plan
from tests.accounts.inviting.make import PLAN, TODAY, add, grant, refused
from tests.accounts.make import SINCE, WORDS, acting
from tests.organisations.make import make_body
from tests.village import NOON, make_user

pytestmark = pytest.mark.django_db
INVITE = Capability.INVITE_PEOPLE


# Where the capability holds


def test_people_are_invited_strictly_below_and_never_where_one_works(village, focal):
    actor = acting(focal)

    assert actor.bodies(INVITE) == {village["cell-a"].pk, village["cell-b"].pk}
    assert not actor.can(INVITE, village["khoi"])
    assert not actor.can(INVITE, village["cell-h"])


def test_a_body_where_one_holds_any_role_is_left_out(village, focal):
    grant(focal, Role.CLERK, village["cell-a"], own_only=True)

    assert acting(focal).bodies(INVITE) == {village["cell-b"].pk}


def test_a_grant_at_the_body_alone_invites_nobody(village):
    user = make_user()
    grant(user, Role.FOCAL_POINT, village["khoi"], own_only=True)

    assert not acting(user).holds(INVITE)


def test_the_specialist_invites_everywhere_below_but_in_the_own_board(village):
    user = make_user()
    grant(user, Role.SPECIALIST, village["tu"])
    grant(user, Role.CLERK, village["ban"], own_only=True)

    bodies = acting(user).bodies(INVITE)

    assert village["khoi"].pk in bodies
    assert village["cell-h"].pk in bodies
    assert not bodies & {village["tu"].pk, village["ban"].pk}


@pytest.mark.parametrize("role", ["clerk", "leader", "host", "observer"])
def test_no_other_role_invites(village, role):
    user = make_user()
    grant(user, Role(role), village["tu"])

    assert not acting(user).holds(INVITE)
    refused(lambda: add(village, "cell-a", actor=acting(user)))


# What may be given


@pytest.mark.parametrize("role", ["clerk", "leader", "observer"])
def test_the_ordinary_roles_are_given_below(village, focal, role):
    joined = add(village, "cell-a", Role(role), actor=acting(focal))

    entries = list(history_of(joined.user))
    assert [entry.verb for entry in entries] == [
        "user.add",
        "user.grant",
        "user.invite",
    ]
    assert {entry.actor for entry in entries} == {focal}
    assert services.accept_invitation(joined.token, password=WORDS, at=NOON)
    assert joined.user.grants.get().organisation == village["cell-a"]


@pytest.mark.parametrize("code", ["khoi", "tu", "ban", "huyen", "cell-h", "xa-1"])
@pytest.mark.parametrize("role", ["clerk", "focal_point", "observer"])
def test_nothing_is_given_beyond_the_bodies_below(village, focal, code, role):
    refusal = refused(lambda: add(village, code, Role(role), actor=acting(focal)))

    assert refusal.field == "organisation"
    assert village[code].code not in refusal.message


@pytest.mark.parametrize("role", ["specialist", "administrator"])
def test_roles_above_are_the_administrators_to_give(village, focal, role):
    body = None if role == "administrator" else village["cell-a"]

    refusal = refused(
        lambda: add(
            village, "cell-a", Role(role), actor=acting(focal), organisation=body
        )
    )

    assert refusal.field == "role"


def test_a_focal_point_is_made_only_above_something(village, focal):
    refused(
        lambda: add(village, "cell-a", Role.FOCAL_POINT, actor=acting(focal)),
        RuleBroken,
    )
    make_body("part", village["cell-a"], kind="cell", tier="province", on=SINCE)

    joined = add(village, "cell-a", Role.FOCAL_POINT, actor=acting(focal))

    assert acting(joined.user).holds(INVITE)


def test_a_host_is_made_only_in_a_commune(village):
    user = make_user()
    grant(user, Role.FOCAL_POINT, village["huyen"])

    refused(lambda: add(village, "cell-h", Role.HOST, actor=acting(user)), RuleBroken)
    joined = add(village, "xa-1", Role.HOST, actor=acting(user))

    assert acting(joined.user).can(Capability.HOST_ACTIVITIES, village["xa-1"])


def test_another_line_in_which_the_body_reaches_elsewhere_is_refused(village, focal):
    step = "  - {do: move, bodies: [%s], below: {front: %s}}\n"
    plan = PLAN + step % ("cell-a", "null") + step % ("cell-h", "cell-a")
    apply_plan(parse_plan(plan), actor=SYSTEM, at=NOON)
    actor = acting(focal)

    refused(lambda: add(village, "cell-a", actor=actor, tree="front", own_only=False))
    add(village, "cell-a", actor=actor, tree="party", own_only=False)


def test_nobody_adds_to_or_ends_the_own_roles(village, focal):
    grant(focal, Role.CLERK, village["huyen"], own_only=True)
    actor = acting(focal)
    [own, *_rest] = focal.grants.order_by("pk")

    refused(lambda: grant(focal, Role.LEADER, village["cell-a"], actor=actor))
    refused(lambda: services.end_grant(own, on=TODAY, actor=actor, at=NOON))
    refused(lambda: services.invite(focal, actor=actor, at=NOON))
    refused(
        lambda: services.change_person(focal, name="X", title="", actor=actor, at=NOON)
    )


def test_closing_reopening_and_unlocking_stay_with_the_administrator(focal, below):
    actor = acting(focal)

    refused(lambda: services.deactivate(below, actor=actor, at=NOON))
    refused(lambda: services.reactivate(below, actor=actor, at=NOON))
    refused(lambda: services.unlock(below, actor=actor, at=NOON))
    refused(lambda: services.add_user(username="x", name="X", actor=actor, at=NOON))
