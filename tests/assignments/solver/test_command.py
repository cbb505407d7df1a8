"""The commands: exit codes, files, two languages, and Ctrl-C."""

import json
import os
import signal
import string
import subprocess
import sys
import time
from datetime import date

import pytest

from kheo.assignments.solver import as_data
from kheo.assignments.solver.command import main
from kheo.assignments.solver.example import example, places_of
from kheo.assignments.solver.messages import codes, say, texts
from tests.assignments.solver.make import make_problem
from tests.assignments.solver.test_conflict import ALONE

RUN = "import sys;from kheo.assignments.solver.command import main;sys.exit(main(sys.argv[1:]))"


@pytest.fixture
def problem_file(tmp_path):
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(as_data(make_problem(3, 6))), encoding="utf-8")
    return path


def solved(problem_file, *arguments):
    answer = problem_file.parent / "answer.json"
    code = main(["solve", str(problem_file), "--output", str(answer), *arguments])
    return code, answer


def test_solve_check_and_explain_follow_each_other(problem_file, capsys):
    code, answer = solved(problem_file, "--seconds", "10", "--json")
    told = json.loads(capsys.readouterr().out)

    assert code == 0
    assert told == json.loads(answer.read_text(encoding="utf-8"))
    assert told["status"] == "optimal"
    assert main(["check", str(problem_file), str(answer), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sound"]
    asked = ["explain", str(problem_file), str(answer), "--unit", "u1", "--move-to"]
    other = next(c for c in ("c1", "c2", "c3") if {"unit": "u1", "commune": c} not in [
        {"unit": p["unit"], "commune": p["commune"]} for p in told["pairs"]
    ])  # fmt: skip
    assert main([*asked, other, "--json"]) == 0
    moved = json.loads(capsys.readouterr().out)["moves"][0]
    assert set(moved["terms"]) == {"fit", "far", "keep", "soft"}


def test_progress_goes_to_stderr_only(problem_file, capsys):
    solved(problem_file, "--seconds", "5", "--json", "--lang", "en")

    captured = capsys.readouterr()
    json.loads(captured.out)
    assert "bound" in captured.err


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_answer_is_told_in_both_languages(problem_file, capsys, language):
    solved(problem_file, "--seconds", "5", "--lang", language)

    assert say(language, "run.status.optimal") in capsys.readouterr().out


def test_the_locale_chooses_english(problem_file, capsys, monkeypatch):
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    solved(problem_file, "--seconds", "5")
    assert say("en", "run.status.optimal") in capsys.readouterr().out

    monkeypatch.setenv("LC_ALL", "vi_VN.UTF-8")
    solved(problem_file, "--seconds", "5")
    assert say("vi", "run.status.optimal") in capsys.readouterr().out


@pytest.mark.parametrize("rule", ALONE)
def test_an_impossible_instance_exits_with_one_and_says_why(tmp_path, capsys, rule):
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(as_data(ALONE[rule])), encoding="utf-8")

    assert main(["solve", str(path), "--json", "--work", "5"]) == 1

    conflict = json.loads(capsys.readouterr().out)["conflict"]
    assert rule in {member["rule"] for member in conflict["members"]}
    assert all(member["text"] for member in conflict["members"])
    assert conflict["relaxations"]
    assert main(["solve", str(path), "--work", "5", "--lang", "en"]) == 1
    assert say("en", "run.status.infeasible") in capsys.readouterr().out


def test_a_bad_file_exits_with_one_and_lists_its_faults(tmp_path, capsys):
    path = tmp_path / "problem.json"
    path.write_text('{"schema": "x", "colour": 1, "communes": [], "units": []}')

    assert main(["solve", str(path), "--json"]) == 1

    codes_found = [e["code"] for e in json.loads(capsys.readouterr().out)["errors"]]
    assert sorted(codes_found) == ["empty", "unknown_key", "unknown_schema"]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["fly"],
        ["solve"],
        ["solve", "a.json", "--seconds", "0"],
        ["solve", "a.json", "--seconds", "nan"],
        ["solve", "a.json", "--work", "-1"],
        ["solve", "a.json", "--work", "5", "--seconds", "5"],
        ["example", "--province", "08", "--on", "yesterday"],
    ],
)
def test_wrong_usage_exits_with_two(arguments, capsys):
    assert main(arguments) == 2
    assert capsys.readouterr().out == ""


def test_a_false_answer_exits_with_one(problem_file, tmp_path, capsys):
    answer = tmp_path / "answer.json"
    answer.write_text('{"pairs": [{"unit": "u1", "commune": "c1"}], "cost": 0}')

    assert main(["check", str(problem_file), str(answer), "--json"]) == 1

    found = {f["code"] for f in json.loads(capsys.readouterr().out)["findings"]}
    assert found == {"count", "cover_min", "stated"}


