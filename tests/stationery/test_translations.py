from decimal import Decimal

import pytest
from django.utils import translation

from kheo.core.errors import RuleBroken
from kheo.directives.rules import Family, check_number
from kheo.documents.rules import SENTENCES, Refusal, refuse
from kheo.stationery.tables import read_number


def test_every_refusal_of_a_file_has_a_sentence_in_both_languages():
    assert set(SENTENCES) == set(Refusal)
    for reason in Refusal:
        with translation.override("en"):
            english = refuse(reason).message
        with translation.override("vi"):
            vietnamese = refuse(reason).message
        assert english != vietnamese
        assert all(text.endswith(".") for text in (english, vietnamese))


def test_numbers_are_refused_in_vietnamese():
    with translation.override("vi"):
        with pytest.raises(RuleBroken, match=r"hai cách\. Hãy viết 1234 hoặc 1,2340"):
            read_number("1,234")
        with pytest.raises(RuleBroken, match="lối văn bản nhà nước"):
            check_number("123/BC-UBND", Family.PARTY)
        assert read_number("1.234,5") == Decimal("1234.5")
