"""Accounts made, corrected, closed, reopened; roles given and ended; who may do it."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from axes.models import AccessAttempt
from django.core.exceptions import ValidationError

from kheo.accounts import services
from kheo.accounts.models import Grant, Invitation, User
from kheo.accounts.queries import (
    account_of,
    actor_of,
    administrators_on,
    bodies_named,
    found_people,
    keeping_of,
    people_on_page,
    told_of,
)
from kheo.accounts.queries.people import AccountState, Wanted
from kheo.audit.queries import history_of
from kheo.core.access import SYSTEM, Capability, Role
from kheo.core.errors import Conflict, NotAllowed, RuleBroken
from kheo.core.periods import OPEN_END
from kheo.organisations.services import apply_plan, parse_plan
from tests.accounts.make import SINCE, WORDS, acting, administrator
from tests.village import NOON, make_user, make_village

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


def whole():
    return keeping_of(SYSTEM, TODAY)


def grant(user, role, body, *, actor=SYSTEM, since=SINCE, **said):
    return services.grant_role(
        user, role, organisation=body, actor=actor, at=NOON, valid_from=since, **said
    )


def add(village, *, actor=SYSTEM, client_id=None, **said):
    values = {
        "name": "Nông Thị Lan",
        "title": "",
        "username": "",
        "role": Role.CLERK,
        "organisation": village["cell-a"],
        "tree": "party",
        "own_only": True,
        "valid_from": SINCE,
    }
    return services.add_person(
        client_id=client_id or uuid4(), actor=actor, at=NOON, **(values | said)
    )


def verbs(user):
    return [entry.verb for entry in history_of(user)]


# Somebody new


def test_somebody_new_has_an_account_a_role_and_a_link_in_one():
    village = make_village()

    joined = add(village)

    assert joined.user.username == "lannt"
    assert services.invitation_for(joined.token, at=NOON).user == joined.user
    assert actor_of(joined.user, TODAY).can(Capability.EDIT_REPORTS, village["cell-a"])
    assert verbs(joined.user) == ["user.add", "user.grant", "user.invite"]


def test_two_of_one_name_get_two_user_names():
    village = make_village()

    assert [add(village).user.username for _one in range(3)] == [
        *("lannt", "lannt2", "lannt3")
    ]


def test_the_same_form_twice_makes_one_account():
    village, form = make_village(), uuid4()
    first = add(village, client_id=form)

    again = add(village, client_id=form)

    assert (again.user, again.token) == (first.user, "")
    assert User.objects.count() == 1


def test_a_refused_role_leaves_no_account_behind():
    village = make_village()

    with pytest.raises(RuleBroken):
        add(village, organisation=None)

    assert not User.objects.exists()


@pytest.mark.parametrize("username", ["Nông", "a b", "x" * 61, "<b>"])
def test_a_user_name_that_cannot_be_typed_everywhere_is_refused(username):
    with pytest.raises(RuleBroken) as refusal:
        services.add_user(username=username, name="X", actor=SYSTEM, at=NOON)

    assert refusal.value.field == "username"
    assert not User.objects.exists()


def test_nobody_but_an_administrator_changes_anything():
    village = make_village()
    user = make_user()
    given = grant(user, Role.CLERK, village["cell-a"])
    clerk = acting(user)
    attempts = [
        lambda: services.change_person(user, name="X", title="", actor=clerk, at=NOON),
        lambda: grant(user, Role.SPECIALIST, village["tu"], actor=clerk),
        lambda: services.end_grant(given, on=TODAY, actor=clerk, at=NOON),
        lambda: services.invite(user, actor=clerk, at=NOON),
        lambda: services.deactivate(user, actor=clerk, at=NOON),
        lambda: services.reactivate(user, actor=clerk, at=NOON),
        lambda: services.unlock(user, actor=clerk, at=NOON),
        lambda: services.add_all([], actor=clerk, at=NOON),
        lambda: add(village, actor=clerk),
    ]

    for attempt in attempts:
        with pytest.raises(NotAllowed):
            attempt()

    user.refresh_from_db()
    assert (user.name, user.is_active, User.objects.count()) == ("an", True, 1)
    assert list(Grant.objects.values_list("pk", "valid_to")) == [(given.pk, OPEN_END)]
    assert not Invitation.objects.exists()


def test_an_administrator_bound_to_a_body_would_be_none():
    village = make_village()

    with pytest.raises(RuleBroken) as refusal:
        grant(make_user(), Role.ADMINISTRATOR, village["tu"])

    assert refusal.value.field == "organisation"
    assert not Grant.objects.exists()


def test_a_correction_is_found_by_search_and_says_what_changed():
    user = services.add_user(username="lan", name="Nông Lan", actor=SYSTEM, at=NOON)

    services.change_person(
        user, name="Nông Thị Lan", title="Bí thư", actor=SYSTEM, at=NOON
    )
    services.change_person(
        user, name="Nông Thị Lan", title="Bí thư", actor=SYSTEM, at=NOON
    )

    assert list(found_people(keeping=whole(), at=NOON, q="thi lan bi thu")) == [user]
    assert verbs(user) == ["user.add", "user.change"]
    assert history_of(user).last().data == {"fields": ["name", "title"]}


def test_a_name_of_spaces_is_refused():
    user = make_user()

    with pytest.raises(RuleBroken) as refusal:
        services.change_person(user, name=" ", title="", actor=SYSTEM, at=NOON)

    user.refresh_from_db()
    assert (refusal.value.field, user.name) == ("name", "an")


# Roles


def test_the_same_role_again_is_the_one_that_there_is():
    village = make_village()
    user = make_user()
    first = grant(user, Role.CLERK, village["cell-a"])

    again = grant(user, Role.CLERK, village["cell-a"], since=TODAY)

    assert again == first
    assert verbs(user) == ["user.grant"]


def test_a_role_ended_by_hand_does_not_come_back_by_the_old_table():
    village = make_village()
    user = make_user()
    first = grant(user, Role.CLERK, village["cell-a"])
    services.end_grant(first, on=TODAY, actor=SYSTEM, at=NOON)

    with pytest.raises(RuleBroken) as refusal:
        grant(user, Role.CLERK, village["cell-a"])

    assert refusal.value.field == "valid_from"
    assert "đến hết 30/03/2024" in refusal.value.message
    assert Grant.objects.count() == 1
    later = grant(user, Role.CLERK, village["cell-a"], since=TODAY)
    assert later != first


def test_a_role_does_not_end_before_it_begins():
    village = make_village()

    with pytest.raises(RuleBroken):
        grant(make_user(), Role.CLERK, village["cell-a"], valid_to=SINCE)

    assert not Grant.objects.exists()


def test_a_role_is_told_in_whole_sentences():
    village = make_village()
    user = make_user()
    grant(user, Role.SPECIALIST, village["ban"], since=date(2025, 7, 1))
    grant(
        user,
        Role.CLERK,
        village["cell-a"],
        own_only=True,
        valid_to=date(2024, 7, 1),
    )

    old, new = told_of(user.grants.all(), TODAY)

    assert old.sentence == (
        "Cán bộ tổng hợp tại Chi bộ A, riêng cấp này, từ 01/01/2020 đến hết 30/06/2024."
    )
    assert new.sentence == (
        "Chuyên viên tại Ban Dân vận, cùng các cấp dưới, từ 01/07/2025."
    )
    assert (old.is_held, new.is_to_come) == (True, True)


def test_a_role_at_an_ended_body_says_where_it_holds_today():
    village = make_village()
    user = make_user()
    grant(user, Role.CLERK, village["cell-a"], own_only=True)
    plan = (
        "code: join\ntitle: x\non: 2024-06-01\nbasis: x\nsteps:\n"
        "  - {do: merge, bodies: [cell-a], into: cell-b}\n"
    )
    apply_plan(parse_plan(plan), actor=SYSTEM, at=NOON)

    [told] = told_of(user.grants.all(), date(2024, 7, 1))

    assert (told.body, told.now) == ("Chi bộ A", "Chi bộ B")


# The administrator of the system is not one of its content


def test_while_there_are_two_nobody_gives_himself_a_role_over_content():
    village = make_village()
    first, second = administrator(), administrator("thu-hai")

    with pytest.raises(NotAllowed):
        grant(first, Role.SPECIALIST, village["tu"], actor=acting(first))

    assert Grant.objects.filter(role=Role.SPECIALIST).count() == 0
    grant(first, Role.SPECIALIST, village["tu"], actor=acting(second))
    assert actor_of(first, TODAY).can(Capability.VIEW_REPORTS, village["tu"])


def test_a_lone_administrator_may_and_the_trail_says_so():
    village = make_village()
    alone = administrator()
    administrator("chua-vao", password="!")

    grant(alone, Role.SPECIALIST, village["tu"], actor=acting(alone))

    assert history_of(alone).last().data["self"] is True


def test_the_last_administrator_can_be_neither_closed_nor_stripped():
    alone = administrator()
    administrator("chua-vao", password="!")
    role = alone.grants.get()

    for attempt in (
        lambda: services.deactivate(alone, actor=acting(alone), at=NOON),
        lambda: services.end_grant(role, on=TODAY, actor=acting(alone), at=NOON),
        lambda: services.end_grant(
            role, on=TODAY - timedelta(days=9), actor=acting(alone), at=NOON
        ),
    ):
        with pytest.raises(Conflict):
            attempt()

    alone.refresh_from_db()
    role.refresh_from_db()
    assert alone.is_active
    assert role.valid_to == OPEN_END


def test_one_of_two_administrators_may_go():
    first, second = administrator(), administrator("thu-hai")

    services.deactivate(first, actor=acting(first), at=NOON)

    assert list(administrators_on(TODAY)) == [second]


# Closing, reopening, links, locks


def test_a_closed_account_keeps_its_roles_and_loses_its_links():
    village = make_village()
    joined = add(village)

    services.deactivate(joined.user, actor=SYSTEM, at=NOON)
    services.deactivate(joined.user, actor=SYSTEM, at=NOON)

    with pytest.raises(Conflict):
        services.invitation_for(joined.token, at=NOON)
    with pytest.raises(Conflict):
        services.invite(joined.user, actor=SYSTEM, at=NOON)
    services.reactivate(joined.user, actor=SYSTEM, at=NOON)
    with pytest.raises(Conflict):
        services.invitation_for(joined.token, at=NOON)
    assert joined.user.grants.count() == 1
    assert verbs(joined.user)[3:] == ["user.deactivate", "user.reactivate"]


def test_a_new_link_kills_the_old_one():
    user = make_user()
    old = services.invite(user, actor=SYSTEM, at=NOON)

    new = services.invite(user, actor=SYSTEM, at=NOON)

    with pytest.raises(Conflict):
        services.accept_invitation(old, password=WORDS, at=NOON)
    assert services.accept_invitation(new, password=WORDS, at=NOON) == user


def locked(user):
    AccessAttempt.objects.create(
        username=user.username, ip_address="10.0.0.1", failures_since_start=8
    )
    AccessAttempt.objects.update(attempt_time=NOON)


def test_who_is_locked_out_is_seen_and_let_in_again():
    user = make_user()
    locked(user)
    assert account_of(user, at=NOON).state == AccountState.LOCKED
    later = NOON + timedelta(minutes=16)
    assert account_of(user, at=later).state == AccountState.OPEN

    assert services.unlock(user, actor=SYSTEM, at=NOON)

    assert account_of(user, at=NOON).state == AccountState.OPEN
    assert not services.unlock(user, actor=SYSTEM, at=NOON)
    assert verbs(user) == ["user.unlock"]


def test_a_new_password_by_a_link_lifts_the_lock():
    user = make_user()
    token = services.invite(user, actor=SYSTEM, at=NOON)
    locked(user)

    services.accept_invitation(token, password=WORDS, at=NOON)

    assert account_of(user, at=NOON).state == AccountState.OPEN


def test_the_state_of_an_account_follows_its_link():
    user = services.add_user(username="lan", name="Lan", actor=SYSTEM, at=NOON)
    states = [account_of(user, at=NOON).state]
    token = services.invite(user, actor=SYSTEM, at=NOON)
    states.append(account_of(user, at=NOON).state)
    states.append(account_of(user, at=NOON + timedelta(days=8)).state)
    services.accept_invitation(token, password=WORDS, at=NOON)
    states.append(account_of(user, at=NOON).state)
    services.deactivate(user, actor=SYSTEM, at=NOON)
    states.append(account_of(user, at=NOON).state)

    assert states == ["expired", "waiting", "expired", "open", "closed"]


# One's own password


def test_a_password_is_changed_by_whoever_knows_the_old_one():
    user = make_user()
    user.set_password(WORDS)
    user.save()
    oneself = actor_of(user, TODAY)

    with pytest.raises(RuleBroken) as refusal:
        services.change_password(
            user, old="sai", password="câu mới của tôi", actor=oneself, at=NOON
        )
    with pytest.raises(ValidationError):
        services.change_password(
            user, old=WORDS, password="123", actor=oneself, at=NOON
        )
    with pytest.raises(NotAllowed):
        services.change_password(
            user, old=WORDS, password="câu mới của tôi", actor=SYSTEM, at=NOON
        )

    user.refresh_from_db()
    assert (refusal.value.field, user.check_password(WORDS)) == ("old", True)
    services.change_password(
        user, old=WORDS, password="câu mới của tôi", actor=oneself, at=NOON
    )
    assert user.check_password("câu mới của tôi")
    assert verbs(user) == ["user.password"]


def test_a_password_like_the_own_name_is_refused():
    user = make_user(name="Nông Thị Lan Anh")
    token = services.invite(user, actor=SYSTEM, at=NOON)

    with pytest.raises(ValidationError):
        services.accept_invitation(token, password="nông thị lan anh", at=NOON)


# Finding people and bodies


def usernames(**asked):
    found = found_people(keeping=whole(), at=NOON, **asked)
    return {user.username for user in found}


def test_people_are_found_without_marks_by_name_user_name_and_body():
    village = make_village()
    add(village)
    add(village, name="Đặng Văn Hoà", username="hoa", organisation=village["huyen"])

    assert usernames(q="nong lan") == {"lannt"}
    assert usernames(q="HOA") == {"hoa"}
    assert usernames(q="chi bo a") == {"lannt"}
    assert usernames(q="huyen uy") == {"hoa"}
    assert usernames(q="%_'\"<") == set()


def test_people_are_narrowed_by_role_and_account():
    village = make_village()
    waiting = add(village).user
    old = add(village, username="cu").user
    Invitation.objects.filter(user=old).update(expires_at=NOON)
    closed = add(village, username="dong").user
    services.deactivate(closed, actor=SYSTEM, at=NOON)
    make_user("vao", last_login=NOON)
    administrator()

    assert usernames() == {"lannt", "cu", "vao", "quan-tri"}
    assert usernames(state=Wanted.WAITING) == {waiting.username}
    assert usernames(state=Wanted.EXPIRED) == {"cu"}
    assert usernames(state=Wanted.CLOSED) == {"dong"}
    assert usernames(state=Wanted.NEVER) == {"lannt", "cu", "quan-tri"}
    assert usernames(state=Wanted.ROLELESS) == {"vao"}
    assert usernames(role="administrator") == {"quan-tri"}
    assert len(usernames(state=Wanted.ALL)) == 5


def test_an_ended_role_no_longer_stands_in_the_list():
    village = make_village()
    joined = add(village)
    services.end_grant(joined.user.grants.get(), on=TODAY, actor=SYSTEM, at=NOON)

    found = list(found_people(keeping=whole(), at=NOON))
    [line] = people_on_page(found, keeping=whole(), at=NOON)

    assert line.roles == []
    assert usernames(q="chi bo a") == set()


@pytest.mark.parametrize("text", ["cell-a", "Chi bộ A", "chi bo a", "x · cell-a"])
def test_one_body_is_meant_by_its_code_or_its_whole_name(text):
    village = make_village()

    assert bodies_named(text, TODAY).the_one.organisation == village["cell-a"]


def test_a_part_of_a_name_offers_what_fits():
    make_village()

    found = bodies_named("chi bo", TODAY)

    assert {one.name for one in found.found} == {"Chi bộ A", "Chi bộ B", "Chi bộ H"}
    assert found.the_one is None


def test_an_ended_body_is_explained():
    make_village()
    plan = (
        "code: join\ntitle: x\non: 2024-06-01\nbasis: x\nsteps:\n"
        "  - {do: merge, bodies: [cell-a], into: cell-b}\n"
    )
    apply_plan(parse_plan(plan), actor=SYSTEM, at=NOON)

    found = bodies_named("Chi bộ A", date(2024, 7, 1))

    assert found.found == ()
    assert "31/05/2024" in found.absent
