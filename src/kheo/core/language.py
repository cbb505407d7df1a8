"""Things said in both languages, shown in the reader's."""

from typing import Protocol

from django.utils.translation import get_language


class Bilingual(Protocol):
    """Anything said in Vietnamese and in English."""

    @property
    def vi(self) -> str: ...

    @property
    def en(self) -> str: ...


def said(text: Bilingual) -> str:
    """The text in the language of the page; Vietnamese unless it is English."""
    return text.en if (get_language() or "vi").startswith("en") else text.vi
