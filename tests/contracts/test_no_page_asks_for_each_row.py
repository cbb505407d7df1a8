"""A list of three rows costs as many questions to the database as a list of one.

Programmes are added on their own page alone: the other pages ask for the rules in force
of each programme, of which a site has a few.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from importlib import resources

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kheo.accounts.models import User
from kheo.accounts.services import add_user, grant_role, invite
from kheo.core.access import SYSTEM, Role
from kheo.programmes.pack import load_pack
from kheo.programmes.services import load
from tests.contracts.test_access import addresses, patterns
from tests.organisations.make import make_body
from tests.reporting.make import make_report, send
from tests.village import (
    NOON,
    charge,
    hamlet,
    log,
    make_user,
    make_village,
    plan,
    roads,
)

pytestmark = pytest.mark.django_db
MONTH = {"programme": "s0", "year": "2024", "period": "m4", "at": "tu"}
DAYS = {"programme": "s0", "at": "tu", "from": "2024-03-01", "to": "2024-04-30"}
LISTS = {
    "workspace:home": {},
    "workspace:me": {},
    "accounts:people": {},
    "accounts:units": {"show": "all"},
    "organisations:list": {},
    "programmes:list": {},
    "assignments:list": {"programme": "s0", "on": "2024-03-31"},
    "activities:list": {},
    "activities:rotation": {},
    "activities:hosting": {"month": "2024-03"},
    "activities:room": {},
    "activities:calendar": {"body": "khoi", "year": "2024"},
    "activities:month_entry": {"month": "2024-03"},
    "activities:month_slips": {"month": "2024-03"},
    "activities:month_share": {"month": "2024-03"},
    "activities:feeds": {},
    "search:search": {"q": "don duong be tong chi bo"},
    "workspace:trail": {},
    "reporting:list": {},
    "reporting:desk": {"programme": "s0", "receiver": "khoi"},
    "reporting:summary": {"programme": "s0", "receiver": "khoi"},
    "insight:overview": MONTH,
    "insight:sent": MONTH,
    "insight:map": MONTH | {"measure": "roads"},
    "insight:board": MONTH,
    "insight:measure": DAYS | {"measure": "roads"},
    "insight:rows": DAYS | {"measure": "roads"},
}
"""Pages that list what a person may see, and what they are asked for here."""
OF_ONE = {
    "programmes:detail": ["s0"],
    "accounts:person": ["whoever looks"],
    "insight:place": ["vn-1"],
    "activities:host_month": ["xa-1", 2024, 3],
    "activities:host_confirm": ["xa-1", 2024, 3],
    "activities:calendar_year": ["khoi", 2024],
    "activities:calendar_month": ["khoi", 2024, 3],
    "activities:calendar_day": ["khoi", 2024, 3, 30],
    "reporting:consolidation": ["committee"],
}
"""Pages of one object that list what belongs to it."""
BARE = {
    *("programmes:detail", "reporting:consolidation", "reporting:summary"),
    *("activities:feeds", "activities:hosting", "activities:room"),
    *("activities:month_share", "activities:calendar_year", "insight:map"),
}
"""Pages that need not grow by what is added here; they must not ask more for it."""
OF_ROLES = ("workspace:me", "accounts:person")
"""Pages that list the roles of whoever looks."""
OTHERS = {
    *("accounts:sign_in", "accounts:sign_out", "set_language", "healthz", "readyz"),
    *("accounts:person_add", "accounts:bodies", "accounts:table"),
    "accounts:links_again",
    *("accounts:table_apply", "accounts:table_links", "accounts:table_template"),
    *("workspace:my_password", "workspace:sign_out_everywhere"),
    *("ledger:plan_new", "ledger:plan_apply", "activities:plan", "activities:codes"),
    *("assignments:add", "assignments:table", "assignments:table_import"),
    *("reporting:desk_accept", "reporting:desk_paper", "reporting:desk_workbook"),
}
"""Addresses without an object that show a form, take one, give a file or a sign."""


@dataclass
class Site:
    village: object
    report: object
    grown: int = 0

    def grow(self):
        """One more of everything that a list could show."""
        self.grown += 1
        code, village = f"unit-{self.grown}", self.village
        village.bodies[code] = make_body(
            code, village["khoi"], kind="cell", tier="province", on=date(2020, 1, 1)
        )
        charge(village, code, "vn-1")
        log(plan(village, code, partners=["cell-a"]), roads(100))
        plan(village, code)
        send(make_report(village, code, at=NOON), at=NOON)
        hamlet(village, name=f"Thôn {self.grown}")
        self.welcome(code)

    def welcome(self, code):
        """One more person with a role and a link."""
        user = add_user(username=code, name=f"Người {code}", actor=SYSTEM, at=NOON)
        give(user, Role.CLERK, self.village[code])
        invite(user, actor=SYSTEM, at=NOON)

    def add_role(self):
        """One more role, of another body, for whoever looks."""
        self.grown += 1
        code, village = f"own-{self.grown}", self.village
        village.bodies[code] = make_body(
            code, village["khoi"], kind="cell", tier="province", on=date(2020, 1, 1)
        )
        give(User.objects.get(username="an"), Role.CLERK, village[code])

    def add_programme(self):
        self.grown += 1
        code = f"programme-{self.grown}"
        text = (resources.files("kheo.programmes") / "packs" / "s0.yaml").read_text()
        pack = load_pack(text.replace("code: s0\n", f"code: {code}\n", 1), "s0.yaml")
        load(pack, actor=SYSTEM, at=NOON, home=self.village["tu"])


def give(user, role, body):
    since = date(2020, 1, 1)
    grant_role(user, role, organisation=body, actor=SYSTEM, at=NOON, valid_from=since)


@pytest.fixture
def site():
    with time_machine.travel(NOON, tick=False):
        village = make_village()
        report = make_report(village, "khoi", definition="committee-month", at=NOON)
        yield Site(village, report)


@pytest.fixture
def everyone(site, client):
    """A person with every role, so that every part of a page is shown."""
    user = make_user()
    for role in Role:
        give(user, role, None if role is Role.ADMINISTRATOR else site.village["tu"])
    client.force_login(user)
    return client


def cost(client, address, asked):
    """How many questions a page asks when all that is kept in memory is there."""
    client.get(address, asked)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address, asked)
    assert answer.status_code == 200, answer.status_code
    return queries.captured_queries, len(answer.content)


def address_of(site, name):
    objects = OF_ONE.get(name, [])
    keys = {
        "committee": site.report.pk,
        "whoever looks": User.objects.get(username="an").pk,
    }
    return reverse(name, args=[keys.get(one, one) for one in objects])


def asked_of(site, name):
    asked = dict(LISTS.get(name, {}))
    if "receiver" in asked:
        asked["receiver"] = site.village[asked["receiver"]].pk
    return asked


def costs(site, client, names):
    """The cost of each page, on one and the same site."""
    return {
        name: cost(client, address_of(site, name), asked_of(site, name))
        for name in names
    }


def compared(before, after):
    """What each page asks more for three rows than for one, and which did not grow."""
    more, bare = {}, set()
    for name, (one, small) in before.items():
        three, large = after[name]
        if len(three) != len(one):
            added = Counter(q["sql"] for q in three) - Counter(q["sql"] for q in one)
            more[name] = [len(one), len(three), *added]
        if large <= small:
            bare.add(name)
    return more, bare


def test_three_rows_ask_as_often_as_one(site, everyone):
    apart = {"programmes:list", *OF_ROLES}
    names = [name for name in (*LISTS, *OF_ONE) if name not in apart]
    site.grow()
    before = costs(site, everyone, names)
    site.grow()
    site.grow()

    more, bare = compared(before, costs(site, everyone, names))

    assert more == {}
    assert bare <= BARE, "these pages show nothing of what was added"


def test_three_roles_ask_as_often_as_one(site, everyone):
    site.add_role()
    before = costs(site, everyone, OF_ROLES)
    site.add_role()
    site.add_role()

    more, bare = compared(before, costs(site, everyone, OF_ROLES))

    assert (more, bare) == ({}, set())


def test_three_programmes_ask_as_often_as_one(site, everyone):
    site.add_programme()
    before = costs(site, everyone, ["programmes:list"])
    site.add_programme()
    site.add_programme()

    more, bare = compared(before, costs(site, everyone, ["programmes:list"]))

    assert more == {}
    assert bare == set(), "the page shows nothing of what was added"


def test_every_list_is_among_them():
    without_objects = {n for n, entry in patterns() if not entry.pattern.converters}

    assert without_objects - {*LISTS, *OTHERS} == set(), "a new page: list it above"
    assert {*LISTS, *OF_ONE, *OTHERS} <= set(addresses()), "a page that is gone"
