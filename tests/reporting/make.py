"""One small line of S0 for tests: a province, its board, committees, cells, people."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from kheo.accounts.models import User
from kheo.accounts.queries import actor_of
from kheo.accounts.services import add_user, grant_role
from kheo.core.access import SYSTEM, Actor, Role
from kheo.core.periods import Interval
from kheo.ledger import services as ledger
from kheo.organisations.models import Organisation
from kheo.programmes.models import Programme
from kheo.programmes.services import keep_since as keep
from kheo.programmes.services import load
from kheo.programmes.shipped import shipped_packs
from kheo.reporting.models import Report
from kheo.reporting.queries.obligations import owed_in
from kheo.reporting.services.drafts import Typed, open_report, save_report
from kheo.reporting.services.moves import move_report
from kheo.reporting.workflow import ReportAction
from tests.organisations.make import make_body
from tests.remembered import remembered

START = date(2020, 1, 1)
MARCH = Interval(date(2024, 2, 25), date(2024, 3, 25))
"""S0's month of March 2024: after 24 February up to 24 March."""
APRIL = Interval(date(2024, 3, 25), date(2024, 4, 25))
IN_TIME = datetime(2024, 3, 22, 3, tzinfo=UTC)
NEXT_DAY = IN_TIME + timedelta(days=1)
LATE = datetime(2024, 3, 28, 3, tzinfo=UTC)
LOCKED = datetime(2024, 4, 20, 3, tzinfo=UTC)


@dataclass
class World:
    """Two committees A and B with their cells, the board beside them."""

    bodies: dict[str, Organisation]
    people: dict[str, User] = field(default_factory=dict)

    def __getitem__(self, code) -> Organisation:
        return self.bodies[code]

    def person(self, role, at, *, name="", own=True) -> User:
        """The person with this role at a body; made when first asked for.

        An administrator is one of the whole site, wherever he sits.
        """
        username = (name or f"{role}-{at}").lower()
        if username not in self.people:
            user = add_user(username=username, name=username, actor=SYSTEM, at=IN_TIME)
            self.people[username] = user
            self.grant(user, role, at, own=own)
        return self.people[username]

    def grant(self, user, role, at, *, own=True):
        grant_role(
            user,
            Role(role),
            organisation=None if role == Role.ADMINISTRATOR else self[at],
            actor=SYSTEM,
            at=IN_TIME,
            valid_from=START,
            own_only=own,
        )

    def actor(self, role, at, *, name="", own=None, day=None) -> Actor:
        is_own = role in ("clerk", "leader") if own is None else own
        user = self.person(role, at, name=name, own=is_own)
        return actor_of(user, day or IN_TIME.date())


@remembered
def make_world() -> World:
    province = make_body("tu", kind="provincial_committee", on=START)
    board = make_body("ban", province, kind="board", symbol="BDVTU", on=START)
    a, b = (
        make_body(code, province, kind="direct_committee", symbol=symbol, on=START)
        for code, symbol in (("a", "ĐUK"), ("b", "ĐUCA"))
    )
    cells = {
        code: make_body(code, above, kind="cell", on=START)
        for code, above in (("a1", a), ("a2", a), ("b1", b))
    }
    for pack in shipped_packs("s0"):
        load(pack, actor=SYSTEM, at=IN_TIME, home=province)
    bodies = {"tu": province, "ban": board, "a": a, "b": b, **cells}
    return World(bodies)


def owed_by(body, *, definition="unit-month", window=MARCH):
    span = Interval(window.start, window.end + timedelta(days=40))
    for owed in owed_in(span, bodies=[body.pk]):
        if (owed.duty.report, owed.duty.window) == (definition, window):
            return owed
    raise AssertionError(f"{body} owes no {definition} for {window}")


def make_report(
    world, code="a1", *, definition="unit-month", window=MARCH, at=IN_TIME, **typed
) -> Report:
    """A draft of one body; `typed` are declared additions by cell key (`_` for `-`)."""
    owed = owed_by(world[code], definition=definition, window=window)
    report = open_report(owed, actor=SYSTEM, at=at)
    cells = {key.replace("_", "-"): as_typed(one) for key, one in typed.items()}
    return save_report(report, cells=cells, paragraphs={}, actor=SYSTEM, at=at)


def as_typed(value) -> Typed:
    return value if isinstance(value, Typed) else Typed(declared=value)


def send(report, *, at=IN_TIME, actor=SYSTEM, by=None) -> Report:
    """Submit and approve; by the system unless told otherwise."""
    move_report(report, ReportAction.SUBMIT, actor=by or actor, at=at)
    return move_report(report, ReportAction.APPROVE, actor=actor, at=at)


def sent(world, code="a1", **kwargs) -> Report:
    return send(make_report(world, code, **kwargs), at=kwargs.get("at", IN_TIME))


def accept(report, *, at=NEXT_DAY) -> Report:
    return move_report(report, ReportAction.ACCEPT, actor=SYSTEM, at=at)


def work(source, on, amount, *bodies, measure="roads", at=IN_TIME, **others):
    """Something logged in the ledger, as an activity would post it."""
    ledger.post(
        source,
        "s0",
        [
            ledger.Posting(
                line="1",
                measure=measure,
                on=date.fromisoformat(on),
                amount=amount,
                credits=tuple(body.pk for body in bodies),
                **others,
            )
        ],
        at=at,
    )


def keep_since(days, *, at=IN_TIME):
    """Say since when the reports of S0's groups are kept here."""
    keep(Programme.objects.get(code="s0"), days, actor=SYSTEM, at=at)
