"""The sample's reports: drafted, approved, sent, returned or accepted, some late."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from kheo.core.access import Role
from kheo.core.periods import DAY, Interval
from kheo.programmes.queries import Owed
from kheo.reporting.models import Report
from kheo.reporting.queries.obligations import owed_in
from kheo.reporting.queries.typed import Typed
from kheo.reporting.services.drafts import open_report, save_report
from kheo.reporting.services.moves import RemarkAt, move_report
from kheo.reporting.workflow import ReportAction
from kheo.sample.calendar import moment
from kheo.sample.cast import Cast
from kheo.sample.habits import Habits

RESULTS = (
    "Đơn vị duy trì hoạt động cùng Nhân dân ở xã được phân công phụ trách; nội dung thiết thực, phù hợp với việc của thôn.",
    "Cán bộ, đảng viên cùng Nhân dân làm vệ sinh môi trường, sửa đường thôn và giúp các hộ khó khăn.",
    "Các buổi hoạt động bám sát kế hoạch đã thống nhất với xã; Nhân dân tham gia đông.",
    "Tập trung vào các phần việc của xã về nông thôn mới; có chuẩn bị dụng cụ và an toàn.",
)
DIFFICULTIES = (
    "Đường vào một số thôn còn khó đi trong mùa mưa.",
    "Lịch công tác cuối tháng nhiều nên phải đổi ngày một lần.",
    "Một số thôn ở xa, thời gian đi lại còn dài.",
    "Không có khó khăn lớn.",
)
PLANS = (
    "Tiếp tục phối hợp với xã chọn việc làm cụ thể cho tháng sau.",
    "Tháng sau giúp thôn phát quang đường nội đồng.",
    "Thống nhất với xã lịch hoạt động của kỳ tới trước ngày 20.",
)
COMMITTEES = "committees"
"""The group whose reports have gone through Khéo from the first day."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one report: when it is sent, whether it comes back."""

    sent_on: date
    is_sent: bool = True
    comes_back: bool = False
    is_accepted: bool = True


@dataclass(frozen=True, slots=True)
class Telling:
    """What the playing of one report needs to know besides what is owed."""

    until: date
    seed: int
    habits: Habits
    cast: Cast


def report(span: Interval, telling: Telling) -> int:
    """Every report with a last day in `span`, as far as time has come by `until`."""
    owed = [one for one in owed_in(span) if _is_sent_here(one, telling.habits)]
    for one in sorted(
        owed, key=lambda o: (o.duty.window.last, _rank(o), o.duty.report)
    ):
        _play(one, telling)
    return len(owed)


def _is_sent_here(owed: Owed, habits: Habits) -> bool:
    """Whether the report goes through Khéo: cells and communes joined later."""
    is_committee = owed.duty.reporter == COMMITTEES
    return is_committee or owed.duty.window.last >= habits.reports_since


def _rank(owed: Owed) -> int:
    """Lower bodies first: a committee consolidates what it has received."""
    return 1 if owed.duty.reporter == COMMITTEES else 0


def _play(owed: Owed, telling: Telling) -> None:
    window = owed.duty.window
    random = Random(  # noqa: S311  a sample, no secret
        f"{telling.seed}|{owed.organisation.code}|{owed.duty.report}|{window.start}"
    )
    fate = _fate(owed, random, telling.habits)
    begun_on, cast = owed.duty.last_day - timedelta(days=3), telling.cast
    if begun_on >= telling.until or (not fate.is_sent and random.random() < 0.5):
        return
    clerk = cast.play(owed.organisation, Role.CLERK)
    made = open_report(owed, actor=clerk, at=moment(begun_on, 8))
    save_report(
        made,
        cells=_typed(owed, random, telling.habits),
        paragraphs={
            "results": random.choice(RESULTS),
            "difficulties": random.choice(DIFFICULTIES),
            "plans": random.choice(PLANS),
        },
        is_nil=True,
        actor=clerk,
        at=moment(begun_on, 9),
    )
    if fate.is_sent and fate.sent_on < telling.until:
        _send(made, fate, until=telling.until, cast=cast)


def _typed(owed: Owed, random: Random, habits: Habits) -> dict[str, Typed]:
    """What the clerk declares on top of what the days say."""
    if _has_initiatives(owed, habits):
        return {"initiatives-running": Typed(declared=random.randint(1, 4))}
    on_paper = owed.duty.window.last < habits.reports_since
    if not (on_paper and owed.duty.report == "committee-month"):
        return {}
    # Before its cells and communes joined, the committee added up slips of paper.
    turns = random.randint(20, 90)
    return {
        "cadre-turns": Typed(declared=turns, is_estimated=random.random() < 0.2),
        "resident-turns": Typed(declared=turns * random.randint(2, 4)),
    }


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


def _fate(owed: Owed, random: Random, habits: Habits) -> Fate:
    """Real bodies are on time and accepted; invented ones as people are."""
    last = owed.duty.last_day
    early = last - timedelta(days=random.randint(0, 1))
    receiver = owed.receiver.code if owed.receiver else ""
    if owed.duty.reporter != "units" or receiver in habits.punctual:
        return Fate(sent_on=last)
    if owed.organisation.code in habits.seldom | habits.never and random.random() < 0.4:
        return Fate(sent_on=last, is_sent=False)
    draw = random.random()
    if draw < 0.07:
        return Fate(sent_on=last + timedelta(days=random.randint(1, 5)))
    if draw < 0.10:
        return Fate(sent_on=last, is_sent=False)
    return Fate(sent_on=early, comes_back=draw < 0.17)


def _has_initiatives(owed: Owed, habits: Habits) -> bool:
    is_month = owed.duty.reporter == "units" and owed.duty.report.endswith("month")
    return is_month and owed.organisation.pk % habits.initiatives == 0
