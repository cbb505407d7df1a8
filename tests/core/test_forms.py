from datetime import date, time

import pytest
from django import forms
from django.utils.translation import override

from kheo.core.forms import DayField, DayInput, HourField, day_in


class OneDay(forms.Form):
    on = forms.DateField(widget=DayInput)


class OneHour(forms.Form):
    at = HourField(required=False)


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


@pytest.mark.parametrize(
    "typed",
    ["07/08/1899", "07/08/0026", "07/08/9999", "0001-01-01", "9999-12-31"],
)
def test_a_year_that_can_only_be_a_slip_is_refused(typed):
    assert day_in(typed) is None


@pytest.mark.parametrize(
    "typed", ["\u00a007/08/2026", "07/08/2026\u200b", "\ufeff2026-08-07 "], ids=ascii
)
def test_a_pasted_day_may_carry_signs_that_nobody_sees(typed):
    assert DayField().clean(typed) == date(2026, 8, 7)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_day_is_shown_as_it_is_typed(language):
    with override(language):
        shown = str(OneDay(initial={"on": date(2026, 8, 7)})["on"])

    assert 'value="07/08/2026"' in shown
    assert 'type="text"' in shown


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    "typed",
    [
        *("7:30", "07:30", "7h30", "7H30", "7.30", "7,30", "7 giờ 30"),
        *("730", "0730", " 7g30 ", "7h30p", "07:30:00"),
    ],
)
def test_an_hour_is_read_as_people_write_it(language, typed):
    with override(language):
        form = OneHour({"at": typed})

        assert form.is_valid(), form.errors
        assert form.cleaned_data["at"] == time(7, 30)


@pytest.mark.parametrize(
    ("typed", "hour"),
    [("7", time(7)), ("14h", time(14)), ("14", time(14)), ("123", time(1, 23))],
)
def test_an_hour_without_minutes_is_full(typed, hour):
    form = OneHour({"at": typed})

    assert form.is_valid(), form.errors
    assert form.cleaned_data["at"] == hour


@pytest.mark.parametrize("typed", ["24:00", "7:60", "7:3x", "2:30 pm", "9999", "-1"])
def test_what_is_no_hour_is_refused_with_an_example(typed):
    form = OneHour({"at": typed})

    assert not form.is_valid()
    assert "14:30" in form.errors["at"][0]
    assert f'value="{typed}"' in str(form["at"])


@pytest.mark.parametrize("language", ["vi", "en"])
def test_an_hour_is_shown_on_the_clock_of_24_hours(language):
    with override(language):
        shown = str(OneHour(initial={"at": time(14, 5)})["at"])

    assert 'value="14:05"' in shown
    assert 'type="text"' in shown


@pytest.mark.parametrize(
    ("sent", "shown"),
    [("2026-08-07", "07/08/2026"), ("2026-02-31", "2026-02-31"), ("7/8", "7/8")],
)
def test_a_day_that_a_link_named_is_shown_as_people_type_it(sent, shown):
    assert f'value="{shown}"' in str(OneDay({"on": sent})["on"])
