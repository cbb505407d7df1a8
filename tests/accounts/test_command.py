"""`kheo user`: what it prints, what it refuses, and with which exit code."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from kheo.accounts.models import Grant, Site, User
from kheo.accounts.services import open_site
from tests.accounts.make import WORDS, administrator
from tests.village import NOON, make_village

pytestmark = pytest.mark.django_db


def run(*words):
    out = StringIO()
    call_command("user", *words, stdout=out)
    return out.getvalue().strip()


def asked(*words):
    return json.loads(run(*words, "--json"))


def add(username="lan", *words):
    return run("add", username, "--name", "Nông Thị Lan", *words)


def test_an_account_begins_with_the_link_that_is_printed():
    link = add("lan", "--role", "administrator")

    said = {"password": WORDS, "again": WORDS}
    assert Client().post(link, said).status_code == 302
    assert Site.objects.get().is_sample is False


def test_json_says_until_when_a_link_holds():
    add("lan", "--role", "administrator")

    answer = asked("invite", "lan")

    assert set(answer) == {"username", "link", "until"}
    assert Client().get(answer["link"]).status_code == 200


def test_a_public_site_prints_the_whole_address(settings):
    settings.HTTPS, settings.ALLOWED_HOSTS = True, ["kheo.example.vn"]

    link = add("lan", "--role", "administrator")

    assert link.startswith("https://kheo.example.vn/accounts/invitation/")


def test_accounts_are_listed_with_roles_and_states():
    make_village()
    add("lan", "--role", "clerk", "--at", "cell-a", "--own-only")

    [found] = asked("list", "--state", "waiting", "--find", "nong lan")

    assert (found["username"], found["state"]) == ("lan", "waiting")
    [role] = found["roles"]
    assert (role["role"], role["body"], role["own_only"]) == ("clerk", "cell-a", True)
    assert role["to"] is None
    assert asked("list", "--state", "closed") == []


def test_a_role_is_ended_and_an_account_closed_and_opened():
    make_village()
    add("lan", "--role", "clerk", "--at", "cell-a")

    ended = asked(
        "end", "lan", "--role", "clerk", "--at", "cell-a", "--on", "2030-02-01"
    )
    closed = asked("deactivate", "lan")
    opened = asked("reactivate", "lan")

    assert ended == {"username": "lan", "ended": 1, "on": "2030-02-01"}
    assert Grant.objects.get().valid_to.isoformat() == "2030-02-01"
    assert (closed["state"], opened["state"]) == ("closed", "expired")


@pytest.mark.parametrize(
    "words",
    [
        ("add", "lan", "--name", "Lan", "--role", "clerk"),
        ("add", "lan", "--name", "Lan", "--role", "clerk", "--at", "nowhere"),
        ("add", "lan", "--name", "Lan", "--role", "administrator", "--at", "tu"),
        ("add", "lan", "--name", "Lan", "--role", "clerk", "--at", "tu", "--tree", "x"),
        ("add", "quan-tri", "--name", "Lan", "--role", "administrator"),
        ("invite", "nobody"),
        ("end", "quan-tri", "--role", "administrator"),
        ("end", "quan-tri", "--role", "clerk"),
        ("deactivate", "quan-tri"),
    ],
)
def test_a_refusal_is_a_sentence_with_exit_code_one_and_changes_nothing(words):
    make_village()
    administrator()

    with pytest.raises(CommandError) as refusal:
        run(*words)

    assert refusal.value.returncode == 1
    assert str(refusal.value).endswith(".")
    assert [user.is_active for user in User.objects.all()] == [True]
    assert Grant.objects.count() == 1


def test_on_a_sample_site_the_added_are_sample_people():
    open_site(is_sample=True, at=NOON)

    add("lan", "--role", "administrator")

    assert User.objects.get().is_sample
