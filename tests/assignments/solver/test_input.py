"""A bad file is refused before solving, with everything that is wrong in it."""

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kheo.assignments.solver import BadInput, as_data, read_pairs, read_problem
from kheo.assignments.solver.files import MOST_BYTES, parse, read_json
from kheo.assignments.solver.messages import texts
from kheo.assignments.solver.problem import MOST_COMMUNES, MOST_ERRORS
from tests.assignments.solver.make import make_problem, random_problem

DATA = as_data(make_problem(2, 2))


def changed(path, value):
    data = copy.deepcopy(DATA)
    at = data
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return data


def faults_of(data):
    with pytest.raises(BadInput) as refused:
        read_problem(data)
    return [(fault.path, fault.code) for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (("schema",), "kheo.assignment/2", "unknown_schema"),
        (("colour",), 1, "unknown_key"),
        (("seed",), -1, "out_of_range"),
        (("seed",), True, "not_whole"),
        (("communes",), {}, "not_a_list"),
        (("communes",), [], "empty"),
        (("communes", 0), 7, "not_an_object"),
        (("communes", 0, "size"), float("nan"), "not_finite"),
        (("communes", 0, "size"), float("inf"), "not_finite"),
        (("communes", 0, "size"), "1", "not_a_number"),
        (("communes", 0, "need"), 1.5, "out_of_range"),
        (("communes", 0, "lat"), 91, "out_of_range"),
        (("communes", 0, "lat"), None, "half_a_position"),
        (("communes", 0, "difficult"), 1, "not_a_flag"),
        (("communes", 0, "id"), " ", "empty"),
        (("communes", 0, "id"), 5, "not_text"),
        (("communes", 1, "id"), "c1", "repeated_id"),
        (("communes", 0, "name"), "x" * 501, "too_long"),
        (("communes", 0, "hamlets"), 3, "unknown_key"),
        (("units", 0, "headcount"), -1, "out_of_range"),
        (("units", 0, "headcount"), 4.0, "not_whole"),
        (("units", 0, "communes"), 0, "out_of_range"),
        (("units", 0, "tier"), "provincial", "unknown_tier"),
        (("units", 0, "group"), "d9", "unknown_id"),
        (("units", 0, "locked"), ["c9"], "unknown_id"),
        (("units", 0, "forbidden"), ["c9"], "unknown_id"),
        (("units", 0, "forbidden"), ["c1", "c1"], "repeated"),
        (("units", 0, "previous"), "c1", "not_texts"),
        (("units", 1, "id"), "u1", "repeated_id"),
        (("weights", "fit"), -0.1, "out_of_range"),
        (("weights", "near"), 1, "unknown_key"),
        (("rules", "cover_min"), -1, "out_of_range"),
        (("rules", "soft"), ["cover_min"], "unknown_cap"),
        (("rules", "cover_max"), 1, "unknown_key"),
    ],
)
def test_each_fault_is_named_where_it_is(path, value, code):
    found = faults_of(changed(path, value))

    assert code in [each for _, each in found]
    where = next(each for each, kind in found if kind == code)
    assert str(path[0]) in where
    assert all(texts(f"fault.{each}") for _, each in found)


def test_a_pair_both_fixed_and_forbidden_is_refused():
    data = changed(("units", 0, "locked"), ["c1"])
    data["units"][0]["forbidden"] = ["c1"]

    assert faults_of(data) == [("units[0].locked", "locked_and_forbidden")]


def test_an_exempt_unit_with_a_fixed_pair_is_refused():
    data = changed(("units", 0, "locked"), ["c1"])
    data["units"][0]["exempt"] = True

    assert faults_of(data) == [("units[0].locked", "locked_but_exempt")]


def test_all_faults_are_listed_at_once():
    data = changed(("units", 0, "headcount"), -4)
    data["weights"]["fit"] = -1
    data["colour"] = 1

    assert [code for _, code in faults_of(data)] == [
        "unknown_key", "out_of_range", "out_of_range",
    ]  # fmt: skip


def test_missing_fields_are_named():
    data = changed(("units", 0), {"name": "no id"})

    assert ("units[0].id", "missing") in faults_of(data)
    assert ("units[0].headcount", "missing") in faults_of(data)


def test_a_flood_of_faults_is_cut():
    data = changed(("units",), [{} for _ in range(5000)])

    assert len(faults_of(data)) == MOST_ERRORS


def test_too_many_communes_are_refused_unread():
    data = changed(("communes",), [None] * (MOST_COMMUNES + 1))

    assert ("communes", "too_many") in faults_of(data)


def test_previous_communes_may_have_gone():
    assert read_problem(changed(("units", 0, "previous"), ["gone"])).units[
        0
    ].previous == ("gone",)


@pytest.mark.parametrize("seed", range(20))
def test_what_is_written_is_read_back(seed):
    problem = random_problem(seed)

    assert read_problem(json.loads(json.dumps(as_data(problem)))) == problem


@pytest.mark.parametrize("data", [None, 5, "x", [], [DATA]])
def test_what_is_no_object_is_refused(data):
    assert faults_of(data) == [("", "not_an_object")]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "group", "lat", "lon", "headcount", "locked", "communes"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["communes", "units", "rules", "weights", "seed", "schema"]),
    anything,
)
def test_nothing_but_bad_input_is_ever_raised(key, value):
    data = changed((key,), value)

    try:
        problem = read_problem(data)
    except BadInput as refused:
        assert refused.faults  # noqa: PT017  # either is right, nothing else may be raised
    else:
        assert problem.communes


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "not_json"),
        (b"\xff\xfe", "not_utf8"),
        (b'{"a": NaN}', "not_finite"),
        (b'{"a": -Infinity}', "not_finite"),
        (b'{"a": 1, "a": 2}', "repeated_key"),
        (b"[" * 200_000, "too_deep"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not_json"),
        (b"", "not_json"),
    ],
)
def test_what_is_not_sound_json_is_refused(content, code):
    with pytest.raises(BadInput) as refused:
        parse(content)

    assert [fault.code for fault in refused.value.faults] == [code]


def test_a_file_of_200_mb_is_refused_unread(tmp_path):
    path = tmp_path / "large.json"
    with path.open("wb") as stream:
        stream.truncate(200 * 1024 * 1024)

    with pytest.raises(BadInput) as refused:
        read_json(path)

    assert refused.value.faults[0].code == "file_too_large"
    assert MOST_BYTES < 200 * 1024 * 1024


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(BadInput) as refused:
        read_json(tmp_path / "none.json")

    assert refused.value.faults[0].code == "unreadable"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ([], "missing"),
        ({"pairs": 4}, "missing"),
        ({"pairs": [4]}, "not_an_object"),
        ({"pairs": [{"unit": "u9", "commune": "c1"}]}, "unknown_id"),
        ({"pairs": [{"unit": "u1", "commune": ["c1"]}]}, "unknown_id"),
        ({"pairs": [{"unit": "u1", "commune": "c1"}] * 2}, "repeated"),
    ],
)
def test_a_bad_answer_file_is_refused(answer, code):
    with pytest.raises(BadInput) as refused:
        read_pairs(answer, make_problem(2, 2))

    assert [fault.code for fault in refused.value.faults] == [code]
