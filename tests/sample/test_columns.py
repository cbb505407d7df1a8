"""A column said briefly is the very same column when it is heard again."""

import json

import pytest

from kheo.sample.columns import hear, hear_texts, say

COLUMNS = [
    [],
    [None],
    [7],
    [None, None, None],
    [1, 2, 3, 4, 100],
    [5, 5, 5, 5],
    [3, None, None, 4, None],
    ["một", "hai", "một", "hai", "một", "hai"],
    ["chỉ một lần", "khác nữa"],
    [True, 1, 1.0, False, 0, True, 1, 1.0],
    [-5, 2**40, 0, -(2**50)],
    [{"a": 1, "b": [1, "x"]}, {"a": 2, "b": [3, "x"]}, {"a": 2, "b": []}, {}, []],
    [{"a": {"vi": "Xã", "en": None}}] * 30 + [None, {"a": 0}],
    [[{"n": number, "w": "có"}] * (number % 3) for number in range(60)],
    ["", None, "", "x"],
]


@pytest.mark.parametrize("column", COLUMNS, ids=range(len(COLUMNS)))
def test_what_is_heard_is_what_was_said(column):
    said = json.loads(json.dumps(say(column)))

    heard = hear(said)

    assert json.dumps(heard) == json.dumps(column)


@pytest.mark.parametrize("column", COLUMNS, ids=range(len(COLUMNS)))
def test_texts_are_those_of_the_values(column):
    texts = hear_texts(json.loads(json.dumps(say(column))))

    assert [None if text is None else json.loads(text) for text in texts] == column


def test_what_repeats_or_grows_is_said_briefly():
    growing = list(range(100_000, 110_000))
    nested = [{"name": "Đảng ủy", "values": [n, 0, None]} for n in range(1_000)]

    assert len(json.dumps(say(growing))) < len(json.dumps(growing)) / 2
    assert len(json.dumps(say(nested))) < len(json.dumps(nested)) / 5


def test_an_unknown_way_is_refused():
    with pytest.raises(ValueError, match="unknown way"):
        hear(["backwards", [1]])
