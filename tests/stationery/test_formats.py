from datetime import date
from itertools import pairwise

import pytest

from kheo.core.errors import RuleBroken
from kheo.stationery.formats import rule_set, rule_sets
from kheo.stationery.paper import Family


@pytest.mark.parametrize(
    ("family", "on", "code"),
    [
        (Family.PARTY, date(2018, 4, 3), "party-2018"),
        (Family.PARTY, date(2026, 5, 26), "party-2018"),
        (Family.PARTY, date(2026, 5, 27), "party-2026"),
        (Family.STATE, date(2025, 7, 1), "state-2020"),
        (Family.FRONT, date(2026, 10, 25), "front-2020"),
    ],
)
def test_each_day_has_its_rules(family, on, code):
    assert rule_set(family, on).code == code


def test_rules_of_a_family_follow_each_other_without_overlap():
    for family in Family:
        sets = [rules for rules in rule_sets() if rules.family is family]
        for earlier, later in pairwise(sets):
            assert earlier.valid_to == later.valid_from
        assert sets[-1].valid_to is None


def test_every_value_names_its_source():
    for rules in rule_sets():
        assert set(rules.sources) == set(type(rules.format).model_fields)
        assert all(rules.sources.values())


def test_rules_read_second_hand_are_unverified_throughout():
    unverified = {r.code for r in rule_sets() if r.unverified == frozenset(r.sources)}

    assert unverified == {"party-2026", "front-2020"}
    assert "line_pt" in rule_set(Family.PARTY, date(2025, 1, 1)).unverified


def test_a_day_before_all_rules_is_refused_with_the_first_day():
    with pytest.raises(RuleBroken, match="05/03/2020"):
        rule_set(Family.STATE, date(2020, 3, 4))
