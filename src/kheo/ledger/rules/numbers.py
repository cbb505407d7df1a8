"""Numbers and names in their one written form."""

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

RESERVED = frozenset(";=")


def formatted(value: int | None, decimals: int) -> str | None:
    """Write whole smallest units with exactly `decimals` digits; missing stays `None`."""
    if value is None:
        return None
    return f"{Decimal(value).scaleb(-decimals):f}"


def percent(
    numerator: int | None, denominator: int | None, *, decimals: int, scale: int = 0
) -> int | None:
    """Give a ratio in % as whole units of its last decimal, half up.

    Missing when a part is missing or the denominator is 0. `scale` is how many more
    decimals the numerator has than the denominator.
    """
    if numerator is None or not denominator:
        return None
    exact = Fraction(numerator * 10 ** (decimals + 2), denominator)
    exact *= Fraction(10) ** -scale
    doubled = 2 * abs(exact)
    rounded = (doubled.numerator // doubled.denominator + 1) // 2
    return rounded if exact >= 0 else -rounded


def canonical(dimensions: Mapping[str, str]) -> str:
    """Write one combination as `dim=value;dim=value`, in order of the dimensions.

    Raises `ValueError` for an empty name or value, or one that holds `;` or `=`.
    """
    for word in (*dimensions.keys(), *dimensions.values()):
        if not word or RESERVED & set(word):
            raise ValueError(f"“{word}” cannot name a dimension or its value")
    return ";".join(f"{name}={dimensions[name]}" for name in sorted(dimensions))


def dimensions_of(text: str) -> dict[str, str]:
    """Read what `canonical` wrote."""
    if not text:
        return {}
    pairs = (part.partition("=") for part in text.split(";"))
    return {name: value for name, _, value in pairs}


def key_of(source: str, line: str, revision: int) -> str:
    """Name an entry for ever by its source, line and revision."""
    text = "\x1f".join((source, line, str(revision)))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
