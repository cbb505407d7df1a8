"""`kheo total`: one total and its rows, from the command line."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from kheo.accounts.queries import is_sample
from kheo.core.errors import DomainError
from kheo.core.periods import Interval
from kheo.insight.queries.labels import name_of, unit_of
from kheo.insight.queries.questions import Question, answer, require_existing
from kheo.ledger.models import Measure
from kheo.ledger.queries import PLACES, RECORDED, By, Structure, Total, measure_of
from kheo.organisations.models import Organisation, Tree
from kheo.organisations.queries import PARTY
from kheo.places.models import Place
from kheo.programmes.models import Programme

USAGE = 2
PLACE, BREAKDOWN = "place:", "breakdown:"


class Command(BaseCommand):
    help = "Ask the ledger for one total: at a body or place, over days."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("measure", help="the measure's code")
        parser.add_argument(
            "--at", required=True, help="a body's code, or place: and a place's code"
        )
        parser.add_argument(
            "--from", required=True, type=_day, dest="first", help="the first day"
        )
        parser.add_argument(
            "--to", required=True, type=_day, dest="last", help="the last day, included"
        )
        parser.add_argument("--tree", default=PARTY, help="default: %(default)s")
        parser.add_argument("--programme", help="only this programme")
        parser.add_argument(
            "--by", type=_by, help="child, month or breakdown: and a dimension"
        )
        parser.add_argument(
            "--structure",
            type=_structure,
            default=RECORDED,
            help="recorded (default), or the day whose structure is meant",
        )
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        question = _question(options)
        try:
            require_existing(question)
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        if is_sample():
            self.stderr.write("dữ liệu mẫu")
        found = answer(question, options["by"])
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))
        else:
            self._print(question, found, options["by"])

    def _print(self, question: Question, found: dict[str, Any], by: By | None) -> None:
        measure = question.measure
        unit = unit_of(measure)
        self.stdout.write(f"{name_of(measure)} ({measure.code}, {found['law']})")
        self.stdout.write(f"{found['at']}  {found['from']} … {found['to']}")
        self.stdout.write(f"{_shown(question.total)} {unit}")
        counted = _("reported %(reported)d of %(expected)d")
        self.stdout.write(counted % found)
        if not by:
            return
        lines = [(row.key, row.label, _shown(row.total)) for row in question.rows(by)]
        widths = [max((len(line[i]) for line in lines), default=0) for i in range(3)]
        for key, label, value in lines:
            self.stdout.write(
                f"  {key:<{widths[0]}}  {label:<{widths[1]}}  {value:>{widths[2]}}"
            )


def _question(options: dict[str, Any]) -> Question:
    """Everything that is named must be known: an unknown name is a usage error."""
    if options["last"] < options["first"]:
        raise CommandError(_("The last day lies before the first."), returncode=USAGE)
    programme = options["programme"]
    if programme and not Programme.objects.filter(code=programme).exists():
        _unknown(_("There is no programme “%(code)s”."), programme)
    at = _at(options["at"])
    tree = PLACES if isinstance(at, Place) else options["tree"]
    if tree != PLACES and not Tree.objects.filter(code=tree).exists():
        _unknown(_("There is no tree “%(code)s”."), tree)
    return Question(
        measure=_measure(options["measure"]),
        at=at,
        interval=Interval.of_days(options["first"], options["last"]),
        tree=tree,
        programme=programme,
        structure=options["structure"],
    )


def _measure(code: str) -> Measure:
    try:
        return measure_of(code)
    except Measure.DoesNotExist:
        _unknown(_("There is no measure “%(code)s”."), code)
        raise


def _at(text: str) -> Organisation | Place:
    if text.startswith(PLACE):
        place = Place.objects.filter(code=text.removeprefix(PLACE).lower()).first()
        if place is None:
            _unknown(_("There is no place “%(code)s”."), text)
        else:
            return place
    body = Organisation.objects.filter(code=text.lower()).first()
    if body is None:
        _unknown(_("There is no body “%(code)s”."), text)
        raise AssertionError  # the line above has raised
    return body


def _unknown(sentence: str, code: str) -> None:
    raise CommandError(sentence % {"code": code}, returncode=USAGE)


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _structure(text: str) -> Structure:
    return RECORDED if text == "recorded" else date.fromisoformat(text)


def _by(text: str) -> By:
    if text == "child":
        return "child"
    if text == "month":
        return "month"
    if text.startswith(BREAKDOWN) and text != BREAKDOWN:
        return ("breakdown", text.removeprefix(BREAKDOWN))
    raise ArgumentTypeError(_("choose child, month or breakdown:DIMENSION"))


def _shown(total: Total) -> str:
    """A number as people read it; a dash where it is missing."""
    if total.text is None:
        return "—"
    return number_format(total.text, decimal_pos=total.decimals, force_grouping=True)
