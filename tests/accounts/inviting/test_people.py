"""Whose account may be looked after; links; what is found."""

from datetime import date, timedelta

import pytest

from kheo.accounts import services
from kheo.accounts.models import Invitation
from kheo.accounts.queries import found_people, keeping_of
from kheo.accounts.queries.people import Wanted
from kheo.accounts.queries.units import without_reporter
from kheo.audit.queries import history_of
from kheo.core.access import SYSTEM, Capability, Role
from kheo.core.errors import Conflict
from kheo.organisations.services import apply_plan, parse_plan
from tests.accounts.inviting.make import (
    PLAN,
    TODAY,
    add,
    grant,
    holder,
    names_kept,
    names_seen,
    refused,
)
from tests.accounts.make import WORDS, acting, administrator
from tests.village import NOON, make_user

pytestmark = pytest.mark.django_db


# Whose account it is


def test_only_the_people_below_are_seen_and_kept(focal, below, beside, shared, village):
    administrator()
    make_user("roleless")

    assert names_seen(focal) == {"Lan Dưới", "Mai Chung"}
    assert names_kept(focal) == {"Lan Dưới"}


@pytest.mark.parametrize("of", ["beside", "shared"])
def test_no_link_role_or_name_for_who_reaches_beyond(request, focal, village, of):
    user, actor = request.getfixturevalue(of), acting(focal)

    refused(lambda: services.invite(user, actor=actor, at=NOON))
    refused(lambda: grant(user, Role.CLERK, village["cell-b"], actor=actor))
    refused(
        lambda: services.change_person(user, name="X", title="", actor=actor, at=NOON)
    )


def test_an_administrator_with_a_role_below_is_not_taken_over(focal, village):
    keeper = administrator()
    grant(keeper, Role.CLERK, village["cell-a"], own_only=True)

    refused(lambda: services.invite(keeper, actor=acting(focal), at=NOON))
    assert names_kept(focal) == set()


def test_a_role_to_come_elsewhere_counts_already(focal, below, village):
    grant(below, Role.CLERK, village["huyen"], since=TODAY + timedelta(days=9))

    refused(lambda: services.invite(below, actor=acting(focal), at=NOON))


def test_a_role_elsewhere_that_has_ended_no_longer_counts(focal, shared, village):
    old = shared.grants.get(organisation=village["cell-h"])
    services.end_grant(old, on=TODAY, actor=SYSTEM, at=NOON)

    assert services.invite(shared, actor=acting(focal), at=NOON)


def test_a_role_above_the_body_that_reaches_it_is_beyond(focal, village):
    user = holder(village, "cell-a", name="Quan Trên")
    grant(user, Role.OBSERVER, village["khoi"])

    refused(lambda: services.invite(user, actor=acting(focal), at=NOON))


def test_who_lost_the_last_role_below_can_be_given_another(focal, below, village):
    actor = acting(focal)
    services.end_grant(below.grants.get(), on=TODAY, actor=actor, at=NOON)
    assert names_kept(focal) == {"Lan Dưới"}

    grant(below, Role.CLERK, village["cell-b"], actor=actor, since=TODAY, own_only=True)

    assert acting(below).can(Capability.EDIT_REPORTS, village["cell-b"])


def test_who_lost_every_role_at_two_committees_is_nobodys_but_the_administrators(
    focal, shared
):
    for one in shared.grants.all():
        services.end_grant(one, on=TODAY, actor=SYSTEM, at=NOON)

    assert names_seen(focal) == set()


def test_a_role_below_is_ended_also_of_who_reaches_beyond_but_no_other(
    focal, shared, beside, village
):
    actor = acting(focal)
    inside = shared.grants.get(organisation=village["cell-a"])
    outside = shared.grants.get(organisation=village["cell-h"])

    refused(lambda: services.end_grant(outside, on=TODAY, actor=actor, at=NOON))
    refused(
        lambda: services.end_grant(beside.grants.get(), on=TODAY, actor=actor, at=NOON)
    )
    services.end_grant(inside, on=TODAY, actor=actor, at=NOON)

    inside.refresh_from_db()
    assert inside.valid_to == TODAY
    assert history_of(shared).last().actor == focal


