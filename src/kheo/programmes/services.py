"""Changes to programmes: versions of packs, earlier days, since when reports are kept."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from kheo.audit.services import record
from kheo.core.access import Actor, Capability, require
from kheo.core.errors import Conflict, NotAllowed, RuleBroken
from kheo.core.periods import Interval
from kheo.ledger.services import define_measure
from kheo.organisations.models import Organisation
from kheo.programmes.models import (
    FocalDay,
    KeptSince,
    Programme,
    ProgrammeVersion,
)
from kheo.programmes.pack import Law, Measure, Pack, dump_pack
from kheo.programmes.queries import (
    duties_in,
    focal_day_on,
    pack_on,
    reporters_of,
)

FIRST_DAY, LAST_DAY = 1, 28
"""Days that every month has."""
A_YEAR = timedelta(days=400)
"""In so long every report of a programme falls due at least once."""


@transaction.atomic
def load(
    pack: Pack, *, actor: Actor, at: datetime, home: Organisation | None = None
) -> ProgrammeVersion:
    """Put one version of a programme into force from its first day.

    Both versions are kept; the older one holds until the newer begins. The same pack
    again changes nothing. Refused where another text already begins that day, and
    where a measure would change its law. `home` is set by the first version alone.
    """
    programme = Programme.objects.filter(code=pack.code).first()
    _require_to_manage(actor, programme.home if programme else home)
    text = dump_pack(pack)
    digest = hashlib.sha256(text.encode()).hexdigest()
    if programme is None:
        programme = Programme.objects.create(code=pack.code, home=home)
    same_day = programme.versions.filter(valid_from=pack.valid.start).first()
    if same_day is not None and same_day.digest == digest:
        return same_day
    if same_day is not None:
        message = _(
            "“%(code)s” already has a version from %(day)s. Give the new one its own first day."
        )
        raise Conflict(
            message % {"code": pack.code, "day": pack.valid.start.isoformat()}
        )
    _define_measures(pack)
    version = ProgrammeVersion.objects.create(
        programme=programme,
        valid_from=pack.valid.start,
        valid_until=pack.valid.until,
        text=text,
        digest=digest,
        loaded_at=at,
    )
    data = {"from": pack.valid.start.isoformat(), "digest": digest}
    record(programme, "programme.load", actor=actor, at=at, data=data)
    return version


def _require_to_manage(actor: Actor, home: Organisation | None) -> None:
    message = _("You may not change programmes.")
    if home is not None:
        require(actor, Capability.MANAGE_PROGRAMMES, home, message=message)
    elif not actor.holds(Capability.MANAGE_PROGRAMMES):
        raise NotAllowed(message)


def _define_measures(pack: Pack) -> None:
    """The parts of ratios first; the ledger refuses what differs from what it has."""
    ordered = sorted(pack.measures, key=lambda measure: measure.law is Law.RATIO)
    for measure in ordered:
        _define(measure)


def _define(measure: Measure) -> None:
    define_measure(
        measure.code,
        measure.law.value,
        name_vi=measure.name.vi,
        name_en=measure.name.en,
        unit_vi=measure.unit.vi,
        unit_en=measure.unit.en,
        decimals=measure.decimals,
        numerator=measure.numerator,
        denominator=measure.denominator,
    )


@transaction.atomic
def set_focal_day(
    programme: Programme,
    organisation: Organisation,
    *,
    report: str,
    day: int | None,
    valid_from: date,
    actor: Actor,
    at: datetime,
) -> FocalDay:
    """Set the earlier day by which those below send this report to `organisation`.

    It holds for last days from `valid_from` on, until the next one is set; `day` None
    goes back to the pack's day. Refused where it would be later than the pack's own
    day, and where it would touch what already passed: nobody becomes late, or in time,
    afterwards.
    """
    message = _("You may not set days for this body.")
    require(actor, Capability.REVIEW_REPORTS, organisation, message=message)
    reports = {one.code: one for one in pack_on(programme.code, valid_from).reports}
    if report not in reports:
        raise RuleBroken(_("There is no such report."), field="report")
    due = reports[report].due
    if due is None or due.earlier is None:
        refusal = _("The programme lets nobody set an earlier day for this report.")
        raise RuleBroken(refusal, field="report")
    if day is not None and not FIRST_DAY <= day <= LAST_DAY:
        raise RuleBroken(_("Choose a day from 1 to 28."), field="day")
    _check_days(
        programme, organisation, report, day, valid_from=valid_from, today=localdate(at)
    )
    row, _created = FocalDay.objects.update_or_create(
        programme=programme,
        organisation=organisation,
        report=report,
        valid_from=valid_from,
        defaults={"day": day, "set_by_id": actor.user_id, "set_at": at},
    )
    data = {"report": report, "day": day, "from": valid_from.isoformat()}
    record(
        programme,
        "programme.set_focal_day",
        actor=actor,
        at=at,
        data=data,
        organisation_id=organisation.pk,
    )
    return row


def may_manage(programme: Programme, actor: Actor) -> bool:
    """Whether the actor sets what holds for the whole programme."""
    if programme.home is None:
        return actor.holds(Capability.MANAGE_PROGRAMMES)
    return actor.can(Capability.MANAGE_PROGRAMMES, programme.home)


@transaction.atomic
def keep_since(
    programme: Programme,
    days: Mapping[str, date | None],
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Say from which day on the reports of each group are kept here.

    Of windows that end before it nobody is late or missing; a report that stands here
    counts as it is. None goes back to the programme's own beginning. Groups that are
    not named, and the same day again, change nothing.
    """
    _require_to_manage(actor, programme.home)
    if not days.keys() <= reporters_of(programme.code).keys():
        raise RuleBroken(_("There is no such group."))
    rows = KeptSince.objects.filter(programme=programme)
    known = dict(rows.values_list("reporter", "since"))
    for reporter, since in days.items():
        before = known.get(reporter)
        if since == before:
            continue
        KeptSince.objects.update_or_create(
            programme=programme,
            reporter=reporter,
            defaults={"since": since, "set_by_id": actor.user_id, "set_at": at},
        )
        data = {
            "reporter": reporter,
            "since": since and since.isoformat(),
            "before": before and before.isoformat(),
        }
        record(programme, "programme.keep_since", actor=actor, at=at, data=data)


def _check_days(
    programme: Programme,
    organisation: Organisation,
    report: str,
    day: int | None,
    *,
    valid_from: date,
    today: date,
) -> None:
    """Raise `RuleBroken` where the day is no earlier one, or a day has passed already."""
    if valid_from < today:
        message = _("What already passed stays as it was: choose today or a later day.")
        raise RuleBroken(message, field="valid_from")
    span = Interval(valid_from, valid_from + A_YEAR)
    stated = [
        duty.last_day
        for duty in duties_in(programme.code, span)
        if duty.report == report and duty.last_day >= valid_from
    ]
    if day is not None and stated and all(last.day <= day for last in stated):
        message = _(
            "The last day without you is day %(stated)s of the month: choose an earlier one."
        )
        raise RuleBroken(message % {"stated": stated[0].day}, field="day")
    if not stated:
        return
    first = stated[0]
    known = focal_day_on(programme, organisation, report, first)
    for one in (day, known.day if known else None):
        if one is not None and min(first.replace(day=one), first) < today:
            message = _(
                "For the report due by %(last)s the earlier day has already passed. "
                "Let the change begin after that report, from %(from)s."
            )
            names = {
                "last": f"{first:%d/%m/%Y}",
                "from": f"{first + timedelta(days=1):%d/%m/%Y}",
            }
            raise RuleBroken(message % names, field="valid_from")
