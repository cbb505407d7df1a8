"""No text makes the reader fail, wander out of the text, or take its time."""

import random
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kheo.directives.reading import read
from kheo.directives.reading.extract.plain import decode
from kheo.directives.reading.layout import lay_out
from kheo.directives.reading.page import page_of
from kheo.directives.reading.text import fold, normalise
from kheo.directives.reading.wording import due_in_words

from .scoring import gold_files, text_of

PIECES = [
    "Số 12-KH/TU",
    "Số:   /KH-UBND",
    "ĐẢNG CỘNG SẢN VIỆT NAM",
    "Lâm Sơn, ngày 5 tháng 3 năm 2024",
    "KẾ HOẠCH",
    "về việc",
    "Kính gửi:",
    "Căn cứ",
    "Nơi nhận:",
    "- Như trên;",
    "- Lưu VT.",
    "T/M BAN THƯỜNG VỤ",
    "BÍ THƯ",
    "Nguyễn Văn A",
    "I. MỤC ĐÍCH",
    "1. ",
    "a) ",
    "- ",
    "Điều 1.",
    "trước ngày 15/6",
    "chậm nhất",
    "hằng quý",
    "định kỳ 6 tháng, năm",
    "từ ngày 1 đến ngày 5/7/2024",
    "trong vòng 3 ngày kể từ khi",
    "ít nhất 80%",
    "100%",
    "Các đảng ủy xã",
    "báo cáo về Đảng ủy",
    ";",
    ":",
    ".",
    "(",
    ")",
    "“",
    "”",
    "\n",
    "\n\n",
    "\t",
    " ",
    " PHỤ LỤC",
    "ĐẾN",
    "Số: 9",
    "tháng 12 hằng năm",
    "quý I",
    "30/2/2024",
    "99/99/9999",
    "…",
    "*",
    "_",
    "\xa0",
    "̣",
    "|",
    "| a | b | 15/6/2024 |",
]

SLOWEST = {
    "days": "trước ngày 15/6 ",
    "lone days": "15/6\n",
    "recurrences": "hằng năm, ",
    "symbols": "12-KH/TU, ",
    "shares": "80% - 100% ",
    "clauses": "a; ",
    "points": "- Các đảng ủy báo cáo trước ngày 15/6/2025;\n",
    "feet": "Nơi nhận:\n- A;\n",
    "wide gaps": " " * 1000 + "a",
    "dots": "." * 50 + " ",
    "pipes": "| a ",
    "capitals": "A",
    "digits": "1",
    "brackets": "(",
    "quotes": '"',
    "bodies": "các đảng ủy, ",
    "day": "ngày ",
    "from": "từ ngày 1 ",
    "tags": "<b",
    "entities": "&amp",
    "sections": "I. A\n",
    "at least": "ít nhất mỗi năm một ",
    "before": "trước ",
    "after": "sau khi ",
    "headings": "# ",
    "lines": "\n",
    "stars": "*",
    "underscores": "_",
    "heads": "Số 12-KH/TU\nĐẢNG CỘNG SẢN VIỆT NAM\nA, ngày 1 tháng 2 năm 2025\nKẾ HOẠCH\n- a\n- b\n- c\n",
}


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.sampled_from(PIECES), max_size=80).map(" ".join) | st.text(max_size=300)
)
def test_any_text_is_read_and_every_place_is_inside_it(text):
    reading = read(text)

    for document in reading.documents:
        found = (
            *document.citations,
            *document.obligations,
            *document.targets,
            *document.anomalies,
            *document.outline,
        )
        for start, end in (item.at for item in found):
            assert 0 <= start <= end <= len(reading.text)
        for obligation in document.obligations:
            if obligation.due:
                assert due_in_words(obligation.due, "vi")
                assert due_in_words(obligation.due, "en")
    assert "</html>" in page_of(reading, name="x")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_folding_and_laying_out_move_nothing(text):
    normal = normalise(text)
    view = lay_out(normal)

    assert len(fold(normal)) == len(view.shown) == len(view.flat) == len(normal)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_become_text(raw):
    assert isinstance(read(decode(raw)).documents, tuple)


@pytest.mark.parametrize("shape", SLOWEST)
def test_a_hostile_text_takes_two_seconds_per_hundred_thousand_letters_at_most(shape):
    """A third of the length, a third of the time: a quadratic reader would still fail."""
    piece = SLOWEST[shape]
    text = (piece * (33_000 // len(piece) + 1))[:33_000]
    started = time.process_time()

    read(text)

    assert time.process_time() - started < 2 / 3 + 0.6


def test_the_same_text_is_always_read_the_same():
    texts = [text_of(name) for name in gold_files()]
    first = [read(text) for text in texts]
    random.Random(3).shuffle(texts)
    again = {reading.text: reading for reading in map(read, texts)}

    assert all(again[reading.text] == reading for reading in first)


def test_quotes_in_the_result_are_where_it_says():
    reading = read(text_of("01-party-guidance-2026.json"))
    (document,) = reading.documents

    a, b = document.citations[0].at
    assert reading.text[a:b] == "399-QĐ/TW"
    duty = next(
        o
        for o in document.obligations
        if o.due == {"on": "2026-02-28", "strict": False}
    )
    assert reading.text[duty.at[0] : duty.at[1]].endswith("chậm nhất ngày 28/02/2026.")
