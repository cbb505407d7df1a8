"""Arithmetic of shares: they are fractions of one whole, and stay exact."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction

from kheo.core.lineage.values import WHOLE, N, Part, Succession


def apportion(amount: int, parts: Sequence[Part[N]]) -> list[int]:
    """Split a whole amount by the shares so that the pieces add up to it exactly.

    Largest remainder; equal remainders go to the earlier part. Negative amounts split
    as their positive mirror does. Raises `ValueError` unless the shares are one whole.
    """
    if sum((part.share for part in parts), Fraction(0)) != WHOLE:
        raise ValueError("the shares do not add up to one")
    sign, size = (-1, -amount) if amount < 0 else (1, amount)
    exact = [part.share * size for part in parts]
    pieces = [int(value) for value in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: (pieces[i] - exact[i], i))
    for index in by_remainder[: size - sum(pieces)]:
        pieces[index] += 1
    return [sign * piece for piece in pieces]


def check_shares(events: Mapping[N, Sequence[Succession[N]]]) -> None:
    for node, own in events.items():
        totals: dict[date, Fraction] = defaultdict(Fraction)
        for event in own:
            if event.share is not None:
                totals[event.on] += event.share
            if event.share is not None and event.share <= 0:
                raise ValueError(f"{node!r} passes on a share of {event.share}")
        for on, total in totals.items():
            if total > WHOLE:
                raise ValueError(f"{node!r} passes on more than the whole on {on}")


def scaled(parts: Iterable[Part[N]], share: Fraction) -> Iterator[Part[N]]:
    return (Part(part.bearer, part.share * share, part.is_open) for part in parts)


def merged(parts: Iterable[Part[N]]) -> tuple[Part[N], ...]:
    shares: dict[tuple[N | None, bool], Fraction] = {}
    for part in parts:
        key = (part.bearer, part.is_open)
        shares[key] = shares.get(key, Fraction(0)) + part.share
    return tuple(Part(b, share, is_open) for (b, is_open), share in shares.items())
