"""Whatever stands in an address is answered: a page, a refusal, or no such page."""

import re

import pytest

from kheo.core.access import SYSTEM
from kheo.core.calendar import _year
from kheo.programmes.services import load
from kheo.programmes.shipped import shipped_pack
from tests.contracts.test_access import ASKED, SOURCE, addresses
from tests.contracts.test_no_page_asks_for_each_row import (
    LISTS,
    OF_ONE,
    address_of,
    asked_of,
    everyone,
    site,
)
from tests.village import NOON

__all__ = ["everyone", "site"]
pytestmark = pytest.mark.django_db
BAD = {
    "superscript": "²",
    "nought": "0",
    "first day of all": "0001-01-01",
    "last day of all": "9999-12-31",
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_no_page_falls_over_what_is_asked(site, everyone, bad):
    for name in (*LISTS, *OF_ONE):
        asked = asked_of(site, name)
        questions = [{key: bad} for key in asked] or [dict.fromkeys(ASKED, bad)]
        for question in questions:
            answer = everyone.get(address_of(site, name), asked | question)
            assert answer.status_code < 500, (name, question)


@pytest.mark.parametrize("year", [0, 1, 9998, 9999, 10000, 10**30])
def test_no_year_in_an_address_breaks_its_page(site, everyone, year):
    for address in (
        f"/insight/board/c/s0/{year}/m3/tu/roads/",
        f"/activities/hosting/xa-1/{year}/3/",
        f"/activities/hosting/xa-1/{year}/3/confirm/",
        f"/activities/calendar/khoi/{year}/",
        f"/activities/calendar/khoi/{year}/3/",
        f"/activities/calendar/khoi/{year}/3/30/",
        f"/reports/begin/s0/unit-month/cell-a/{year}-03/",
    ):
        assert everyone.get(address).status_code in {200, 404}, address


@pytest.mark.parametrize("period", ["abcd", "9999-12", "stage", "٢٠٢٥-01", "²²²²-01"])
def test_a_period_that_cannot_be_reckons_no_thousand_years(site, everyone, period):
    load(shipped_pack("s0-continued"), actor=SYSTEM, at=NOON, home=site.village["tu"])
    known = _year.cache_info().currsize

    for place in ("begin", "desk/extend"):
        address = f"/reports/{place}/s0-continued/unit-month/cell-a/{period}/"
        assert everyone.get(address).status_code == 404

    assert _year.cache_info().currsize - known < 10


def test_numbers_of_addresses_are_read_in_one_way():
    """`isdigit` takes ², `isdecimal` digits without end: `int` breaks on both."""
    for path in [*SOURCE.glob("*/views.py"), *SOURCE.glob("*/views/*.py")]:
        text = path.read_text("utf-8")
        assert not re.search(r"\.is(digit|decimal|numeric)\(", text), (
            f"{path.name}: read it by `kheo.core.text.number_in`"
        )


@pytest.mark.parametrize("method", ["post", "put", "delete", "head", "options"])
def test_no_address_falls_over_the_wrong_method(site, everyone, method):
    signs_out = {"accounts:sign_out", "workspace:sign_out_everywhere"}
    pages = {name: address_of(site, name) for name in OF_ONE} | addresses()
    for name, address in pages.items():
        if name not in signs_out:
            assert getattr(everyone, method)(address).status_code < 500, name