def test_people_follow_their_body_into_and_out_of_the_reach(focal, village):
    merged = holder(village, "cell-b", name="Nhập Vào")
    moved = holder(village, "cell-a", name="Đi Khỏi")
    assert names_kept(focal) == {"Nhập Vào", "Đi Khỏi"}
    plan = (
        f"{PLAN}  - {{do: move, bodies: [cell-a], below: huyen}}\n"
        "  - {do: merge, bodies: [cell-b], into: cell-h}\n"
    )
    apply_plan(parse_plan(plan), actor=SYSTEM, at=NOON)
    district = make_user("huyen")
    grant(district, Role.FOCAL_POINT, village["huyen"])

    assert names_seen(focal) == set()
    assert names_kept(district) == {"Nhập Vào", "Đi Khỏi"}
    refused(lambda: services.invite(merged, actor=acting(focal), at=NOON))
    refused(lambda: services.invite(moved, actor=acting(focal), at=NOON))
    assert services.invite(merged, actor=acting(district), at=NOON)


def test_a_body_split_between_two_committees_is_neither_ones_alone(focal, village):
    user = holder(village, "cell-a", name="Chia Đôi")
    plan = (
        f"{PLAN}  - {{do: create, body: half, name: Nửa, kind: cell, tier: province,"
        " below: khoi}\n"
        "  - {do: split, body: cell-a, into: [{body: half}, {body: cell-h}]}\n"
    )
    apply_plan(parse_plan(plan), actor=SYSTEM, at=NOON)

    assert names_seen(focal) == set()
    refused(lambda: services.invite(user, actor=acting(focal), at=NOON))


# A link is a way in


def test_a_link_dies_when_its_person_is_given_a_role_beyond_the_inviter(focal, village):
    first = add(village, "cell-a", actor=acting(focal))
    second = add(village, "cell-a", actor=acting(focal), name="Mai")
    grant(second.user, Role.LEADER, village["cell-b"], own_only=True)

    grant(first.user, Role.SPECIALIST, village["tu"])

    with pytest.raises(Conflict):
        services.accept_invitation(first.token, password=WORDS, at=NOON)
    assert services.accept_invitation(second.token, password=WORDS, at=NOON)


def test_a_link_by_an_administrator_lives_on(village):
    keeper = administrator()
    joined = add(village, "cell-a", actor=acting(keeper))

    grant(joined.user, Role.SPECIALIST, village["tu"])

    assert services.accept_invitation(joined.token, password=WORDS, at=NOON)


def test_new_links_for_many_leave_out_who_is_not_kept(focal, beside, shared, village):
    mine = add(village, "cell-a", actor=acting(focal)).user
    for user in (beside, shared):
        user.set_unusable_password()
        user.save()
    before = Invitation.objects.exclude(user=mine).count()

    made = services.invite_again([mine, beside, shared], actor=acting(focal), at=NOON)

    assert [one.user for one in made] == [mine]
    assert Invitation.objects.exclude(user=mine).count() == before


# Finding


def test_search_and_counts_stay_inside(focal, below, beside, shared):
    keeping = keeping_of(acting(focal), TODAY)

    def names(**asked):
        return {one.name for one in found_people(keeping=keeping, at=NOON, **asked)}

    assert names() == {"Lan Dưới", "Mai Chung"}
    assert names(q="hoa") == set()
    assert names(q="cell-h") == set(), "not by a role that is not seen"
    assert names(role="clerk") == {"Lan Dưới", "Mai Chung"}
    assert names(state=Wanted.NEVER) == {"Lan Dưới"}, "how an account stands is private"
    assert names(state=Wanted.ALL) == {"Lan Dưới", "Mai Chung"}


def test_bodies_with_nobody_who_can_report(focal, below, village):
    leader = add(village, "cell-b", Role.LEADER, actor=SYSTEM).user
    keeping = keeping_of(acting(focal), TODAY)
    assert without_reporter(keeping) == {village["cell-b"].pk}

    grant(leader, Role.CLERK, village["cell-b"], own_only=True, since=date(2024, 5, 1))
    services.deactivate(below, actor=SYSTEM, at=NOON)

    assert without_reporter(keeping) == {village["cell-a"].pk}


def test_a_reporter_follows_the_body_into_its_successor(focal, below, village):
    plan = f"{PLAN}  - {{do: merge, bodies: [cell-a], into: cell-b}}\n"
    apply_plan(parse_plan(plan), actor=SYSTEM, at=NOON)

    assert without_reporter(keeping_of(acting(focal), TODAY)) == set()
