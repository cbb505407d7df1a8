"""The rules of form by family and date, read from `rulesets/` with their sources."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Literal

import yaml
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict

from kheo.core.errors import RuleBroken
from kheo.stationery.paper import Authority, Family


class Format(BaseModel):
    """Every measure a paper is set by; points for type, millimetres for the page."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    font: str
    margins_mm: tuple[float, float, float, float]
    landscape_margins_mm: tuple[float, float, float, float]
    page_number_pt: float

    head_left_mm: float
    national: str
    national_pt: float
    motto: str
    motto_pt: float
    national_rule_mm: float
    superior_pt: float
    issuer_pt: float
    issuer_mark: Literal["star", "rule"]
    issuer_rule_mm: float
    number_label: str
    number_pt: float
    date_pt: float
    draft_label: str

    type_pt: float
    subject_pt: float
    subject_mark: Literal["dashes", "rule"]
    subject_rule_mm: float
    letter_subject_prefix: str
    letter_subject_pt: float
    letter_subject_is_italic: bool
    addressee_label: str
    petition_label: str

    bases_are_italic: bool
    base_prefix: str
    base_end: str
    last_base_end: str
    body_pt: float
    first_line_mm: float
    line_pt: float
    paragraph_gap_pt: float
    heading_marks: tuple[str, str, str]
    table_pt: float
    end_mark: str

    authority: Mapping[Authority, str]
    title_is_bold: bool
    title_alone_is_bold: bool
    sign_pt: float
    recipients_label: str
    recipients_label_pt: float
    recipients_label_style: Literal["underline", "bold_italic"]
    recipients_pt: float
    recipient_end: str
    annex_reference: str


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One document on form: when it holds, what it asks, where each value is from."""

    code: str
    family: Family
    title: str
    valid_from: date
    valid_to: date | None
    format: Format
    sources: Mapping[str, str]
    unverified: frozenset[str]

    def holds_on(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


@cache
def rule_sets() -> tuple[RuleSet, ...]:
    """All that are known, oldest first inside each family."""
    folder = resources.files("kheo.stationery") / "rulesets"
    files = [file for file in folder.iterdir() if file.name.endswith(".yaml")]
    read = [_read(yaml.safe_load(file.read_text("utf-8"))) for file in files]
    return tuple(sorted(read, key=lambda rules: (rules.family, rules.valid_from)))


def rule_set(family: Family, on: date) -> RuleSet:
    """The rules of form in force on a day; raises `RuleBroken` where none are known."""
    for rules in rule_sets():
        if rules.family is family and rules.holds_on(on):
            return rules
    known = min(rules.valid_from for rules in rule_sets() if rules.family is family)
    message = _(
        "No rules of form are known for papers dated before %(day)s. "
        "Choose a later date, or write this paper by hand."
    )
    raise RuleBroken(message % {"day": f"{known:%d/%m/%Y}"}, field="on")


def _read(data: Mapping[str, Any]) -> RuleSet:
    values: Mapping[str, Mapping[str, Any]] = data["values"]
    unsure = {name for name, told in values.items() if told.get("unverified")}
    return RuleSet(
        code=data["code"],
        family=Family(data["family"]),
        title=data["title"],
        valid_from=data["from"],
        valid_to=data.get("to"),
        format=Format(**{name: told["value"] for name, told in values.items()}),
        sources={name: told["source"] for name, told in values.items()},
        unverified=frozenset(values if data["unverified"] else unsure),
    )
