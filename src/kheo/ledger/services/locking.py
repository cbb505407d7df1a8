"""Who waits for whom. SQLite has one writer at a time and needs none of these locks."""

import functools
import hashlib
from collections.abc import Callable, Iterable
from typing import ClassVar, ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from kheo.core.errors import Conflict

P = ParamSpec("P")
R = TypeVar("R")

TRIES = 3
TREES = "trees"
PATIENCE = 3
"""Seconds that a posting waits for a reorganisation."""
LOCK_NOT_AVAILABLE = "55P03"
DEADLOCK_OR_SERIALISATION = frozenset({"40P01", "40001"})


class Busy(Conflict):
    """The trees are being reorganised: nothing was saved, and soon it can be."""

    code: ClassVar[str] = "busy"
    status: ClassVar[int] = 503


def retried(service: Callable[P, R]) -> Callable[P, R]:
    """Run an outermost service again, up to three times, when the database asks for it.

    It belongs outside `transaction.atomic`. Called inside a transaction the service
    runs once, because only the outermost may start over.
    """

    @functools.wraps(service)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for _attempt in range(TRIES - 1):
            try:
                return service(*args, **kwargs)
            except OperationalError as error:
                if connection.in_atomic_block or not is_passing(error):
                    raise
        return service(*args, **kwargs)

    return run


def is_passing(error: OperationalError) -> bool:
    """Say whether the database gave up only because others were in the way."""
    return getattr(error.__cause__, "sqlstate", None) in DEADLOCK_OR_SERIALISATION


def share_trees() -> None:
    """Keep the trees as they are until the transaction ends; others may do the same.

    Waits a little for a reorganisation that is soon done. Raises `Busy` if it is not.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock_shared(%s)", [_number(TREES)])
        (is_granted,) = cursor.fetchone()
    if is_granted or _is_granted_soon():
        return
    message = _(
        "The structure is just being reorganised. Please send this again shortly."
    )
    raise Busy(message)


def _is_granted_soon() -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}s'")
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_number(TREES)])
            cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != LOCK_NOT_AVAILABLE:
            raise
        return False
    return True


def hold_trees() -> None:
    """Wait until nobody posts, then keep all others out until the transaction ends."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_number(TREES)])


def hold(names: Iterable[str]) -> None:
    """Hold the named things until the transaction ends, always in one order."""
    if connection.vendor != "postgresql":
        return
    numbers = sorted({_number(name) for name in names})
    query = "SELECT pg_advisory_xact_lock(n) FROM unnest(%s::bigint[]) AS n"
    with connection.cursor() as cursor:
        cursor.execute(query, [numbers])


def _number(name: str) -> int:
    digest = hashlib.blake2b(f"kheo.ledger:{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)
