"""The rows an actor may see: the other use of the grants that `Actor.can` reads."""

from typing import Any, ClassVar, Self, TypeVar

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from kheo.core.access import Actor, Capability

M = TypeVar("M", bound=models.Model, covariant=True)  # noqa: PLC0105  Django's own name


def reach_of(
    lines: frozenset[tuple[str, int]], body: OuterRef, day: Any
) -> models.QuerySet[Any]:
    """Closure rows that put `body` at or below a root on `day`, each in its own tree."""
    reach = apps.get_model("organisations", "Reach")
    below = Q()
    for tree in sorted({tree for tree, _root in lines}):
        roots = [root for line, root in lines if line == tree]
        below |= Q(tree__code=tree, superior_id__in=roots)
    return reach._default_manager.filter(
        below, inferior_id=body, valid_from__lte=day, valid_to__gt=day
    )


class ScopedQuerySet(models.QuerySet[M]):
    """Every table whose rows belong to a body on a day uses this queryset."""

    body_field: ClassVar[str] = "organisation"
    day_field: ClassVar[str | None] = "on"
    view_capability: ClassVar[Capability]

    def visible_to(self, actor: Actor, capability: Capability | None = None) -> Self:
        """Rows whose body is below a root of the actor now, by succession, or was then.

        "Was then" reads, it never writes: for a writing capability only today counts.
        """
        asked = capability or self.view_capability
        if actor.is_system:
            return self
        bodies = actor.bodies(asked)
        lines = actor.reaches(asked)
        if not bodies:
            return self.none()
        now = Q(**{f"{self.body_field}__in": bodies})
        if not (lines and asked.reads_only and self.day_field):
            return self.filter(now)
        body = OuterRef(f"{self.body_field}_id")
        then = Exists(reach_of(lines, body, OuterRef(self.day_field)))
        return self.filter(now | then)
