"""What a commune may type: its limits, and what it says of a month's visits."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from kheo.activities.models import Activity
from kheo.activities.queries.hosting import Visit, months_from
from kheo.activities.queries.stamps import state_stamp
from kheo.activities.services.hosting import REPLIES, Verdict
from kheo.activities.workflow import ActivityAction, ActivityState, Objection
from kheo.core.forms import DayField, DayInput
from kheo.core.periods import Period

LIMIT_MONTHS = 18
"""How far ahead a limit can be chosen."""

YES, NO, OTHER = "yes", "no", "other"
ANSWERS = [
    ("", _("not said yet")),
    (YES, _("took place")),
    (NO, Objection.NOT_HELD.label),
    (OTHER, Objection.OTHER_DAY.label),
]


class LimitForm(forms.Form):
    """How many visits the commune takes, from which month on, and why."""

    since = forms.TypedChoiceField(label=_("Month"), coerce=date.fromisoformat)
    is_only = forms.TypedChoiceField(
        label=_("Holds"),
        coerce=lambda value: value == "only",
        choices=[("on", _("from this month on")), ("only", _("in this month only"))],
    )
    most = forms.IntegerField(
        label=_("Visits a month at most"),
        required=False,
        min_value=0,
        max_value=999,
        help_text=_("Empty: no limit."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        help_text=_("Units read it when they plan, such as: harvest, elections."),
    )

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        months = months_from(day, LIMIT_MONTHS)
        field = self.fields["since"]
        field.choices = [(_start(m), _name(m)) for m in months]  # type: ignore[attr-defined]  # a choice field


def _start(month: Period) -> str:
    return month.interval.start.isoformat()


def _name(month: Period) -> str:
    return date_format(month.interval.start, "YEAR_MONTH_FORMAT")


class AnswersForm(forms.Form):
    """One answer to all the visits that were ticked; the service says what it needs."""

    action = forms.TypedChoiceField(
        coerce=ActivityAction, choices=[(one, one.label) for one in REPLIES]
    )
    offered_on = DayField(label=_("Another day"), required=False)
    note = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        help_text=_("The units read it."),
    )

    def clean(self) -> dict[str, Any]:
        """A reason typed and then Enter must not agree to what it argues against."""
        data = super().clean() or {}
        says_more = data.get("note") or data.get("offered_on")
        if data.get("action") is ActivityAction.AGREE and says_more:
            raise forms.ValidationError(
                _(
                    "You wrote a reason or another day: propose the other date or "
                    "decline, or empty both to agree."
                )
            )
        return data


class MonthForm(forms.Form):
    """One answer, another day and a remark for each visit that waits for a word.

    `rest` says at once that every visit without an answer took place.
    """

    rest = forms.BooleanField(
        label=_("All the visits that I have not marked took place"), required=False
    )

    def __init__(
        self, *args: Any, visits: Sequence[Visit], today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.visits = {one.activity.pk: one for one in visits if asks_for_word(one)}
        for pk, one in self.visits.items():
            title = f"{one.activity.title}, {one.lead}"
            self._add(pk, "seen", _seen(one.activity))
            self._add(pk, "answer", _answer())
            self._add(pk, "day", _other_day(title))
            self._add(pk, "remark", _remark(title))
            self._fill(pk, one.activity)

    def _add(self, pk: int, name: str, field: forms.Field) -> None:
        self.fields[f"{name}-{pk}"] = field

    def _fill(self, pk: int, activity: Activity) -> None:
        answers = {Objection.NOT_HELD: NO, Objection.OTHER_DAY: OTHER}
        if activity.state == ActivityState.DISPUTED and activity.objection:
            self.initial[f"answer-{pk}"] = answers[Objection(activity.objection)]
            self.initial[f"day-{pk}"] = activity.offered_on
            self.initial[f"remark-{pk}"] = activity.note

    def row(self, pk: int) -> list[forms.BoundField]:
        """The three inputs of one visit; none where nothing is asked."""
        names = ("answer", "day", "remark", "seen") if pk in self.visits else ()
        return [self[f"{name}-{pk}"] for name in names]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for pk, one in self.visits.items():
            if data.get(f"answer-{pk}") == OTHER:
                self._check_day(f"day-{pk}", data.get(f"day-{pk}"), one.activity)
        return data

    def _check_day(self, name: str, day: date | None, activity: Activity) -> None:
        if name in self.errors:
            return
        if day is None:
            self.add_error(name, _("Write the day on which it took place."))
        elif day == activity.on:
            self.add_error(name, _("This is the day of the log: choose another."))
        elif day > self.today:
            self.add_error(name, _("This day has not come yet."))

    def verdicts(self) -> list[Verdict]:
        """What was said; visits without a word are left out."""
        found = [self._verdict(pk, one) for pk, one in self.visits.items()]
        return [verdict for verdict in found if verdict is not None]

    def _verdict(self, pk: int, one: Visit) -> Verdict | None:
        answer = self.cleaned_data[f"answer-{pk}"]
        seen = self.cleaned_data[f"seen-{pk}"]
        if not answer and self.cleaned_data["rest"] and seen:
            answer = YES  # never for a visit that was logged after the page was opened
        if not answer:
            return None
        objections = {NO: Objection.NOT_HELD.value, OTHER: Objection.OTHER_DAY.value}
        return Verdict(
            activity=one.activity,
            took_place=answer == YES,
            objection=objections.get(answer, ""),
            other_day=self.cleaned_data[f"day-{pk}"] if answer == OTHER else None,
            remark=self.cleaned_data[f"remark-{pk}"].strip(),
            seen=seen,
        )


def asks_for_word(visit: Visit) -> bool:
    """Whether the commune is asked about the visit: done or disputed, not its own."""
    waits = (ActivityState.DONE, ActivityState.DISPUTED)
    return visit.activity.state in waits and not visit.is_own


def _seen(activity: Activity) -> forms.Field:
    return forms.CharField(
        required=False, widget=forms.HiddenInput, initial=state_stamp(activity)
    )


def _answer() -> forms.Field:
    return forms.ChoiceField(
        label=_("Did it take place?"),
        choices=ANSWERS,
        required=False,
        widget=forms.RadioSelect,
    )


def _other_day(title: str) -> forms.Field:
    label = _("Other day")
    return DayField(
        label=label,
        required=False,
        widget=DayInput(attrs={"aria-label": f"{label}: {title}"}),
    )


def _remark(title: str) -> forms.Field:
    label = _("Remark")
    return forms.CharField(
        label=label,
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"aria-label": f"{label}: {title}"}),
    )
