"""What stands against a plan, said to people."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kheo.core.lineage import Placement
from kheo.organisations.models import Kind, Organisation, Tier
from kheo.organisations.queries import explain_absence, names_on
from kheo.organisations.rules import (
    Bond,
    Flaw,
    Outcome,
    Problem,
    TransferKind,
    Trouble,
)

_PARTICULARS = {
    "name": gettext_lazy("name"),
    "short_name": gettext_lazy("short name"),
    "kind": gettext_lazy("kind of body"),
    "tier": gettext_lazy("tier"),
    "symbol": gettext_lazy("symbol"),
    "place": gettext_lazy("place"),
    "headcount": gettext_lazy("staff"),
    "focal_point": gettext_lazy("focal point"),
    "officer": gettext_lazy("officer in charge"),
}
_CHOSEN = {"kind": Kind, "tier": Tier}
_TROUBLES = {
    Trouble.UNKNOWN: gettext_lazy("There is no body %(body)s."),
    Trouble.TAKEN: gettext_lazy("The code %(body)s already belongs to a body."),
    Trouble.TWICE_CREATED: gettext_lazy("%(body)s is created twice."),
    Trouble.TWICE_ENDED: gettext_lazy("%(body)s is ended by two steps."),
    Trouble.TWICE_PLACED: gettext_lazy(
        "%(body)s is given two superiors in the tree “%(tree)s”."
    ),
    Trouble.TWICE_AMENDED: gettext_lazy("%(body)s is amended twice in the same field."),
    Trouble.ENDED_AND_AMENDED: gettext_lazy("%(body)s is ended and amended at once."),
    Trouble.ENDED_AND_MOVED: gettext_lazy("%(body)s is ended and moved at once."),
    Trouble.ENDS_AS_IT_BEGINS: gettext_lazy(
        "%(body)s begins on %(day)s and cannot end on the same day."
    ),
    Trouble.CHANGES_LATER: gettext_lazy(
        "%(body)s has changes dated after %(day)s; it cannot end before them."
    ),
    Trouble.INTO_ITSELF: gettext_lazy("%(body)s cannot become itself."),
    Trouble.HEIR_ENDS: gettext_lazy(
        "%(body)s cannot be taken over by %(other)s, which ends on the same day."
    ),
    Trouble.TWICE_HEIR: gettext_lazy("%(body)s names one successor twice."),
    Trouble.SHARES_EXCEED: gettext_lazy(
        "The shares of %(body)s leave nothing for the others or exceed the whole."
    ),
    Trouble.SHARES_FALL_SHORT: gettext_lazy(
        "The shares of %(body)s do not add up to the whole; leave one out to give it "
        "the rest."
    ),
    Trouble.LINKED: gettext_lazy(
        "%(body)s already became %(other)s on that day by another plan."
    ),
    Trouble.UNKNOWN_TREE: gettext_lazy("There is no tree “%(tree)s”."),
    Trouble.SUPERIOR_NOT_THERE: gettext_lazy(
        "%(body)s cannot stand below %(other)s, which is not in the tree “%(tree)s” "
        "on %(day)s."
    ),
    Trouble.CIRCLE: gettext_lazy(
        "%(body)s would stand below itself in the tree “%(tree)s”."
    ),
    Trouble.LEFT_BEHIND: gettext_lazy(
        "%(body)s stands below %(other)s in the tree “%(tree)s” and has no single "
        "successor to follow: move it or end it."
    ),
    Trouble.HEIR_NOT_IN_TREE: gettext_lazy(
        "%(body)s would follow to %(other)s, which is not in the tree “%(tree)s”: move "
        "it, or place the successor there."
    ),
    Trouble.LEFT_LATER: gettext_lazy(
        "%(body)s stands below %(other)s in the tree “%(tree)s” after the plan's day "
        "and would be left without a superior."
    ),
    Trouble.UNKNOWN_KIND: gettext_lazy("%(body)s: there is no kind “%(other)s”."),
    Trouble.UNKNOWN_TIER: gettext_lazy("%(body)s: there is no tier “%(other)s”."),
    Trouble.UNKNOWN_PLACE: gettext_lazy("%(body)s: there is no place “%(other)s”."),
    Trouble.MISSING: gettext_lazy("%(body)s: “%(other)s” cannot be empty."),
    Trouble.ARMED_STRENGTH: gettext_lazy(
        "%(body)s: the strength of armed units is not kept."
    ),
}
_SAY_OTHER_AS_IS = {
    Trouble.UNKNOWN_KIND,
    Trouble.UNKNOWN_TIER,
    Trouble.UNKNOWN_PLACE,
    Trouble.MISSING,
}

_FLAWS = {
    "missing": gettext_lazy("%(where)s: is missing."),
    "extra_forbidden": gettext_lazy("%(where)s: is not known here."),
    "union_tag_invalid": gettext_lazy(
        "%(where)s: “do” must be create, amend, rename, merge, split, extract, move or "
        "end."
    ),
    "union_tag_not_found": gettext_lazy("%(where)s: “do” is missing."),
    "date_from_datetime_parsing": gettext_lazy(
        "%(where)s: is no day of the calendar; write it as 2025-07-01."
    ),
    "date_parsing": gettext_lazy(
        "%(where)s: is no day of the calendar; write it as 2025-07-01."
    ),
    "date_type": gettext_lazy(
        "%(where)s: is no day of the calendar; write it as 2025-07-01."
    ),
    "string_pattern_mismatch": gettext_lazy(
        "%(where)s: a code has small letters a to z, digits and hyphens only."
    ),
    "string_too_short": gettext_lazy("%(where)s: cannot be empty."),
    "string_too_long": gettext_lazy("%(where)s: is too long."),
    "too_short": gettext_lazy("%(where)s: needs at least one."),
    "string_type": gettext_lazy("%(where)s: must be text."),
    "less_than_equal": gettext_lazy("%(where)s: is too large."),
    "greater_than": gettext_lazy("%(where)s: is too small."),
    "greater_than_equal": gettext_lazy("%(where)s: is too small."),
    "model_type": gettext_lazy("The text is no plan: it must name code, title, on …"),
    "too_long": gettext_lazy("The text is too long for a plan."),
    "alias": gettext_lazy("Line %(where)s: references (*name) are not allowed."),
    "twice": gettext_lazy("Line %(where)s: this key is said twice."),
    "value_error": gettext_lazy("%(where)s: is no share; write 0.6, 60%% or 3/5."),
    "nothing_amended": gettext_lazy("%(where)s: nothing is amended."),
    "no_lines": gettext_lazy("The file has no line below its heading."),
    "not_utf8": gettext_lazy("The file is not UTF-8 text: save it as “CSV UTF-8”."),
    "not_csv": gettext_lazy("Line %(where)s: this is not readable CSV (%(detail)s)."),
    "not_xlsx": gettext_lazy("The file cannot be opened as an Excel workbook (.xlsx)."),
    "bool_parsing": gettext_lazy("%(where)s: must be yes or no."),
    "int_parsing": gettext_lazy("%(where)s: must be a whole number."),
    "int_from_float": gettext_lazy("%(where)s: must be a whole number."),
    "int_type": gettext_lazy("%(where)s: must be a whole number."),
    "bool_type": gettext_lazy("%(where)s: must be yes or no."),
    "yaml": gettext_lazy("Line %(where)s: this is not readable YAML (%(detail)s)."),
}


def sentence_of_flaw(flaw: Flaw) -> str:
    """One thing wrong with the text; what has no sentence here says it in English."""
    known = _FLAWS.get(flaw.kind)
    if flaw.kind == "too_long" and flaw.where:
        known = _FLAWS["string_too_long"]
    said = {"where": flaw.where, "detail": flaw.detail}
    return str(known) % said if known else f"{flaw.where}: {flaw.detail}."


def sentences_of(outcome: Outcome) -> tuple[str, ...]:
    """Every problem of a plan as a sentence, with its step, in the order of steps."""
    return tuple(
        _("Step %(number)s: %(sentence)s") % {"number": step, "sentence": sentence}
        if step
        else sentence
        for step, sentence in sentences_by_step(outcome)
    )


def sentences_by_step(outcome: Outcome) -> list[tuple[int, str]]:
    """Every problem as the number of its step (0: the plan) and its sentence."""
    ordered = sorted(outcome.problems, key=lambda problem: problem.step)
    codes = {p.body for p in ordered} | {p.other for p in ordered}
    bodies = Organisation.objects.in_bulk(sorted(codes), field_name="code")
    labels = _labels(bodies, outcome)
    return [(p.step, _sentence(p, outcome.on, bodies, labels)) for p in ordered]


def _labels(bodies: Mapping[str, Organisation], outcome: Outcome) -> Mapping[str, str]:
    names = names_on([body.pk for body in bodies.values()], outcome.on)
    labels = {
        code: f"“{names[body.pk]}” ({code})"
        for code, body in bodies.items()
        if body.pk in names
    }
    for code in outcome.created:
        labels.setdefault(code, f"“{outcome.versions[code]['name']}” ({code})")
    return labels


def _sentence(
    problem: Problem,
    day: date,
    bodies: Mapping[str, Organisation],
    labels: Mapping[str, str],
) -> str:
    if problem.trouble is Trouble.ABSENT:
        return explain_absence(bodies[problem.body], day)
    other = problem.other
    if problem.trouble not in _SAY_OTHER_AS_IS:
        other = labels.get(other, other)
    return str(_TROUBLES[problem.trouble]) % {
        "body": labels.get(problem.body, problem.body),
        "other": other,
        "tree": problem.tree,
        "day": date_format(day, "SHORT_DATE_FORMAT"),
    }


def say_outcome(outcome: Outcome) -> list[str]:
    """What a plan will do, in plain words: what begins, ends, becomes, moves."""
    codes = outcome.affected | outcome.superiors
    bodies = Organisation.objects.in_bulk(sorted(codes), field_name="code")
    labels = _labels(bodies, outcome)
    said = [
        _("%(body)s is created.") % {"body": labels.get(code, code)}
        for code in outcome.created
    ]
    said += [
        _("%(body)s is amended: %(fields)s.")
        % {"body": labels.get(code, code), "fields": ", ".join(_say_fields(fields))}
        for code, fields in sorted(outcome.versions.items())
        if code not in outcome.created
    ]
    said += [_("%(body)s ends.") % {"body": labels[code]} for code in outcome.ended]
    said += [_say_bond(bond, labels) for bond in outcome.bonds]
    placed = (_say_placement(*placed, labels) for placed in outcome.placements)
    return [*said, *placed]


def _say_fields(fields: Mapping[str, Any]) -> list[str]:
    """Each particular by its name for people, with what it becomes."""
    said = []
    for field, value in sorted(fields.items()):
        if field == "is_exempt":
            said.append(_("exempt") if value else _("no longer exempt"))
        elif value in (None, ""):
            said.append(_("%(field)s empty") % {"field": _PARTICULARS[field]})
        else:
            shown = _CHOSEN[field](value).label if field in _CHOSEN else value
            said.append(f"{_PARTICULARS[field]} “{shown}”")
    return said


def _say_bond(bond: Bond, labels: Mapping[str, str]) -> str:
    values = {
        "before": labels.get(bond.predecessor, bond.predecessor),
        "after": labels.get(bond.successor, bond.successor),
        "share": f"{(bond.share_ppm or 0) / 10_000:g}",
    }
    if bond.kind is TransferKind.EXTRACT:
        return _("%(after)s is taken out of %(before)s.") % values
    if bond.share_ppm is None:
        return _("%(before)s becomes %(after)s.") % values
    return _("%(share)s %% of %(before)s becomes %(after)s.") % values


def _say_placement(
    tree: str, placement: Placement[str], labels: Mapping[str, str]
) -> str:
    values = {
        "body": labels.get(placement.node, placement.node),
        "superior": labels.get(placement.parent or "", placement.parent or ""),
        "tree": tree,
    }
    if placement.is_end:
        return _("%(body)s leaves the tree “%(tree)s”.") % values
    if placement.parent is None:
        return _("%(body)s becomes a root of the tree “%(tree)s”.") % values
    return _("%(body)s stands below %(superior)s in the tree “%(tree)s”.") % values
