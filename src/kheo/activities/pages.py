"""What the page of one activity shows, made from queries; no request."""

from typing import Any

from django.utils.translation import gettext as _

from kheo.activities.forms import MoveForm
from kheo.activities.models import Activity, PartyRole, Quantity
from kheo.activities.queries import (
    PartyView,
    described,
    hidden_sums,
    is_in_charge,
    lines_for,
    parties_for,
    parties_with_people,
)
from kheo.activities.queries.behalf import (
    UNDOES,
    has_typed,
    may_undo,
    may_write,
    takes_step,
    typed_in,
    writing_parties,
)
from kheo.activities.queries.hosting import is_own_visit
from kheo.activities.queries.names import shown_amount
from kheo.activities.queries.stamps import state_stamp
from kheo.activities.rules import parse_dimensions
from kheo.activities.workflow import (
    HAPPENED,
    TURNS,
    WORKFLOW,
    ActivityAction,
    ActivityState,
    Objection,
)
from kheo.audit.queries import history_of
from kheo.core.access import Actor, Capability
from kheo.core.language import said
from kheo.core.workflow import Move
from kheo.places.queries import version_on
from kheo.programmes.pack import Pack
from kheo.programmes.queries import pack_on

OTHER_DAY = (ActivityAction.COUNTER, ActivityAction.PROPOSE)
"""Steps that may name another day."""


def detail_context(activity: Activity, actor: Actor, form: MoveForm) -> dict[str, Any]:
    """Everything the page of one activity says, for this actor."""
    views = parties_for(activity, actor)
    state = ActivityState(activity.state)
    allowed = {
        capability
        for capability in (Capability.EDIT_ACTIVITIES, Capability.HOST_ACTIVITIES)
        for view in views
        if actor.can(capability, view.party.organisation)
    }
    is_own = is_own_visit(activity, actor)
    moves = [
        move
        for move in WORKFLOW.available(state, lambda needed: needed in allowed)
        if takes_step(activity, move, actor)
        and not (is_own and move.action is ActivityAction.CONFIRM)
    ]
    moves += [] if Capability.EDIT_ACTIVITIES in allowed else _undone(activity, actor)
    hamlet = version_on(activity.hamlet, activity.on) if activity.hamlet else None
    pack = pack_on(activity.programme, activity.on)
    noted = [move for move in moves if move.needs_note]
    if not any(move.action in OTHER_DAY for move in noted):
        form.fields.pop("offered_on", None)
    leads = any(v.is_mine and v.party.role == PartyRole.LEAD for v in views)
    writing = writing_parties(activity, actor)
    leads_log = any(party.role == PartyRole.LEAD for party in writing)
    entries = list(history_of(activity))
    return {
        "activity": activity,
        "named": described([activity])[0],
        "hamlet": hamlet.name if hamlet else "",
        "parties": views,
        "figures": [
            *_figures(lines_for(activity, views), views, pack),
            *_hidden(hidden_sums(activity, views), pack),
        ],
        "with_people": parties_with_people(activity),
        "plain_moves": [m for m in moves if not m.needs_note and _is_button(m.action)],
        "noted_moves": noted,
        "may_log": _is_loggable(state)
        and bool(writing)
        and (leads_log or state in HAPPENED),
        "on_behalf": bool(writing) and Capability.EDIT_ACTIVITIES not in allowed,
        "typed_in": typed_in(activity, entries),
        "turn": TURNS.get(state),
        "stamp": state_stamp(activity),
        "is_own": is_own and Capability.HOST_ACTIVITIES in allowed,
        "is_typed": is_own and has_typed(activity, actor),
        "may_correct_day": leads and activity.objection == Objection.OTHER_DAY,
        "may_change": (leads or may_write(actor, activity.organisation))
        and state not in HAPPENED,
        "is_mine": any(view.is_mine for view in views),
        "photos": [
            (photo, actor.can(Capability.EDIT_ACTIVITIES, photo.file.organisation))
            for photo in activity.photos.select_related("file__organisation").order_by(
                "added_at", "pk"
            )
        ],
        "has_happened": state in HAPPENED,
        "history": entries,
        "form": form,
        "is_in_charge": is_in_charge(activity),
        "field_name": _field_name(activity, pack),
    }


def _is_loggable(state: ActivityState) -> bool:
    return any(
        move.action is ActivityAction.LOG and state in move.sources
        for move in WORKFLOW.moves
    )


def _undone(
    activity: Activity, actor: Actor
) -> list[Move[ActivityState, ActivityAction]]:
    """Steps that take back what was typed in on behalf of the unit."""
    return [
        move
        for move in WORKFLOW.available(
            ActivityState(activity.state),
            lambda needed: needed is Capability.EDIT_ACTIVITIES,
        )
        if move.action in UNDOES and may_undo(activity, move.action, actor)
    ]


def _is_button(action: ActivityAction) -> bool:
    """Logging has a page of its own."""
    return action is not ActivityAction.LOG


def _figures(
    rows: list[Quantity], views: list[PartyView], pack: Pack
) -> list[dict[str, str]]:
    names = {view.party.pk: view.name for view in views}
    return [_figure(row, names, pack) for row in rows]


def _figure(row: Quantity, names: dict[int, str], pack: Pack) -> dict[str, str]:
    notes = [names[row.party_id]] if row.party_id else []
    notes += [row.subject] if row.subject else []
    return _said(row.measure, row.dimensions, row.amount, notes, pack)


def _hidden(sums: list[tuple[str, str, int]], pack: Pack) -> list[dict[str, str]]:
    """What the other bodies brought together, where it gives none of them away."""
    notes = [_("the other units together")]
    return [
        _said(measure, dimensions, total, notes, pack)
        for measure, dimensions, total in sums
    ]


def _said(
    code: str, dimensions: str, amount: int, notes: list[str], pack: Pack
) -> dict[str, str]:
    measure = next((m for m in pack.measures if m.code == code), None)
    notes = notes + _values(dimensions, pack)
    return {
        "name": said(measure.name) if measure else code,
        "unit": said(measure.unit) if measure else "",
        "amount": shown_amount(amount, measure.decimals if measure else 0),
        "note": " · ".join(notes),
    }


def _values(dimensions: str, pack: Pack) -> list[str]:
    found = []
    for code, value in parse_dimensions(dimensions).items():
        names = {v.code: said(v.name) for v in pack.dimension(code).values}
        found.append(names.get(value, value))
    return found


def _field_name(activity: Activity, pack: Pack) -> str:
    fields = {f.code: said(f.name) for f in pack.fields}
    return fields.get(activity.field, "")
