"""Where a rule stands, in both languages: whose assumption, which part of a paper."""

import pytest

from kheo.programmes import reasons
from kheo.programmes.pack import dump_pack, load_pack
from tests.programmes.make import small


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Tổ giúp việc", ("Tổ giúp việc", "Tổ giúp việc")),
        (
            "{vi: Tổ giúp việc, en: The assisting team}",
            ("Tổ giúp việc", "The assisting team"),
        ),
        ("Nhóm phát triển Khéo", ("Nhóm phát triển Khéo", "the developers of Khéo")),
    ],
    ids=["one", "both", "ours"],
)
def test_an_owner_is_named_in_one_language_or_in_both(name, said):
    reason = "reason: {vi: Không nêu, en: Not stated}"
    text = small(
        (
            "kinds: [board], source: {document: paper, clause: I}",
            f"kinds: [board], source: {{assumption: true, owner: {name}, {reason}}}",
        )
    )

    pack = load_pack(text)
    source = pack.group("above").source

    assert (reasons.owner(source).vi, reasons.owner(source).en) == said
    assert reasons.source(pack, source).en == f"assumed by {said[1]}: Not stated"
    assert load_pack(dump_pack(pack)) == pack
    assert dump_pack(load_pack(dump_pack(pack))) == dump_pack(pack)


@pytest.mark.parametrize(
    ("clause", "english"),
    [
        ("III.2, bước 4; IV.2", "III.2, step 4; IV.2"),
        ("điểm a khoản 2 Mục 3", "point a clause 2 section 3"),
        ("Phụ lục 1, biểu 2", "annex 1, table 2"),
        ("I.2", "I.2"),
    ],
    ids=["step", "point", "annex", "number"],
)
def test_a_clause_is_cited_in_english_words_with_its_own_numbers(clause, english):
    assert (reasons.clause(clause).vi, reasons.clause(clause).en) == (clause, english)
