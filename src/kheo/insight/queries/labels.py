"""Names for people: of measures, dimensions, programmes, in the language in use."""

from collections.abc import Iterable, Mapping

from django.utils.translation import get_language

from kheo.ledger.models import Measure
from kheo.programmes.models import Programme
from kheo.programmes.pack import Pack, Text
from kheo.programmes.queries import packs_of

VIETNAMESE = "vi"


def said(text: Text) -> str:
    """A text of a pack in the language in use."""
    return text.vi if is_vietnamese() else text.en


def is_vietnamese() -> bool:
    return (get_language() or VIETNAMESE).startswith(VIETNAMESE)


def name_of(measure: Measure) -> str:
    return measure.name_vi if is_vietnamese() else measure.name_en


def unit_of(measure: Measure) -> str:
    return measure.unit_vi if is_vietnamese() else measure.unit_en


def every_pack() -> Iterable[Pack]:
    """All versions of all programmes, the oldest first; parsed once per process."""
    for code in Programme.objects.order_by("code").values_list("code", flat=True):
        yield from packs_of(code)


def dimension_labels(name: str) -> Mapping[str, str]:
    """What the values of a dimension are called; the newest pack has the last word."""
    return {
        value.code: said(value.name)
        for pack in every_pack()
        for dimension in pack.dimensions
        if dimension.code == name
        for value in dimension.values
    }
