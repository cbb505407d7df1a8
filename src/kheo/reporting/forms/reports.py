"""The pages of one report, of the desk and of the receiver's own report."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django import forms
from django.forms.boundfield import BoundField
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from kheo.activities.rules import NotANumber, format_amount
from kheo.core.forms import DayField
from kheo.ledger.models import ClaimKind
from kheo.programmes.pack import Paragraph
from kheo.reporting.models import Remark, Settlement
from kheo.reporting.queries.consolidation import Excerpt
from kheo.reporting.queries.figures import Figure
from kheo.reporting.queries.typed import Typed, faults_of
from kheo.reporting.rules import signed_amount
from kheo.reporting.services.moves import RemarkAt
from kheo.reporting.templatetags.reports import said

NUMBER = {
    "inputmode": "decimal",
    "autocomplete": "off",
    "class": "number cell-input",
    "enterkeyhint": "next",
}
CHECKED = mark_safe(" checked")
WORDS_QUOTED = 40
"""Of a paragraph that somebody remarks on."""
WORDS = [
    ("", "—"),
    (ClaimKind.ZERO.value, _("0: it was counted, there was none")),
    (ClaimKind.NIL.value, _("nothing to report")),
    (ClaimKind.NOT_APPLICABLE.value, _("does not apply to us")),
]


class AmountField(forms.CharField):
    """A declared addition as people type it; becomes the measure's smallest units."""

    def __init__(self, *, decimals: int, **kwargs: Any) -> None:
        super().__init__(
            required=False, widget=forms.TextInput(attrs=dict(NUMBER)), **kwargs
        )
        self.decimals = decimals

    def to_python(self, value: Any) -> Any:
        try:
            return signed_amount(super().to_python(value) or "", self.decimals)
        except NotANumber as error:
            raise forms.ValidationError(self._sentence()) from error

    def _sentence(self) -> str:
        if self.decimals:
            return str(_("Write a number such as 1.234,5."))
        return str(_("Write a whole number such as 1.234."))


@dataclass(frozen=True, slots=True)
class CellRow:
    """One figure on the page: what is known and the fields that belong to it."""

    figure: Figure
    remarks: list[Remark]
    declared: BoundField | None = None
    said: BoundField | None = None
    reason: BoundField | None = None
    estimated: BoundField | None = None

    @property
    def has_more(self) -> bool:
        """Whether the rarely used fields stand open: to be looked at, or a note."""
        fields = (self.said, self.reason, self.estimated)
        has_note = self.reason is not None and bool(self.reason.value())
        return has_note or any(one is not None and one.errors for one in fields)


@dataclass(frozen=True, slots=True)
class ParagraphRow:
    rule: Paragraph
    text: BoundField
    remarks: list[Remark]


