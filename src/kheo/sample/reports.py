"""The sample's reports: drafted, approved, sent, returned or accepted, some late."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from kheo.core.access import Role
from kheo.core.periods import DAY, Interval
from kheo.programmes.queries import Owed
from kheo.reporting.models import Report
from kheo.reporting.queries.obligations import owed_in
from kheo.reporting.services.drafts import Typed, open_report, save_report
from kheo.reporting.services.moves import RemarkAt, move_report
from kheo.reporting.workflow import ReportAction
from kheo.sample.calendar import moment
from kheo.sample.cast import Cast
from kheo.sample.days import SELDOM_GOES

WORDS = {
    "results": "Đơn vị duy trì hoạt động cùng Nhân dân ở xã được phân công phụ trách; nội dung thiết thực, phù hợp với việc của thôn.",
    "difficulties": "Đường vào một số thôn còn khó đi trong mùa mưa.",
    "plans": "Tiếp tục phối hợp với xã chọn việc làm cụ thể cho tháng sau.",
}


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one report: when it is sent, whether it comes back."""

    sent_on: date
    is_sent: bool = True
    comes_back: bool = False
    is_accepted: bool = True


def report(span: Interval, *, until: date, seed: int, cast: Cast) -> int:
    """Every report with a last day in `span`, as far as time has come by `until`."""
    owed = owed_in(span)
    for one in sorted(
        owed, key=lambda o: (o.duty.window.last, _rank(o), o.duty.report)
    ):
        _play(one, until=until, seed=seed, cast=cast)
    return len(owed)


def _rank(owed: Owed) -> int:
    """Lower bodies first: a committee consolidates what it has received."""
    return 1 if owed.duty.reporter == "committees" else 0


def _play(owed: Owed, *, until: date, seed: int, cast: Cast) -> None:
    random = Random(  # noqa: S311  a sample, no secret
        f"{seed}|{owed.organisation.code}|{owed.duty.report}|{owed.duty.window.start}"
    )
    fate = _fate(owed, random)
    begun_on = owed.duty.last_day - timedelta(days=3)
    if begun_on >= until or (not fate.is_sent and random.random() < 0.5):
        return
    clerk = cast.play(owed.organisation, Role.CLERK)
    made = open_report(owed, actor=clerk, at=moment(begun_on, 8))
    save_report(
        made,
        cells={"initiatives-running": Typed(declared=random.randint(1, 4))}
        if _has_initiatives(owed)
        else {},
        paragraphs=WORDS,
        is_nil=True,
        actor=clerk,
        at=moment(begun_on, 9),
    )
    if fate.is_sent and fate.sent_on < until:
        _send(made, fate, until=until, cast=cast)


def _send(made: Report, fate: Fate, *, until: date, cast: Cast) -> None:
    made = _approve(made, fate.sent_on, cast)
    if made.receiver is None:
        return
    focal = cast.play(made.receiver, Role.FOCAL_POINT)
    seen_on = fate.sent_on + DAY
    if fate.comes_back and seen_on < until:
        move_report(
            made,
            ReportAction.RETURN,
            actor=focal,
            at=moment(seen_on, 10),
            note="Đề nghị kiểm tra lại số ngày công.",
            remarks=[RemarkAt("Số ngày công thấp hơn số lượt người.", "work-days")],
        )
        clerk = cast.play(made.organisation, Role.CLERK)
        save_report(made, cells={}, paragraphs={}, actor=clerk, at=moment(seen_on, 14))
        made = _approve(made, seen_on, cast, hour=15)
        seen_on += DAY
    if fate.is_accepted and seen_on < until:
        move_report(made, ReportAction.ACCEPT, actor=focal, at=moment(seen_on, 16))


def _approve(made: Report, day: date, cast: Cast, *, hour: int = 9) -> Report:
    clerk = cast.play(made.organisation, Role.CLERK)
    leader = cast.play(made.organisation, Role.LEADER)
    move_report(made, ReportAction.SUBMIT, actor=clerk, at=moment(day, hour, 30))
    return move_report(
        made, ReportAction.APPROVE, actor=leader, at=moment(day, hour + 1)
    )


def _fate(owed: Owed, random: Random) -> Fate:
    """Real bodies are on time and accepted; invented ones as people are."""
    last = owed.duty.last_day
    early = last - timedelta(days=random.randint(0, 1))
    if owed.duty.reporter != "units":
        return Fate(sent_on=last)
    if owed.organisation.code in SELDOM_GOES and random.random() < 0.4:
        return Fate(sent_on=last, is_sent=False)
    draw = random.random()
    if draw < 0.07:
        return Fate(sent_on=last + timedelta(days=random.randint(1, 5)))
    if draw < 0.10:
        return Fate(sent_on=last, is_sent=False)
    return Fate(sent_on=early, comes_back=draw < 0.17)


def _has_initiatives(owed: Owed) -> bool:
    return owed.duty.reporter == "units" and owed.duty.report.endswith("month")
