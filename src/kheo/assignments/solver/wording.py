"""Answers, conflicts and explanations as the files and the sentences people read."""

from typing import Any

from kheo.assignments.solver.answer import Answer, figures
from kheo.assignments.solver.checking import Verdict
from kheo.assignments.solver.explaining import Explained, Explainer, Move, Reason
from kheo.assignments.solver.messages import names, say
from kheo.assignments.solver.problem import Fault, Problem
from kheo.assignments.solver.rulebook import OF_COMMUNES, Conflict, Member, Relief


def fault_text(fault: Fault, language: str) -> str:
    """One fault of a file in words."""
    text = say(language, f"fault.{fault.code}", value=fault.value)
    if not fault.path:
        return text
    return say(language, "fault.at", path=fault.path, text=text)


def reason_text(reason: Reason, language: str) -> str:
    """One reason in words."""
    return say(language, f"why.{reason.code}", **reason.values)


def warnings(problem: Problem, answer: Answer, language: str) -> list[str]:
    """What the reader of an answer must know besides its figures."""
    found = []
    for code, items in (
        ("units_unplaced", [u.id for u in problem.active if u.lat is None]),
        ("communes_unplaced", [c.id for c in problem.communes if c.lat is None]),
    ):
        if items:
            shown = ", ".join(items)
            found.append(say(language, f"warn.{code}", count=len(items), names=shown))
    found += [
        say(
            language,
            "warn.soft",
            rule=say(language, f"rule.{breach.rule}"),
            where=breach.where,
            count=breach.count,
            limit=breach.limit,
        )
        for breach in answer.excess
    ]
    if answer.ignored_start:
        found.append(say(language, "warn.start_ignored", count=answer.ignored_start))
    if answer.is_stopped:
        found.append(say(language, "warn.stopped"))
    return found


def answer_data(problem: Problem, answer: Answer, language: str) -> dict[str, Any]:
    """The answer file, every pair with its reasons."""
    explainer = Explainer(problem, list(answer.pairs))
    pairs = []
    for unit_id, commune in answer.pairs:
        reasons, _ = explainer.pair(explainer.account.units[unit_id], commune)
        why = [reason_text(reason, language) for reason in reasons]
        pairs.append({"unit": unit_id, "commune": commune, "why": why})
    conflict = answer.conflict
    return {
        **figures(answer),
        "pairs": pairs,
        "excess": [
            {"rule": b.rule, "where": b.where, "count": b.count, "limit": b.limit}
            for b in answer.excess
        ],
        "conflict": conflict and conflict_data(problem, conflict, language),
        "warnings": warnings(problem, answer, language),
    }


def conflict_data(
    problem: Problem, conflict: Conflict, language: str
) -> dict[str, Any]:
    """The conflict with one sentence for the whole, each rule, and each way out."""
    return {
        "text": conflict_text(problem, conflict, language),
        "need": conflict.need,
        "room": conflict.room,
        "supply_units": list(conflict.supply_units),
        "members": [
            {
                "rule": member.rule,
                "text": member_text(problem, member, language),
                "communes": list(member.communes),
                "units": list(member.units),
                "groups": list(member.groups),
            }
            for member in conflict.members
        ],
        "relaxations": [
            {
                "rule": relief.rule,
                "text": relief_text(relief, language),
                "amount": relief.amount,
                "limit": relief.limit,
                "communes": list(relief.communes),
                "units": list(relief.units),
                "groups": list(relief.groups),
                "cost": relief.cost,
            }
            for relief in conflict.reliefs
        ],
    }


def conflict_text(problem: Problem, conflict: Conflict, language: str) -> str:
    """The whole conflict in one sentence."""
    if conflict.need is None or conflict.room is None:
        rules = ", ".join(say(language, f"rule.{m.rule}") for m in conflict.members)
        return say(language, "conflict.plain", rules=rules)
    lower = ("cover_min", "difficult_min")
    communes = {c for m in conflict.members if m.rule in lower for c in m.communes}
    supply = set(conflict.supply_units)
    alone = all(unit.communes == 1 for unit in problem.units if unit.id in supply)
    simple = conflict.need == len(communes) and alone
    code = "conflict.shortage_one_each" if simple else "conflict.shortage"
    return say(
        language,
        code,
        where=_where(problem, communes, language),
        communes=len(communes),
        units=len(supply),
        need=conflict.need,
        room=conflict.room,
    )


