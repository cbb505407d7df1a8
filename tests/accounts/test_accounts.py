"""People, grants, invitations, and the actors made from them."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from kheo.accounts import services
from kheo.accounts.models import Invitation, Site, User
from kheo.accounts.queries import actor_of, sample_accounts
from kheo.core.access import ROLE_CAPABILITIES, SYSTEM, Actor, Capability, Role
from kheo.core.errors import Conflict, NotAllowed, RuleBroken
from kheo.organisations.services import apply_plan, parse_plan
from tests.village import NOON, SATURDAY, make_user, make_village

pytestmark = pytest.mark.django_db
SINCE = date(2021, 1, 1)
EDIT = Capability.EDIT_REPORTS


def grant(user, role, body, **said):
    return services.grant_role(
        user,
        role,
        organisation=body,
        actor=SYSTEM,
        at=NOON,
        valid_from=SINCE,
        **said,
    )


def codes(village, ids):
    return {code for code, body in village.bodies.items() if body.pk in ids}


def test_a_grant_reaches_below_and_own_only_does_not():
    village = make_village()
    wide, narrow = make_user("wide"), make_user("narrow")
    grant(wide, Role.CLERK, village["khoi"])
    grant(narrow, Role.CLERK, village["khoi"], own_only=True)

    reach = actor_of(wide, SATURDAY).bodies(EDIT)
    own = actor_of(narrow, SATURDAY).bodies(EDIT)

    assert codes(village, reach) == {"khoi", "cell-a", "cell-b"}
    assert codes(village, own) == {"khoi"}


def test_an_actor_holds_exactly_what_the_role_says():
    village = make_village()
    user = make_user()
    grant(user, Role.FOCAL_POINT, village["khoi"])

    actor = actor_of(user, SATURDAY)

    held = {c for c in Capability if actor.can(c, village["cell-a"])}
    assert held == ROLE_CAPABILITIES[Role.FOCAL_POINT]
    assert not any(actor.can(c, village["cell-h"]) for c in Capability)


def test_a_grant_has_its_time():
    village = make_village()
    user = make_user()
    given = grant(user, Role.CLERK, village["cell-a"])
    services.end_grant(given, on=SATURDAY, actor=SYSTEM, at=NOON)

    before = actor_of(user, SATURDAY - timedelta(days=1))
    after = actor_of(user, SATURDAY)

    assert before.can(EDIT, village["cell-a"])
    assert not after.can(EDIT, village["cell-a"])


def test_a_grant_follows_its_body_into_its_successor():
    village = make_village()
    user = make_user()
    grant(user, Role.CLERK, village["cell-a"], own_only=True)
    plan = (
        "code: join\ntitle: x\non: 2024-06-01\nbasis: x\nsteps:\n"
        "  - {do: merge, bodies: [cell-a], into: cell-b}\n"
    )
    apply_plan(parse_plan(plan), actor=SYSTEM, at=NOON)

    actor = actor_of(user, date(2024, 7, 1))

    assert actor.can(EDIT, village["cell-b"])
    assert not actor.can(EDIT, village["cell-a"])
    assert actor.can(Capability.VIEW_REPORTS, village["cell-a"])


def test_a_closed_account_holds_nothing():
    village = make_village()
    user = make_user(is_active=False)
    grant(user, Role.CLERK, village["cell-a"])

    assert actor_of(user, SATURDAY).writable == {}


def test_an_administrator_of_accounts_does_not_see_content():
    village = make_village()
    user = make_user()
    grant(user, Role.ADMINISTRATOR, None)

    actor = actor_of(user, SATURDAY)

    assert actor.holds(Capability.MANAGE_PEOPLE)
    assert not actor.can(Capability.VIEW_REPORTS, village["tu"])


def test_only_an_administrator_makes_accounts():
    stranger = Actor(user_id=1)

    with pytest.raises(NotAllowed):
        services.add_user(username="x", name="X", actor=stranger, at=NOON)

    assert not User.objects.exists()


def test_user_names_are_unique_whatever_their_case():
    services.add_user(username="An", name="An", actor=SYSTEM, at=NOON)

    with pytest.raises(RuleBroken) as refusal:
        services.add_user(username="AN", name="Khác", actor=SYSTEM, at=NOON)

    assert refusal.value.field == "username"


def test_a_role_needs_its_body():
    with pytest.raises(RuleBroken):
        grant(make_user(), Role.CLERK, None)


def test_an_invitation_works_once_and_in_time():
    user = services.add_user(username="an", name="An", actor=SYSTEM, at=NOON)
    late = services.invite(user, actor=SYSTEM, at=NOON - timedelta(days=8))
    token = services.invite(user, actor=SYSTEM, at=NOON)

    services.accept_invitation(token, password="một câu của riêng tôi", at=NOON)

    user.refresh_from_db()
    assert user.check_password("một câu của riêng tôi")
    for used in (token, late, "bịa"):
        with pytest.raises(Conflict):
            services.accept_invitation(used, password="một câu khác nữa", at=NOON)
    assert token not in str(list(Invitation.objects.values_list("token_digest")))


def test_a_weak_password_leaves_the_invitation_open():
    user = services.add_user(username="an", name="An", actor=SYSTEM, at=NOON)
    token = services.invite(user, actor=SYSTEM, at=NOON)

    with pytest.raises(ValidationError):
        services.accept_invitation(token, password="123", at=NOON)

    assert services.invitation_for(token, at=NOON).user == user


def test_a_sample_is_refused_where_somebody_real_is():
    make_user()

    with pytest.raises(Conflict):
        services.open_site(is_sample=True, at=NOON)

    assert not Site.objects.exists()


def test_a_sample_site_takes_no_real_accounts():
    services.open_site(is_sample=True, at=NOON)

    with pytest.raises(Conflict):
        services.add_user(username="an", name="An", actor=SYSTEM, at=NOON)
    services.add_user(username="mau", name="Mẫu", actor=SYSTEM, at=NOON, is_sample=True)

    assert [user.username for user in sample_accounts()] == ["mau"]


def test_a_real_site_does_not_become_a_sample():
    services.open_site(is_sample=False, at=NOON)

    with pytest.raises(Conflict):
        services.open_site(is_sample=True, at=NOON)