class DraftForm(forms.Form):
    """The whole draft on one page: a field for each figure, one for each paragraph.

    All errors come at once, each beside its field, and nothing typed is lost.
    """

    revision = forms.IntegerField(widget=forms.HiddenInput)
    is_nil = forms.BooleanField(
        label=_("For everything left blank: nothing to report"), required=False
    )

    def __init__(
        self,
        *args: Any,
        figures: Sequence[Figure],
        paragraphs: Sequence[Paragraph],
        texts: dict[str, str],
        remarks: Sequence[Remark],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.figures = {figure.key: figure for figure in figures}
        self.paragraphs = {paragraph.key: paragraph for paragraph in paragraphs}
        self.remarks = list(remarks)
        for figure in figures:
            if figure.cell.is_typed:
                self._add_cell(figure)
        for paragraph in paragraphs:
            self.fields[f"text-{paragraph.key}"] = forms.CharField(
                label=said(paragraph.title),
                help_text=said(paragraph.hint) if paragraph.hint else "",
                required=False,
                max_length=20_000,
                initial=texts.get(paragraph.key, ""),
                widget=forms.Textarea(attrs={"rows": 4}),
            )
        for remark in self.remarks:
            self.fields[f"answer-{remark.pk}"] = forms.CharField(
                label=_("What you did about it"), required=False, max_length=1000
            )

    def clean(self) -> dict[str, Any]:
        """Every rule about cells at once, not only the first that is broken."""
        data = super().clean() or {}
        for key, typed in self.cells().items():
            for fault in faults_of(self.figures[key].cell, typed):
                field = fault.field if fault.field in self.fields else None
                self.add_error(field, fault.message)
        return data

    def cells(self) -> dict[str, Typed]:
        """What was typed of each figure; call it on cleaned data."""
        return {
            key: Typed(
                declared=self.cleaned_data.get(f"declared-{key}"),
                said=self._word(key),
                reason=self.cleaned_data.get(f"reason-{key}", ""),
                is_estimated=self.cleaned_data.get(f"estimated-{key}", False),
            )
            for key, figure in self.figures.items()
            if figure.cell.is_typed and f"declared-{key}" not in self.errors
        }

    def texts(self) -> dict[str, str]:
        return {key: self.cleaned_data[f"text-{key}"] for key in self.paragraphs}

    def answers(self) -> dict[int, str]:
        """The remarks that were answered; the others stay open."""
        answers = {r.pk: self.cleaned_data[f"answer-{r.pk}"] for r in self.remarks}
        return {pk: answer for pk, answer in answers.items() if answer.strip()}

    def cell_rows(self) -> Iterator[CellRow]:
        for key, figure in self.figures.items():
            remarks = [one for one in self.remarks if one.cell_key == key]
            if not figure.cell.is_typed:
                yield CellRow(figure, remarks)
                continue
            yield CellRow(
                figure,
                remarks,
                declared=self[f"declared-{key}"],
                said=self[f"said-{key}"],
                reason=self[f"reason-{key}"],
                estimated=self[f"estimated-{key}"],
            )

    def paragraph_rows(self) -> Iterator[ParagraphRow]:
        for key, rule in self.paragraphs.items():
            remarks = [one for one in self.remarks if one.paragraph_key == key]
            yield ParagraphRow(rule, self[f"text-{key}"], remarks)

    def answer_fields(self) -> Iterator[tuple[Remark, BoundField]]:
        for remark in self.remarks:
            yield remark, self[f"answer-{remark.pk}"]

    def _word(self, key: str) -> ClaimKind | None:
        word = self.cleaned_data.get(f"said-{key}")
        return ClaimKind(word) if word else None

    def _add_cell(self, figure: Figure) -> None:
        key, cell = figure.key, figure.cell
        amount = figure.declared
        initial = "" if amount is None else format_amount(abs(amount), cell.decimals)
        if amount is not None and amount < 0:
            initial = f"-{initial}"
        self.fields[f"declared-{key}"] = AmountField(
            decimals=cell.decimals,
            label=f"{said(cell.name)} ({said(cell.unit)})",
            initial=initial,
        )
        self.fields[f"said-{key}"] = forms.ChoiceField(
            label=_("No figure?"), choices=WORDS, required=False, initial=figure.said
        )
        self.fields[f"reason-{key}"] = forms.CharField(
            label=_("Reason or note"),
            required=False,
            max_length=500,
            initial=figure.reason,
        )
        self.fields[f"estimated-{key}"] = forms.BooleanField(
            label=_("estimated figure"), required=False, initial=figure.is_estimated
        )


class NoteForm(forms.Form):
    """A step of the lifecycle; the note is asked where the step needs one."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    note = forms.CharField(
        label=_("Reason or remark"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ReturnForm(forms.Form):
    """What is to be corrected: in general, and beside a figure or a paragraph."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    note = forms.CharField(
        label=_("What is to be corrected"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self,
        *args: Any,
        cells: Sequence[tuple[str, str]],
        paragraphs: Sequence[tuple[str, str, str]],
        **kwargs: Any,
    ) -> None:
        """Of a paragraph also its text, which stands between its title and the remark."""
        super().__init__(*args, **kwargs)
        self.cell_keys = [key for key, _label in cells]
        self.paragraph_keys = [key for key, _label, _text in paragraphs]
        asked = [(f"cell-{key}", label, "") for key, label in cells]
        asked += [(f"paragraph-{key}", label, text) for key, label, text in paragraphs]
        for name, label, text in asked:
            self.fields[name] = forms.CharField(
                label=label,
                help_text=Truncator(text).words(WORDS_QUOTED),
                required=False,
                max_length=1000,
            )

    def remarks(self) -> list[RemarkAt]:
        data = self.cleaned_data
        cells = [RemarkAt(data[f"cell-{key}"], cell_key=key) for key in self.cell_keys]
        words = [
            RemarkAt(data[f"paragraph-{key}"], paragraph_key=key)
            for key in self.paragraph_keys
        ]
        return [remark for remark in (*cells, *words) if remark.text.strip()]


class ExtendForm(forms.Form):
    """More time, until when and why."""

    until = DayField(
        label=_("Until (last day included)"),
    )
    reason = forms.CharField(label=_("Reason"), max_length=500)


class IssueForm(forms.Form):
    """Number and date from the office's register, and the signed file."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    number = forms.CharField(
        label=_("Number and symbol"),
        max_length=60,
        help_text=_("As the office's register gave it, for example 15-BC/ĐU."),
    )
    issued_on = DayField(
        label=_("Date of issue"),
    )
    file = forms.FileField(
        label=_("Signed paper (PDF or scan)"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/*"}),
    )


class NumberForm(forms.Form):
    """Take the next number where the body numbers its papers in Khéo."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    on = DayField(
        label=_("Date of issue"),
    )