def _where(problem: Problem, communes: set[str], language: str) -> str:
    """The group that these communes make up, the one commune, or the whole area."""
    if len(communes) == 1:
        name = next(c.name for c in problem.communes if c.id in communes)
        return say(language, "conflict.commune", commune=name)
    groups = {c.group for c in problem.communes if c.id in communes}
    if len(groups) == 1 and (group := groups.pop()) is not None:
        return say(language, "conflict.group", group=group)
    return say(language, "conflict.everywhere")


def member_text(problem: Problem, member: Member, language: str) -> str:
    """One rule of a conflict in words, with what it binds."""
    items = member.communes or member.units or member.groups
    shown = {c.id: c.name for c in problem.communes} | {
        u.id: u.name for u in problem.units
    }
    limit: object = getattr(problem.rules, member.rule, "")
    if member.rule == "province_share_per_group_max":
        limit = problem.share_cap()
    return say(
        language,
        f"member.{member.rule}",
        count=len(items),
        names=names(shown.get(item, item) for item in items),
        limit=limit,
    )


def relief_text(relief: Relief, language: str) -> str:
    """One way out in words, with its price when it was found."""
    text = say(
        language,
        f"relief.{relief.rule}",
        amount=relief.amount,
        limit=relief.limit,
        communes=names(relief.communes),
        units=names(relief.units),
    )
    if relief.cost is None:
        return text
    return f"{text} {say(language, 'relief.cost', cost=relief.cost)}"


def explained_data(
    explainer: Explainer, places: list[Explained], moves: list[Move], language: str
) -> dict[str, Any]:
    """What `explain` says, for programs and, in its `why` and `text`, for people."""
    return {
        "places": [
            {
                "commune": place.commune,
                "why": [reason_text(reason, language) for reason in place.reasons],
                "options": [
                    {"commune": option.commune, "cost": option.cost}
                    for option in place.options
                ],
                "exchange": place.exchange
                and {
                    "unit": place.exchange.unit,
                    "commune": place.exchange.commune,
                    "cost": place.exchange.cost,
                },
            }
            for place in places
        ],
        "moves": [
            {
                "from": move.source or None,
                "to": move.target,
                "cost": move.change.cost,
                "terms": move.change.terms,
                "breaks": [
                    {
                        "rule": breach.rule,
                        "where": breach.where,
                        "count": breach.count,
                        "limit": breach.limit,
                        "text": say(
                            language,
                            "run.breaks",
                            rule=say(language, f"rule.{breach.rule}"),
                            where=breach.where,
                        ),
                    }
                    for breach in move.change.breaks
                ],
                "text": move_text(explainer, move, language),
            }
            for move in moves
        ],
    }


def move_text(explainer: Explainer, move: Move, language: str) -> str:
    """A move and its price in one sentence."""
    communes = explainer.account.communes
    source = communes[move.source].name if move.source else "–"
    return say(
        language,
        "run.move",
        source=source,
        target=communes[move.target].name,
        cost=move.change.cost,
        **move.change.terms,
    )


def verdict_data(verdict: Verdict, language: str) -> dict[str, Any]:
    """What `check` says."""
    return {
        "sound": verdict.sound,
        "cost": verdict.cost,
        "terms": verdict.terms or None,
        "findings": [
            {
                "code": finding.code,
                **finding.values,
                "text": say(language, f"check.{finding.code}", **finding.values),
            }
            for finding in verdict.findings
        ],
        "excess": [{"rule": f.code, **f.values} for f in verdict.excess],
    }


def binds_communes(member: Member) -> bool:
    """Whether a member of a conflict is a rule over communes."""
    return member.rule in OF_COMMUNES
