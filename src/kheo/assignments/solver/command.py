"""`kheo assign solve|check|explain|example`: files in, files and sentences out.

Exit codes: 0 done, 1 answered "no" or refused with a reason, 2 wrong usage.
"""

import argparse
import io
import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any

from kheo.assignments.solver.answer import Answer
from kheo.assignments.solver.checking import check
from kheo.assignments.solver.example import WHOLE_COUNTRY, example
from kheo.assignments.solver.explaining import Explainer
from kheo.assignments.solver.files import read_json
from kheo.assignments.solver.messages import LANGUAGES, say
from kheo.assignments.solver.problem import (
    MOST_ERRORS,
    MOST_UNITS,
    BadInput,
    Fault,
    Problem,
    as_data,
    read_pairs,
    read_problem,
)
from kheo.assignments.solver.solving import DEFAULT_SECONDS, solve
from kheo.assignments.solver.wording import (
    answer_data,
    conflict_data,
    explained_data,
    fault_text,
    verdict_data,
)
from kheo.places.dataset import REFORM

DONE, NO, USAGE = 0, 1, 2
MOST_SECONDS = 30 * 24 * 3600.0
TOLD_EVERY = 0.5


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; never raises for what a user can cause."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        options = _parser().parse_args(argv)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else USAGE
    language = options.lang or _language(os.environ)
    try:
        code: int = options.run(options, language)
    except BadInput as bad:
        _refuse(bad, language, as_json=options.json)
        return NO
    except BrokenPipeError:
        # The reader has gone; nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NO
    return code


def _language(environment: Mapping[str, str]) -> str:
    """Vietnamese, unless the locale says English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(name):
            return "en" if value.lower().startswith("en") else "vi"
    return "vi"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kheo assign",
        description="Phân công đơn vị phụ trách xã · Assign units to communes",
    )
    commands = parser.add_subparsers(
        required=True, metavar="solve|check|explain|example"
    )
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--json", action="store_true", help="JSON on stdout")
    shared.add_argument("--lang", choices=LANGUAGES, help="vi (default) or en")

    solving = commands.add_parser(
        "solve", parents=[shared], help="find the best assignment"
    )
    solving.add_argument("problem", type=Path)
    limit = solving.add_mutually_exclusive_group()
    limit.add_argument(
        "--seconds", type=_seconds, help=f"time limit ({DEFAULT_SECONDS:g})"
    )
    limit.add_argument(
        "--work", type=_work, help="steps instead of seconds: repeatable"
    )
    solving.add_argument("--start", type=Path, help="an answer file to start from")
    solving.add_argument("--output", type=Path, help="write the answer file here")
    solving.add_argument("--quiet", action="store_true", help="no progress on stderr")
    solving.set_defaults(run=_solve)

    checking = commands.add_parser(
        "check", parents=[shared], help="recompute an answer"
    )
    checking.add_argument("problem", type=Path)
    checking.add_argument("answer", type=Path)
    checking.set_defaults(run=_check)

    explaining = commands.add_parser(
        "explain", parents=[shared], help="why this commune"
    )
    explaining.add_argument("problem", type=Path)
    explaining.add_argument("answer", type=Path)
    explaining.add_argument("--unit", required=True)
    explaining.add_argument("--move-to", metavar="COMMUNE")
    explaining.set_defaults(run=_explain)

    making = commands.add_parser(
        "example", parents=[shared], help="an invented instance"
    )
    making.add_argument(
        "--province", required=True, help=f"official code, or {WHOLE_COUNTRY}"
    )
    making.add_argument("--units", type=_units, default=600)
    making.add_argument("--seed", type=_work, default=1)
    making.add_argument(
        "--on", type=_day, default=REFORM, help="as the places were that day"
    )
    making.add_argument(
        "--rural-only", action="store_true", help="only communes of kind xã"
    )
    making.add_argument("--output", type=Path)
    making.set_defaults(run=_example)
    return parser


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value <= MOST_SECONDS:
        raise argparse.ArgumentTypeError(text)
    return value


def _work(text: str) -> int:
    value = int(text)
    if not 0 <= value < 2**63:
        raise argparse.ArgumentTypeError(text)
    return value


def _units(text: str) -> int:
    value = int(text)
    if not 0 <= value <= MOST_UNITS:
        raise argparse.ArgumentTypeError(text)
    return value


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(text) from None


def _refuse(bad: BadInput, language: str, *, as_json: bool) -> None:
    lines = [fault_text(fault, language) for fault in bad.faults]
    if as_json:
        faults = [
            {"path": f.path, "code": f.code, "value": f.value, "text": text}
            for f, text in zip(bad.faults, lines, strict=True)
        ]
        _print_json({"status": "refused", "errors": faults})
    _err(say(language, "run.refused"))
    for line in lines:
        _err(f"  {line}")
    if len(lines) >= MOST_ERRORS:
        _err(f"  {say(language, 'run.more')}")


def _out(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _err(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _print_json(data: object) -> None:
    _out(_json(data))


def _json(data: object) -> str:
    """What a stranger's file stated may not be finite: then it is quoted."""
    sound = json.loads(json.dumps(data), parse_constant=str)
    return json.dumps(sound, ensure_ascii=False, indent=1)


def _read(path: Path) -> tuple[dict[str, Any], Problem]:
    raw = read_json(path)
    problem = read_problem(raw)
    return raw, problem


def _write(path: Path, data: object) -> None:
    """Replace a file as a whole: a full disk leaves the old one."""
    text = _json(data)
    try:
        with tempfile.NamedTemporaryFile(
            "w",
            encoding="utf-8",
            dir=path.parent,
            prefix=f".{path.name}.",
            delete=False,
        ) as stream:
            temporary = Path(stream.name)
            try:
                stream.write(f"{text}\n")
                stream.close()
                temporary.replace(path)
            except OSError:
                temporary.unlink(missing_ok=True)
                raise
    except OSError as error:
        reason = error.strerror or ""
        raise BadInput([Fault(str(path), "unwritable", reason)]) from None