@pytest.mark.parametrize(
    "flag", [("--unit", "u9"), ("--unit", "u1", "--move-to", "c9")]
)
def test_explaining_what_does_not_exist_exits_with_one(problem_file, flag, capsys):
    _, answer = solved(problem_file, "--work", "5")

    assert main(["explain", str(problem_file), str(answer), *flag, "--lang", "en"]) == 1
    assert "There is no" in capsys.readouterr().err


def test_an_answer_that_cannot_be_written_is_refused(problem_file, tmp_path, capsys):
    target = tmp_path / "missing" / "answer.json"

    code = main(["solve", str(problem_file), "--work", "5", "--output", str(target)])

    assert code == 1
    assert str(target) in capsys.readouterr().err


def test_ctrl_c_keeps_the_best_so_far(tmp_path):
    path, answer = tmp_path / "problem.json", tmp_path / "answer.json"
    path.write_text(json.dumps(as_data(example("08", units=300))), encoding="utf-8")
    command = [sys.executable, "-c", RUN, "solve", str(path), "--seconds", "600"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

    with subprocess.Popen(
        [*command, "--output", str(answer), "--json", "--lang", "en"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
    ) as process:
        assert process.stderr is not None
        process.stderr.readline()
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        out, _ = process.communicate(timeout=120)

    told = json.loads(out)
    assert process.returncode == 0
    assert time.monotonic() - began < 60
    assert told["status"] == "feasible"
    assert say("en", "warn.stopped") in told["warnings"]
    assert json.loads(answer.read_text(encoding="utf-8")) == told


def test_check_and_help_load_no_heavy_library():
    probe = f"import sys;sys.argv=['x'];{RUN.split(';')[1]};print([m for m in ('numpy','scipy','django') if m in sys.modules])"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

    done = subprocess.run(
        [sys.executable, "-c", probe],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("code", sorted(codes()))
def test_every_sentence_has_the_same_values_in_both_languages(code):
    vietnamese, english = texts(code)

    fields = [
        {name for _, name, _, _ in string.Formatter().parse(text) if name}
        for text in (vietnamese, english)
    ]
    assert vietnamese
    assert english
    optional = {"value"} if code.startswith("fault.") else set()
    assert fields[0] - optional == fields[1] - optional


def test_vietnamese_numbers_have_a_comma():
    assert "0,25" in say("vi", "relief.cost", cost=0.25)
    assert "0.25" in say("en", "relief.cost", cost=0.25)


@pytest.mark.parametrize(
    ("on", "number"), [(date(2021, 9, 30), 137), (date(2025, 7, 1), 124)]
)
def test_an_example_stands_on_the_real_communes(on, number):
    problem = example("08", units=50, seed=4, on=on)

    assert len(problem.communes) == number
    assert len({commune.group for commune in problem.communes}) == 7
    assert problem == example("08", units=50, seed=4, on=on)
    assert problem != example("08", units=50, seed=5, on=on)


@pytest.mark.parametrize(
    ("on", "number"), [(date(2021, 9, 30), 121), (date(2025, 7, 1), 117)]
)
def test_an_example_can_keep_to_the_kind_xa(on, number):
    assert len(example("08", units=5, on=on, rural_only=True).communes) == number


def test_the_whole_country_is_grouped_by_province():
    places = places_of("all", date(2025, 7, 1))

    assert len(places) == 3321
    assert len({place.group for place in places}) == 34


def test_an_unknown_province_is_refused(capsys):
    assert main(["example", "--province", "00", "--lang", "en"]) == 1
    assert "There is no province 00" in capsys.readouterr().err


def test_an_example_is_written_and_solved(tmp_path, capsys):
    path = tmp_path / "problem.json"

    assert (
        main(["example", "--province", "08", "--units", "150", "--output", str(path)])
        == 0
    )
    assert main(["solve", str(path), "--work", "10", "--json", "--quiet"]) == 0

    assert len(json.loads(capsys.readouterr().out)["pairs"]) >= 140


@pytest.mark.parametrize(
    "stated",
    ['"cost": 1e999', '"bound": 1e999', '"bound": 1' + "0" * 400, '"cost": "\\ud800"'],
)
def test_a_strangers_figures_never_break_the_check(
    problem_file, tmp_path, capsys, stated
):
    answer = tmp_path / "answer.json"
    answer.write_text(f'{{"pairs": [], {stated}}}')

    assert main(["check", str(problem_file), str(answer), "--json"]) == 1
    found = {f["code"] for f in json.loads(capsys.readouterr().out)["findings"]}
    assert {"stated", "bound"} & found
    assert main(["check", str(problem_file), str(answer)]) == 1
