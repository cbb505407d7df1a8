"""Words of a pack in the reader's language; formatting only, no query."""

from typing import Protocol

from django import template
from django.utils.translation import get_language

from kheo.ledger.labels import HOW_IT_ADDS_UP
from kheo.programmes import reasons
from kheo.programmes.pack import Law, Measure, Pack, Source
from kheo.programmes.periods import period_name

register = template.Library()


class Bilingual(Protocol):
    """Anything said in both languages."""

    @property
    def vi(self) -> str: ...

    @property
    def en(self) -> str: ...


@register.filter
def say(text: Bilingual | None) -> str:
    """The text in the language of the page; nothing for nothing."""
    if text is None:
        return ""
    language = get_language() or "vi"
    return text.vi if language.startswith("vi") else text.en


@register.filter
def period(code: str) -> str:
    """The name of a period as it stands inside a line."""
    return say(period_name(code))


@register.filter
def cite(source: Source, pack: Pack) -> str:
    """The paper and its clause, or whose assumption it is and why."""
    return say(reasons.source(pack, source))


@register.filter
def owner(source: Source) -> str:
    """Whose assumption it is, as it stands before a colon."""
    name = say(reasons.owner(source))
    return name[:1].upper() + name[1:]


@register.filter
def parts_of(measure: Measure, pack: Pack) -> str:
    """The two measures of a ratio, by name."""
    if measure.numerator is None or measure.denominator is None:
        return ""
    numerator, denominator = measure.numerator, measure.denominator
    return " / ".join(say(pack.measure(code).name) for code in (numerator, denominator))


@register.filter
def law_name(law: Law) -> str:
    """How the measure adds up, in plain words."""
    return str(HOW_IT_ADDS_UP[law.value])
