"""What a user name is made of, how people are found and sorted, how far roles reach."""

import re
from collections.abc import Collection, Iterator
from itertools import count

from kheo.core.access import Role
from kheo.core.text import fold, sort_key

LONGEST_USERNAME = 60
USERNAME = re.compile(rf"[a-z0-9_-]{{1,{LONGEST_USERNAME}}}")
NAMELESS = "can-bo"
"""Proposed where a name holds no letter at all."""


def proposed_username(name: str, taken: Collection[str] = ()) -> str:
    """A user name as offices make them: the given name, then the other initials.

    "Nông Thị Lan" becomes `lannt`; where that is taken `lannt2`, `lannt3` and so on.
    """
    stem = _stem(name)
    return next(one for one in _tries(stem) if one not in taken)


def _stem(name: str) -> str:
    words = ["".join(filter(_is_plain, word)) for word in fold(name).split()]
    words = [word for word in words if word]
    if not words:
        return NAMELESS
    *others, given = words
    return (given + "".join(word[0] for word in others))[: LONGEST_USERNAME - 6]


def _is_plain(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _tries(stem: str) -> Iterator[str]:
    yield stem
    yield from (f"{stem}{number}" for number in count(2))


def found_by(name: str, title: str, username: str) -> str:
    """What a search looks in: everything a colleague may call the person, without marks."""
    return " ".join(fold(part) for part in (name, title, username) if part)


def name_order(name: str) -> str:
    """Digits that sort people as a Vietnamese list does: by given name, then the rest."""
    *others, given = name.split() or [""]
    return sort_key(" ".join([given, *others]))


OF_ONE_BODY = frozenset({Role.CLERK, Role.LEADER, Role.HOST})
"""Roles that usually hold at a body alone; the others are for what stands below it."""


INVITED_ROLES = (Role.CLERK, Role.LEADER, Role.FOCAL_POINT, Role.HOST, Role.OBSERVER)
"""What somebody who invites people of the bodies below may make of them there."""


def is_usually_own_only(role: Role) -> bool:
    """How far a role reaches where nobody says: no further than its work needs."""
    return role in OF_ONE_BODY