class SummaryNumberForm(forms.Form):
    """Number and day of a receiver's own report, as the office's register gave them."""

    number = forms.CharField(
        label=_("Number and symbol"),
        max_length=60,
        help_text=_("As the office's register gave it, for example 15-BC/ĐU."),
    )
    issued_on = DayField(
        label=_("Date of issue"),
    )


class SummaryForm(forms.Form):
    """The words of a receiver's own report, with those of the reports it received."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        words: Sequence[dict[str, Any]],
        excerpts: dict[str, list[Excerpt]],
        taken: dict[str, list[int]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.words, self.excerpts = words, excerpts
        for word in words:
            key = word["key"]
            self.fields[f"text-{key}"] = forms.CharField(
                label=said(word["title"]),
                required=False,
                max_length=20_000,
                initial=word["text"],
                widget=forms.Textarea(attrs={"rows": 4}),
            )
            some = [
                one
                for one in excerpts.get(key, [])
                if one.report.pk not in taken.get(key, [])
                or str(one.report.pk) in self._ticked(key)
            ]
            self.fields[f"take-{key}"] = forms.TypedMultipleChoiceField(
                label=_("Take over with credit"),
                required=False,
                coerce=int,
                widget=forms.CheckboxSelectMultiple,
                choices=[(one.report.pk, f"{one.name}: {one.text}") for one in some],
            )

    def _ticked(self, key: str) -> list[str]:
        """What a form brings back, also one sent again after it was taken over."""
        data: Any = self.data
        return list(data.getlist(f"take-{key}")) if self.is_bound else []

    def texts(self) -> dict[str, str]:
        return {w["key"]: self.cleaned_data[f"text-{w['key']}"] for w in self.words}

    def taken_now(self) -> dict[str, dict[int, str]]:
        """The texts to add by paragraph and report, each with its credit."""
        return {
            key: {
                one.report.pk: f"{one.text} ({one.name})"
                for one in some
                if one.report.pk in self.cleaned_data.get(f"take-{key}", [])
            }
            for key, some in self.excerpts.items()
        }

    def rows(self) -> Iterator[tuple[BoundField, BoundField, SafeString]]:
        """Each paragraph with what it may take over, as a field and as its boxes."""
        for word in self.words:
            take = self[f"take-{word['key']}"]
            yield self[f"text-{word['key']}"], take, _boxes(take)


def _boxes(field: BoundField) -> SafeString:
    """The boxes of a list. A province has hundreds of them: no template each."""
    return format_html_join(
        "",
        '<p><label><input type="checkbox" name="{}" value="{}" id="{}"{}> {}</label></p>',
        (
            (
                *(one.data["name"], str(one.data["value"]), one.id_for_label),
                CHECKED if one.data["selected"] else "",
                one.choice_label,
            )
            for one in field
        ),
    )


class SettleForm(forms.Form):
    """What becomes of figures that changed since they were approved."""

    settlement = forms.TypedChoiceField(
        label=_("What becomes of the difference"),
        choices=[
            (one.value, one.label) for one in Settlement if one is not Settlement.GONE
        ],
        coerce=Settlement,
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=500)


class MarkedForm(forms.Form):
    """Several reports at once, by their numbers."""

    report = forms.TypedMultipleChoiceField(
        coerce=int,
        error_messages={
            "required": _("Mark the reports first."),
        },
    )

    def __init__(self, *args: Any, choices: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["report"].choices = [(pk, str(pk)) for pk in choices]  # type: ignore[attr-defined]  # a choice field
