"""What the form of one report holds, as plain values, and the stamp that says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, ValidationError

from kheo.core.errors import Conflict, RuleBroken
from kheo.core.periods import Interval
from kheo.ledger.models import ClaimKind
from kheo.programmes.pack import Paragraph
from kheo.reporting.queries.figures import Figure
from kheo.reporting.queries.typed import Typed
from kheo.reporting.rules import digest_of
from kheo.reporting.workbooks.words import clean
from kheo.stationery.fillable import LONGEST_TEXT


@dataclass(frozen=True, slots=True)
class OpenRemark:
    """What the receiver wants changed; `place` names the figure or paragraph."""

    key: int
    place: str
    text: str
    cell_key: str = ""
    paragraph_key: str = ""


@dataclass(frozen=True, slots=True)
class Contents:
    """One report as its form shows it; names in Vietnamese, as papers have them."""

    programme: str
    programme_name: str
    definition: str
    title: str
    body: str
    body_name: str
    receiver_name: str
    window: Interval
    period: str
    last_day: date
    version: int
    revision: int
    figures: tuple[Figure, ...]
    paragraphs: tuple[Paragraph, ...]
    texts: Mapping[str, str]
    remarks: tuple[OpenRemark, ...] = ()
    label: str = ""
    lock_on: date | None = None
    is_sample: bool = False

    def text(self, key: str) -> str:
        return clean(self.texts.get(key, ""))

    def is_held(self, key: str) -> bool:
        """Whether a text is too long for the form and stays on the page alone."""
        return len(self.text(key)) > LONGEST_TEXT

    @property
    def stamp(self) -> "Stamp":
        return Stamp(
            is_sample=self.is_sample,
            programme=self.programme,
            definition=self.definition,
            title=self.title,
            body=self.body,
            body_name=self.body_name,
            first=self.window.start,
            last=self.window.last,
            version=self.version,
            revision=self.revision,
            form=self._digest(),
            figures={
                one.key: Known.of(one) for one in self.figures if one.cell.is_typed
            },
            words={
                one.key: ""
                if self.is_held(one.key)
                else digest_of_text(self.text(one.key))
                for one in self.paragraphs
            },
            remarks=tuple(one.key for one in self.remarks),
        )

    def _digest(self) -> str:
        """Of what is asked: another version of the programme asks something else."""
        figures = [
            [
                one.cell.key,
                one.cell.measure,
                one.cell.dimensions,
                one.cell.decimals,
                one.cell.name.vi,
                one.cell.unit.vi,
                one.cell.is_typed,
            ]
            for one in self.figures
        ]
        words = [[one.key, one.title.vi] for one in self.paragraphs]
        return digest_of({"figures": figures, "words": words})


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Known(_Frozen):
    """One figure as it stood when the form was made."""

    declared: int | None = None
    said: ClaimKind | None = None
    reason: str = ""
    is_estimated: bool = False
    logged: int | None = None

    @classmethod
    def of(cls, figure: Figure) -> "Known":
        typed = typed_of(figure)
        return cls(
            declared=typed.declared,
            said=typed.said,
            reason=typed.reason,
            is_estimated=typed.is_estimated,
            logged=figure.logged,
        )

    @property
    def typed(self) -> Typed:
        return Typed(self.declared, self.said, self.reason, self.is_estimated)


class Stamp(_Frozen):
    """For which report the form was made, and what stood in it then.

    Whoever forges one gains nothing: permission is asked of the report that it is sent
    to, and what stood in it only tells what somebody else changed since.
    """

    is_sample: bool
    programme: str
    definition: str
    title: str
    body: str
    body_name: str
    first: date
    last: date
    version: int
    revision: int
    form: str
    figures: Mapping[str, Known]
    words: Mapping[str, str]
    remarks: tuple[int, ...] = ()

    @property
    def report(self) -> tuple[object, ...]:
        """What makes a report the same."""
        return (self.programme, self.definition, self.body, self.first, self.last)

    @property
    def is_for(self) -> str:
        """The report in words: `Báo cáo tháng, Chi bộ A, 25/2/2024 – 24/3/2024`."""
        first = date_format(self.first, "SHORT_DATE_FORMAT")
        last = date_format(self.last, "SHORT_DATE_FORMAT")
        return f"{self.title}, {self.body_name}, {first} – {last}"


def stamp_from(raw: Mapping[str, object]) -> Stamp:
    """The stamp of a workbook that came back; `RuleBroken` where it is none of ours."""
    try:
        return Stamp.model_validate(raw)
    except ValidationError as error:
        raise RuleBroken(
            _(
                "This form was made by another version of Khéo. Download a fresh form "
                "and copy the figures over."
            )
        ) from error


def check_stamp(stamp: Stamp, expected: Stamp) -> None:
    """Raise `Conflict` where the form was made for something else than this report."""
    said = {"file": stamp.is_for, "page": expected.is_for}
    if stamp.is_sample != expected.is_sample:
        raise Conflict(
            _("This form holds sample data.")
            if stamp.is_sample
            else _("This form holds real data; this site is a sample.")
        )
    if stamp.report != expected.report:
        raise Conflict(
            _("This form is for: %(file)s. This page is for: %(page)s.") % said
        )
    if stamp.version != expected.version:
        raise Conflict(
            _(
                "This form is of sending %(before)d; the report was given back since "
                "and is now in sending %(now)d. Download a fresh form: the receiver's "
                "remarks stand in it."
            )
            % {"before": stamp.version, "now": expected.version}
        )
    if stamp.form != expected.form:
        raise Conflict(
            _(
                "The programme's form was changed since this file was downloaded. "
                "Download a fresh form and copy the figures over."
            )
        )


def typed_of(figure: Figure) -> Typed:
    """What the report says of a figure now, as the form would say it."""
    return Typed(
        declared=figure.declared,
        said=ClaimKind(figure.said) if figure.said else None,
        reason=clean(figure.reason),
        is_estimated=figure.is_estimated,
    )


def digest_of_text(text: str) -> str:
    return digest_of({"text": text})
