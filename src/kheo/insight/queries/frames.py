"""What a page looks at: whose figures, of which programme and days, in which structure."""

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from urllib.parse import urlencode

from kheo.core.access import Actor
from kheo.core.periods import Interval
from kheo.insight.queries.scope import SEE, may_ask, may_restate
from kheo.ledger.models import Measure
from kheo.ledger.queries import RECORDED, Structure, measures_of
from kheo.organisations.models import Organisation, Reach
from kheo.organisations.queries import PARTY, names_on
from kheo.programmes.models import Programme
from kheo.programmes.pack import Pack
from kheo.programmes.queries import packs_of

RECORDED_WORD, TODAY_WORD = "recorded", "today"


@dataclass(frozen=True)
class Frame:
    """One way of looking. `structure` is as asked: `recorded`, `today` or a day."""

    actor: Actor
    at: Organisation
    interval: Interval
    today: date
    programme: str | None = None
    structure: str = RECORDED_WORD

    @property
    def known_structure(self) -> Structure:
        if self.structure == RECORDED_WORD:
            return RECORDED
        if self.structure == TODAY_WORD:
            return self.today
        return date.fromisoformat(self.structure)

    @property
    def is_visible(self) -> bool:
        """Whether the actor may see these figures at all."""
        return may_ask(self.actor, self.at, self.interval)

    @property
    def is_restatable(self) -> bool:
        """Whether they may be computed for the structure asked."""
        return may_restate(self.actor, self.at, self.known_structure)

    @property
    def day(self) -> date:
        """The day on which bodies are named and placed."""
        known = self.known_structure
        return known if isinstance(known, date) else self.interval.last

    @cached_property
    def at_name(self) -> str:
        return names_on([self.at.pk], self.day).get(self.at.pk, self.at.code)

    @cached_property
    def pack(self) -> Pack | None:
        """The programme's rules of these days, else its nearest ones."""
        packs = packs_of(self.programme) if self.programme else []
        past = [pack for pack in packs if pack.valid.start <= self.interval.last]
        return next(iter([*reversed(past), *packs]), None)

    @cached_property
    def measures(self) -> list[Measure]:
        """What the programme shows, in its own order."""
        if self.pack is None:
            return list(Measure.objects.order_by("code"))
        return measures_of(one.code for one in self.pack.measures if one.shown)

    def at_body(self, body: Organisation) -> "Frame":
        return replace(self, at=body)

    def query(self, **others: str) -> str:
        """The address of another page that looks at the same."""
        words = {
            "at": self.at.code,
            "from": self.interval.start.isoformat(),
            "to": self.interval.last.isoformat(),
            "programme": self.programme or "",
            "structure": "" if self.structure == RECORDED_WORD else self.structure,
        }
        return urlencode({k: v for k, v in (words | others).items() if v})


def path_to(frame: Frame) -> list[Organisation]:
    """The bodies above that the actor may see, from the highest down to this one."""
    above = Reach.objects.filter(
        tree__code=PARTY,
        inferior=frame.at,
        valid_from__lte=frame.day,
        valid_to__gt=frame.day,
    ).select_related("superior")
    bodies = [row.superior for row in above.order_by("-depth")] or [frame.at]
    return [b for b in bodies if b == frame.at or frame.actor.can(SEE, b)]


def programmes() -> list[Programme]:
    return list(Programme.objects.order_by("code"))
