"""Whose accounts somebody looks after: an administrator all, who invites those below."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from kheo.accounts.models import Grant, User
from kheo.core.access import Actor, Capability
from kheo.organisations.queries import scopes_of

INVITE = Capability.INVITE_PEOPLE
NONE = Q(pk__in=())


@dataclass(frozen=True, slots=True)
class Keeping:
    """What one person may look after on a day.

    `bodies` are those where roles may be given, `near` also what they succeeded,
    `lines` the trees in which they are below; all `None` for the whole site. `within`
    picks the grants that reach nothing beyond them.
    """

    day: date
    bodies: frozenset[int] | None
    near: frozenset[int] | None
    lines: frozenset[str] | None
    within: Q

    @property
    def is_whole(self) -> bool:
        return self.bodies is None

    def grants(self) -> QuerySet[Grant]:
        """The grants that may be read and ended."""
        return Grant.objects.filter(self.within)

    def people_seen(self) -> QuerySet[User]:
        """Those with a role inside, held or to come, and those who are kept.

        Of a person with roles elsewhere too nothing but the name and the roles inside
        may be shown.
        """
        if self.is_whole:
            return User.objects.all()
        return User.objects.filter(
            Exists(self._unended().filter(self.within)) | self._ended_inside()
        )

    def people_kept(self) -> QuerySet[User]:
        """Those whose account is theirs to look after: no role reaches beyond.

        Of somebody without any role today the ended ones say whose the account is.
        """
        if self.is_whole:
            return User.objects.all()
        unended = self._unended()
        inside = Exists(unended.filter(self.within)) & ~Exists(self._beyond(unended))
        return User.objects.filter(inside | self._ended_inside())

    def keeps(self, user: User) -> bool:
        return self.is_whole or self.people_kept().filter(pk=user.pk).exists()

    def _ended_inside(self) -> Q:
        every = _of_the_person()
        return (
            ~Q(Exists(self._unended()))
            & Q(Exists(every.filter(self.within)))
            & ~Q(Exists(self._beyond(every)))
        )

    def _unended(self) -> QuerySet[Grant]:
        return _of_the_person().filter(valid_to__gt=self.day)

    def _beyond(self, grants: QuerySet[Grant]) -> QuerySet[Grant]:
        return grants.exclude(pk__in=self.grants().values("pk"))


def _of_the_person() -> QuerySet[Grant]:
    return Grant.objects.filter(user=OuterRef("pk"))


def keeping_of(actor: Actor, day: date) -> Keeping:
    """What the actor looks after that day; nothing for whoever looks after nobody."""
    if actor.holds_everywhere(Capability.MANAGE_PEOPLE):
        return Keeping(day, None, None, None, Q())
    bodies = actor.bodies(INVITE)
    near = actor.readable.get(INVITE, frozenset())
    within = _within(bodies, near, day) if bodies else NONE
    lines = frozenset(tree for tree, _root in actor.reaches(INVITE))
    return Keeping(day, bodies, near, lines, within)


def _within(bodies: frozenset[int], near: frozenset[int], day: date) -> Q:
    """Grants at these bodies alone, and all others there that reach nothing beyond."""
    simple = Q(is_own_only=True, organisation__in=bodies)
    rows = Grant.objects.filter(organisation__in=near).exclude(simple).order_by()
    seats = {
        (tree, body, not own)
        for tree, body, own in rows.values_list(
            "tree__code", "organisation", "is_own_only"
        ).distinct()
        if tree is not None and body is not None
    }
    found = simple
    for seat, scope in scopes_of(seats, day=day).items():
        if scope.writable <= bodies:
            tree, body, below = seat
            found |= Q(tree__code=tree, organisation=body, is_own_only=not below)
    return found
