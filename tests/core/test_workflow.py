"""Lifecycles as tables."""

from enum import StrEnum

import pytest

from kheo.core.access import Capability
from kheo.core.errors import Conflict
from kheo.core.workflow import Move, Workflow


class State(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    DONE = "done"


class Action(StrEnum):
    SEND = "send"
    ACCEPT = "accept"
    RETURN = "return"


EDIT, REVIEW = Capability.EDIT_REPORTS, Capability.REVIEW_REPORTS
SEND = Move(Action.SEND, (State.DRAFT,), State.SENT, EDIT)
ACCEPT = Move(Action.ACCEPT, (State.SENT,), State.DONE, REVIEW)
RETURN = Move(
    Action.RETURN, (State.SENT, State.DONE), State.DRAFT, REVIEW, needs_note=True
)
WORKFLOW = Workflow(SEND, ACCEPT, RETURN)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("action", Action)
def test_a_move_is_found_exactly_where_the_table_has_it(state, action):
    expected = {
        (State.DRAFT, Action.SEND): SEND,
        (State.SENT, Action.ACCEPT): ACCEPT,
        (State.SENT, Action.RETURN): RETURN,
        (State.DONE, Action.RETURN): RETURN,
    }.get((state, action))

    if expected:
        assert WORKFLOW.find(state, action) is expected
    else:
        with pytest.raises(Conflict):
            WORKFLOW.find(state, action)


@pytest.mark.parametrize(
    ("state", "held", "moves"),
    [
        (State.DRAFT, {EDIT, REVIEW}, [SEND]),
        (State.DRAFT, {REVIEW}, []),
        (State.SENT, {EDIT, REVIEW}, [ACCEPT, RETURN]),
        (State.SENT, {EDIT}, []),
        (State.DONE, {REVIEW}, [RETURN]),
    ],
)
def test_only_what_is_allowed_in_the_state_is_offered(state, held, moves):
    assert WORKFLOW.available(state, held.__contains__) == moves