@contextmanager
def _stoppable() -> Iterator[Callable[[], bool]]:
    """Ctrl-C asks the search to end with the best so far; a second one kills."""
    asked = False

    def ask(_signal: int, _frame: FrameType | None) -> None:
        nonlocal asked
        asked = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, before)


class _Teller:
    """Progress on stderr, at most twice a second."""

    def __init__(self, language: str) -> None:
        self.language, self.told = language, -TOLD_EVERY

    def __call__(self, progress: Any) -> None:
        if progress.seconds - self.told < TOLD_EVERY:
            return
        self.told = progress.seconds
        gap = 100 * max(0.0, progress.cost - progress.bound) / max(progress.cost, 1e-12)
        text = say(
            self.language,
            "run.progress",
            seconds=round(progress.seconds, 1),
            cost=float(progress.cost),
            bound=float(progress.bound),
            gap=round(gap, 2),
        )
        _err(text)


def _solve(options: argparse.Namespace, language: str) -> int:
    _, problem = _read(options.problem)
    start: list[tuple[str, str]] = []
    if options.start:
        start = read_pairs(read_json(options.start), problem)
    report: Callable[[Any], None] = (
        (lambda _: None) if options.quiet else _Teller(language)
    )
    with _stoppable() as stopped:
        answer = solve(
            problem,
            seconds=options.seconds,
            work=options.work,
            start=start,
            report=report,
            stopped=stopped,
        )
    data = answer_data(problem, answer, language)
    if options.output:
        _write(options.output, data)
    if options.json:
        _print_json(data)
    else:
        _print_answer(problem, answer, data, language)
    return DONE if answer.is_found else NO


def _print_answer(
    problem: Problem, answer: Answer, data: dict[str, Any], language: str
) -> None:
    _out(say(language, f"run.status.{answer.status}"))
    if answer.conflict is not None:
        conflict = conflict_data(problem, answer.conflict, language)
        _out(conflict["text"])
        for member in conflict["members"]:
            _out(f"- {member['text']}")
        if conflict["relaxations"]:
            _out(say(language, "run.helps"))
        for relief in conflict["relaxations"]:
            _out(f"- {relief['text']}")
    if answer.cost is not None:
        gap = round(100 * (answer.gap or 0.0), 2)
        _out(say(language, "run.cost", cost=answer.cost, bound=answer.bound, gap=gap))
        _out(say(language, "run.terms", **answer.terms))
    named = {c.id: c.name for c in problem.communes} | {
        u.id: u.name for u in problem.units
    }
    for pair in data["pairs"]:
        unit, commune = named[pair["unit"]], named[pair["commune"]]
        _out(say(language, "run.pair", unit=unit, commune=commune))
        for reason in pair["why"]:
            _out(f"    {reason}")
    for warning in data["warnings"]:
        _out(warning)


def _check(options: argparse.Namespace, language: str) -> int:
    raw, _ = _read(options.problem)
    verdict = check(raw, read_json(options.answer))
    data = verdict_data(verdict, language)
    if options.json:
        _print_json(data)
    else:
        code = "check.sound" if verdict.sound else "check.broken"
        _out(say(language, code, cost=verdict.cost, count=len(verdict.findings)))
        for finding in data["findings"]:
            _out(f"- {finding['text']}")
        if verdict.terms:
            _out(say(language, "run.terms", **verdict.terms))
    return DONE if verdict.sound else NO


def _explain(options: argparse.Namespace, language: str) -> int:
    _, problem = _read(options.problem)
    pairs = read_pairs(read_json(options.answer), problem)
    explainer = Explainer(problem, pairs)
    account = explainer.account
    if options.unit not in account.units:
        return _unknown("unit", options.unit, language)
    if options.move_to is not None and options.move_to not in account.communes:
        return _unknown("commune", options.move_to, language)
    places = explainer.unit(options.unit)
    moves = explainer.move(options.unit, options.move_to) if options.move_to else []
    data = explained_data(explainer, places, moves, language)
    exempt = explainer.account.units[options.unit].exempt
    if options.json:
        _print_json({"unit": options.unit, "exempt": exempt, **data})
        return DONE
    if exempt:
        _out(say(language, "run.exempt_unit"))
    communes = explainer.account.communes
    for place in data["places"]:
        _out(communes[place["commune"]].name)
        for reason in place["why"]:
            _out(f"    {reason}")
        if exchange := place["exchange"]:
            target = communes[exchange["commune"]].name
            values = {
                "unit": exchange["unit"],
                "target": target,
                "cost": exchange["cost"],
            }
            _out(f"    {say(language, 'run.exchange', **values)}")
    for move in data["moves"]:
        _out(move["text"])
        for breach in move["breaks"]:
            _out(f"- {breach['text']}")
    return DONE


def _unknown(what: str, value: str, language: str) -> int:
    name = say(language, f"run.what.{what}")
    _err(say(language, "run.not_exist", what=name, value=value))
    return NO


def _example(options: argparse.Namespace, language: str) -> int:
    try:
        problem = example(
            options.province,
            units=options.units,
            seed=options.seed,
            on=options.on,
            rural_only=options.rural_only,
        )
    except LookupError:
        return _unknown("province", options.province, language)
    if options.output is None:
        _print_json(as_data(problem))
        return DONE
    _write(options.output, as_data(problem))
    _err(say(language, "run.written", path=options.output))
    return DONE
