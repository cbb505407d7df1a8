from datetime import date

import pytest
from django import forms
from django.utils.translation import override

from kheo.core.forms import DayInput, day_in


class OneDay(forms.Form):
    on = forms.DateField(widget=DayInput)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    "typed", ["07/08/2026", "7/8/2026", "2026-08-07", "7.8.2026", "07082026"]
)
def test_the_day_comes_first_in_both_languages(language, typed):
    with override(language):
        assert day_in(typed) == date(2026, 8, 7)


@pytest.mark.parametrize("typed", ["", "31/02/2026", "13/13/2026", "x", "9" * 500])
def test_what_is_no_day_is_none(typed):
    assert day_in(typed) is None


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_day_is_shown_as_it_is_typed(language):
    with override(language):
        shown = str(OneDay(initial={"on": date(2026, 8, 7)})["on"])

    assert 'value="07/08/2026"' in shown
    assert 'type="text"' in shown
