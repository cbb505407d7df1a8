"""Roles in words: which, where, how far, from when to when, and what became of the body."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from kheo.accounts.models import Grant
from kheo.accounts.wording import ALLOWS, ROLE_NAMES
from kheo.core.access import PARTY, ROLE_CAPABILITIES, Capability, Role
from kheo.core.periods import DAY, OPEN_END
from kheo.organisations.queries import dated_tree, names_on, versions_on


@dataclass(frozen=True, slots=True)
class Told:
    """A grant as a sentence. `now` names the bodies that took over from an ended one."""

    grant: Grant
    role: str
    body: str
    sentence: str
    tree: str
    now: str
    has_ended_body: bool
    is_past: bool
    is_to_come: bool

    @property
    def is_held(self) -> bool:
        return not (self.is_past or self.is_to_come)

    @property
    def allows(self) -> list[Promise]:
        """What the role lets one do, in the order of the table."""
        held = ROLE_CAPABILITIES[Role(self.grant.role)]
        return [ALLOWS[capability] for capability in Capability if capability in held]


def told_of(grants: QuerySet[Grant], day: date) -> list[Told]:
    """The grants in words, oldest first; a fixed number of queries however many there are."""
    rows = list(
        grants.select_related("organisation", "tree").order_by("valid_from", "pk")
    )
    bodies = {row.organisation_id for row in rows if row.organisation_id}
    present = versions_on(bodies, day) if bodies else {}
    heirs = _heirs(rows, bodies - present.keys(), day)
    names = names_on(bodies.union(*heirs.values()), day) if bodies else {}
    return [_told(row, names, heirs, day) for row in rows]


def _heirs(
    rows: Iterable[Grant], ended: Collection[int], day: date
) -> dict[int, frozenset[int]]:
    """What took over from each ended body in the tree of its grant."""
    by_tree: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        if row.tree and row.organisation and row.organisation.pk in ended:
            by_tree[row.tree.code].add(row.organisation.pk)
    found: dict[int, frozenset[int]] = {}
    for code, bodies in by_tree.items():
        tree = dated_tree(code)
        found |= {body: frozenset(tree.heirs(body, day)) for body in bodies}
    return found


def _told(
    grant: Grant,
    names: dict[int, str],
    heirs: dict[int, frozenset[int]],
    day: date,
) -> Told:
    body = names.get(grant.organisation_id or 0, "")
    role = str(ROLE_NAMES[Role(grant.role)])
    after = heirs.get(grant.organisation_id or 0, frozenset())
    return Told(
        grant=grant,
        role=role,
        body=body,
        sentence=sentence_of(grant, role, body),
        tree=grant.tree.name if grant.tree and grant.tree.code != PARTY else "",
        now=", ".join(sorted(names[one] for one in after if one in names)),
        has_ended_body=grant.organisation_id in heirs,
        is_past=grant.valid_to <= day,
        is_to_come=grant.valid_from > day,
    )


def sentence_of(grant: Grant, role: str, body: str) -> str:
    """One whole sentence for each way in which a role can hold."""
    values = {
        "role": role,
        "body": body,
        "first": date_format(grant.valid_from, "SHORT_DATE_FORMAT"),
    }
    if grant.valid_to == OPEN_END:
        return _open(grant) % values
    values["last"] = date_format(grant.valid_to - DAY, "SHORT_DATE_FORMAT")
    if grant.valid_to == grant.valid_from:
        return _("%(role)s, taken back before it began on %(first)s.") % values
    return _closed(grant) % values


def _open(grant: Grant) -> str:
    if grant.organisation_id is None:
        return _("%(role)s for the whole site, from %(first)s.")
    if grant.is_own_only:
        return _("%(role)s at %(body)s alone, from %(first)s.")
    return _("%(role)s at %(body)s and all below it, from %(first)s.")


def _closed(grant: Grant) -> str:
    if grant.organisation_id is None:
        return _("%(role)s for the whole site, from %(first)s to %(last)s.")
    if grant.is_own_only:
        return _("%(role)s at %(body)s alone, from %(first)s to %(last)s.")
    return _("%(role)s at %(body)s and all below it, from %(first)s to %(last)s.")
