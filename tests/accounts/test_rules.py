"""User names, the order of people, how far a role reaches: without a database."""

import pytest

from kheo.accounts.rules import (
    USERNAME,
    found_by,
    is_usually_own_only,
    name_order,
    proposed_username,
)
from kheo.accounts.wording import ALLOWS, ROLE_NAMES
from kheo.core.access import Capability, Role


@pytest.mark.parametrize(
    ("name", "username"),
    [
        ("Nông Thị Lan", "lannt"),
        ("Đặng Đức Ý", "ydd"),
        ("  Y   Moan Êban ", "ebanym"),
        ("Lan", "lan"),
        ("???", "can-bo"),
    ],
)
def test_a_user_name_is_the_given_name_and_the_other_initials(name, username):
    assert proposed_username(name) == username


def test_a_taken_user_name_is_counted_on():
    assert proposed_username("Nông Thị Lan", {"lannt", "lannt2"}) == "lannt3"


def test_the_longest_name_still_gives_a_user_name_that_fits():
    taken = {proposed_username("Ă" * 300)}

    assert USERNAME.fullmatch(proposed_username("Ă" * 300, taken))


def test_people_stand_by_their_given_names():
    names = ["Nguyễn Văn Đức", "Lê An", "Trần Ánh", "Bùi Dũng", "Vi Văn An"]

    assert sorted(names, key=name_order) == [
        *("Lê An", "Vi Văn An", "Trần Ánh", "Bùi Dũng", "Nguyễn Văn Đức")
    ]


def test_a_search_finds_title_and_user_name_too():
    assert found_by("Nông Thị Lan", "Bí thư", "lannt") == "nong thi lan bi thu lannt"


def test_a_clerk_usually_works_for_one_body_and_a_focal_point_for_all_below():
    assert is_usually_own_only(Role.CLERK)
    assert not is_usually_own_only(Role.FOCAL_POINT)


def test_every_role_and_every_capability_has_its_words():
    assert set(ROLE_NAMES) == set(Role)
    assert set(ALLOWS) == set(Capability)
