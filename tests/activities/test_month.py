"""A month of slips on one screen: right rows are saved, wrong ones stay, once is once."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kheo.activities import services
from kheo.activities.models import Activity, Quantity
from kheo.activities.queries import done_of
from kheo.activities.rules import Done, NotADay, parse_day
from kheo.activities.workflow import ActivityAction, ActivityState
from kheo.audit.models import AuditEntry
from kheo.core.access import SYSTEM
from kheo.core.periods import Interval
from kheo.ledger.models import Entry
from kheo.ledger.queries import measure_of, total
from tests.activities.make import sign_in
from tests.village import (
    NOON,
    SATURDAY,
    cadres,
    charge,
    hamlet,
    log,
    make_actor,
    make_user,
    make_village,
    plan,
    roads,
)

PAGE = "/activities/month/?month=2024-03"
MARCH = Interval.of_days(date(2024, 3, 1), date(2024, 3, 31))


@pytest.mark.parametrize(
    "typed", ["6", "06", "6/11", "06.11", "6-11-2026", "6/11/26", "2026-11-06"]
)
def test_a_day_is_read_as_people_write_it(typed):
    assert parse_day(typed, 2026, 11) == date(2026, 11, 6)


@pytest.mark.parametrize(
    "typed",
    ["", "31", "6/12", "6/11/2025", "2026-12-06", "0", "sáu", "6/11/2026/1", "-6"],
)
def test_what_is_no_day_of_the_month_is_refused(typed):
    with pytest.raises(NotADay):
        parse_day(typed, 2026, 11)


@pytest.fixture
def village():
    with time_machine.travel(NOON, tick=False):
        yield make_village()


def inputs(page):
    """Every input of the sheet with its value, as a browser would send them."""
    form = page.split('<form method="post" action="?month')[1].split("</form>")[0]
    found = re.findall(r'<input[^>]*name="(r\d+-[^"]+)"[^>]*value="([^"]*)"', form)
    selects = re.findall(r'<select[^>]*name="(r\d+-[^"]+)"', form)
    return dict(found) | dict.fromkeys(selects, "")


def sheet(client, page=PAGE):
    return inputs(client.get(page).content.decode())


def row_of(typed, activity):
    return next(
        key.removesuffix("-id")
        for key, value in typed.items()
        if value == str(activity.client_id)
    )


def new_row(typed, number=0):
    """The name of a blank row."""
    rows = [key.removesuffix("-on") for key in typed if key.endswith("-on")]
    return rows[number]


def value(village, measure, code="tu"):
    counted, node = measure_of(measure), village[code].pk
    return total(counted, tree="party", node_id=node, interval=MARCH).value


@pytest.mark.django_db
def test_a_plan_is_there_with_its_words_and_is_logged_from_its_slip(client, village):
    activity = plan(village)
    sign_in(client, village, "clerk", "cell-a")
    typed = sheet(client)
    row = row_of(typed, activity)
    assert typed[f"{row}-title"] == "Đổ bê tông đường thôn"

    answer = client.post(
        PAGE,
        typed
        | {
            f"{row}-cadre_turns": "9",
            f"{row}-resident_turns": "1.234",
            f"{row}-work_days.cadres": "12,5",
            f"{row}-roads.new": "430",
        },
    )

    assert answer.status_code == 302
    activity.refresh_from_db()
    assert activity.state == ActivityState.DONE
    assert value(village, "cadre_turns", "cell-a") == 9
    assert value(village, "resident_turns") == 1234
    assert value(village, "work_days") == 125
    assert value(village, "roads") == 430


@pytest.mark.django_db
def test_a_new_row_needs_no_plan_and_finds_its_commune_without_marks(client, village):
    charge(village, "cell-a", "vn-2")
    sign_in(client, village, "clerk", "cell-a")
    typed = sheet(client)
    row = new_row(typed)

    answer = client.post(
        PAGE,
        typed
        | {
            f"{row}-on": "30",
            f"{row}-commune": "trung minh",
            f"{row}-title": "Nạo vét mương",
            f"{row}-field": "infrastructure",
            f"{row}-cadre_turns": "4",
        },
    )

    assert answer.status_code == 302
    activity = Activity.objects.get()
    assert (activity.on, activity.place.code) == (SATURDAY, "vn-2")
    assert (activity.title, activity.field) == ("Nạo vét mương", "infrastructure")
    assert [d.amount for d in done_of(activity)] == [4]


@pytest.mark.django_db
def test_right_rows_are_saved_and_wrong_ones_stay_as_typed(client, village):
    activity = plan(village)
    sign_in(client, village, "clerk", "cell-a")
    typed = sheet(client)
    right, wrong = row_of(typed, activity), new_row(typed)
    typed |= {
        f"{right}-roads.new": "430",
        f"{wrong}-on": "31/4",
        f"{wrong}-commune": "Xã Không Có",
        f"{wrong}-title": "Việc giữ lại",
        f"{wrong}-cadre_turns": "bảy",
        f"{wrong}-resident_turns": "999.999",
    }

    answer = client.post(PAGE, typed)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert value(village, "roads") == 430
    assert Activity.objects.count() == 1
    kept = inputs(page)
    for name in ("on", "commune", "title", "cadre_turns", "resident_turns"):
        assert kept[f"{wrong}-{name}"] == typed[f"{wrong}-{name}"]
    for name in ("on", "commune", "cadre_turns", "resident_turns"):
        assert f'id="{wrong}-{name}-error"' in page
        assert f'aria-describedby="{wrong}-{name}-error"' in page
    assert f'id="{wrong}-title-error"' not in page
    assert f"{right}-roads.new" not in kept

    typed = kept | {
        f"{wrong}-on": "23/3",
        f"{wrong}-commune": "",
        f"{wrong}-cadre_turns": "7",
        f"{wrong}-resident_turns": "",
    }
    assert client.post(PAGE, typed).status_code == 302
    assert value(village, "cadre_turns") == 7


@pytest.mark.django_db
def test_sending_the_sheet_twice_changes_nothing(client, village):
    activity = plan(village)
    sign_in(client, village, "clerk", "cell-a")
    typed = sheet(client)
    row = new_row(typed)
    typed |= {
        f"{row_of(typed, activity)}-roads.new": "430",
        f"{row}-on": "23",
        f"{row}-title": "Việc khác",
        f"{row}-cadre_turns": "7",
    }
    client.post(PAGE, typed)
    services.move_activity(
        Activity.objects.get(pk=activity.pk),
        ActivityAction.CONFIRM,
        actor=SYSTEM,
        at=NOON,
    )
    before = (
        list(Activity.objects.order_by("pk").values()),
        list(Quantity.objects.order_by("pk").values()),
        Entry.objects.count(),
        AuditEntry.objects.count(),
    )

    answer = client.post(PAGE, typed, follow=True)

    assert "nothing changed" in answer.content.decode()
    assert before == (
        list(Activity.objects.order_by("pk").values()),
        list(Quantity.objects.order_by("pk").values()),
        Entry.objects.count(),
        AuditEntry.objects.count(),
    )


@pytest.mark.django_db
def test_a_correction_keeps_what_the_sheet_had_no_room_for(client, village):
    activity = plan(village, partners=["cell-b"])
    clerk = sign_in(client, village, "clerk", "cell-a")
    typed = sheet(client)
    row = row_of(typed, activity)
    shown = {key.removeprefix(f"{row}-") for key in typed}
    hidden = "waste"
    assert hidden not in shown

    log(activity, cadres(village, "cell-b", 5))
    log(activity, roads(100), Done(hidden, 50), actor=clerk)

    answer = client.post(PAGE, typed | {f"{row}-roads.new": "120"})

    assert answer.status_code == 302
    assert value(village, "roads") == 120
    assert value(village, hidden) == 50
    assert value(village, "cadre_turns", "cell-b") == 5


@pytest.mark.django_db
def test_what_a_colleague_logged_meanwhile_is_not_overwritten_by_a_sheet(
    client, village
):
    activity = plan(village, partners=["cell-b"])
    sign_in(client, village, "clerk", "cell-a")
    typed = sheet(client)
    row = row_of(typed, activity)
    thu = make_user("ma-thi-thu", name="Ma Thị Thử")
    colleague = make_actor("clerk", village["cell-a"], user=thu)
    log(activity, roads(100), actor=colleague)

    other = client.post(PAGE, typed | {f"{row}-roads.new": "120"})
    same = client.post(PAGE, typed | {f"{row}-roads.new": "100"})

    assert other.status_code == 422
    assert f"as slip {activity.code}: correct it there" in other.content.decode()
    assert "Ma Thị Thử logged this day meanwhile" in other.content.decode()
    assert 'value="120"' in other.content.decode()
    assert same.status_code == 302
    assert value(village, "roads") == 100


@pytest.mark.django_db
def test_the_same_day_typed_as_another_row_is_refused_with_its_code(client, village):
    activity = plan(village)
    log(activity, roads(430))
    sign_in(client, village, "clerk", "cell-a")
    typed = sheet(client)
    row = new_row(typed)

    answer = client.post(
        PAGE,
        typed
        | {
            f"{row}-on": "30",
            f"{row}-title": "đổ bê tông ĐƯỜNG thôn",
            f"{row}-cadre_turns": "7",
        },
    )

    assert answer.status_code == 422
    assert activity.code in answer.content.decode().split("<tbody>")[1]
    assert Activity.objects.count() == 1
    assert value(village, "cadre_turns") is None


@pytest.mark.django_db
def test_a_saved_row_sent_for_another_day_is_refused(client, village):
    sign_in(client, village, "clerk", "cell-a")
    typed = sheet(client)
    row = new_row(typed)
    typed |= {f"{row}-on": "23", f"{row}-title": "Việc", f"{row}-cadre_turns": "7"}
    client.post(PAGE, typed)

    answer = client.post(PAGE, typed | {f"{row}-on": "30"})

    assert answer.status_code == 422
    assert [a.on for a in Activity.objects.all()] == [date(2024, 3, 23)]


@pytest.mark.django_db
def test_a_weekday_asks_for_its_reason_in_its_cell(client, village):
    sign_in(client, village, "clerk", "cell-a")
    typed = sheet(client)
    row = new_row(typed)
    typed |= {f"{row}-on": "27", f"{row}-title": "Việc", f"{row}-cadre_turns": "7"}
    assert f"{row}-reason" not in typed

    answer = client.post(PAGE, typed)
    assert answer.status_code == 422
    kept = inputs(answer.content.decode())

    assert client.post(PAGE, kept | {f"{row}-reason": "Dân bận"}).status_code == 302
    assert Activity.objects.get().note == "Dân bận"


@pytest.mark.django_db
def test_more_rows_keep_what_was_typed_and_save_nothing(client, village):
    sign_in(client, village, "clerk", "cell-a")
    typed = sheet(client)
    row = new_row(typed)
    typed |= {f"{row}-on": "sai", f"{row}-title": "Việc dở"}

    answer = client.post(PAGE, typed | {"more": "1"})

    page = answer.content.decode()
    kept = inputs(page)
    assert answer.status_code == 200
    assert kept[f"{row}-on"] == "sai"
    assert kept[f"{row}-title"] == "Việc dở"
    assert len([k for k in kept if k.endswith("-id")]) == 15
    assert "field-error" not in page
    assert not Activity.objects.exists()


@pytest.mark.django_db
def test_a_partner_adds_its_own_people_once_the_lead_has_logged(client, village):
    activity = plan(village, partners=["cell-b"])
    sign_in(client, village, "clerk", "cell-b")
    assert str(activity.client_id) not in sheet(client).values()
    log(activity, roads(430), cadres(village, "cell-a", 7))

    typed = sheet(client)
    row = row_of(typed, activity)
    assert f"{row}-roads.new" not in typed
    assert client.post(PAGE, typed | {f"{row}-cadre_turns": "5"}).status_code == 302

    assert value(village, "cadre_turns", "cell-b") == 5
    assert value(village, "cadre_turns") == 12
    assert value(village, "roads") == 430
    assert str(activity.client_id) not in sheet(client).values()


@pytest.mark.django_db
def test_a_partner_cannot_smuggle_in_joint_figures(client, village):
    activity = plan(village, partners=["cell-b"])
    log(activity, roads(430))
    sign_in(client, village, "clerk", "cell-b")
    typed = sheet(client)
    row = row_of(typed, activity)

    client.post(PAGE, typed | {f"{row}-cadre_turns": "5", f"{row}-roads.new": "999"})

    assert value(village, "roads") == 430


@pytest.mark.django_db
def test_a_committees_clerk_types_for_its_cells_by_name(client, village):
    sign_in(client, village, "clerk", "khoi", own_only=False)
    typed = sheet(client)
    first, second = new_row(typed), new_row(typed, 1)
    typed |= {
        f"{first}-unit": "chi bo b",
        f"{first}-on": "23",
        f"{first}-title": "Việc của B",
        f"{first}-cadre_turns": "5",
        f"{second}-on": "23",
        f"{second}-title": "Không rõ ai",
        f"{second}-cadre_turns": "5",
    }

    answer = client.post(PAGE, typed)

    assert answer.status_code == 422
    assert f'id="{second}-unit-error"' in answer.content.decode()
    assert Activity.objects.get().organisation == village["cell-b"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "code"), [("observer", "khoi"), ("leader", "cell-a"), ("host", "xa-1")]
)
def test_who_may_not_write_finds_no_sheet(client, village, role, code):
    activity = plan(village)
    sign_in(client, village, role, code, own_only=False)

    assert client.get(PAGE).status_code == 404
    answer = client.post(PAGE, {"r0-id": str(activity.client_id), "r0-roads.new": "1"})
    assert answer.status_code == 404


@pytest.mark.django_db
def test_a_row_of_another_units_day_writes_nothing(client, village):
    activity = plan(village, "cell-b")
    sign_in(client, village, "clerk", "cell-a")

    answer = client.post(
        PAGE,
        {
            "r0-id": str(activity.client_id),
            "r0-unit": "",
            "r0-on": "30",
            "r0-commune": "",
            "r0-title": "Đổ bê tông đường thôn",
            "r0-roads.new": "1",
        },
    )

    assert answer.status_code == 422
    activity.refresh_from_db()
    assert activity.state == ActivityState.PROPOSED
    assert not Quantity.objects.exists()
    assert Activity.objects.count() == 1


@pytest.mark.django_db
def test_the_slip_names_the_hamlet_that_the_plan_left_open(client, village):
    third = hamlet(village)
    activity = plan(village)
    services.move_activity(activity, ActivityAction.AGREE, actor=SYSTEM, at=NOON)
    sign_in(client, village, "clerk", "cell-a")
    typed = sheet(client)
    row = row_of(typed, activity)

    wrong = client.post(
        PAGE, typed | {f"{row}-roads.new": "1", f"{row}-hamlet": "thôn 9"}
    )
    assert wrong.status_code == 422
    assert f'id="{row}-hamlet-error"' in wrong.content.decode()
    right = client.post(
        PAGE, typed | {f"{row}-roads.new": "1", f"{row}-hamlet": "thon 3"}
    )

    assert right.status_code == 302
    activity.refresh_from_db()
    assert activity.hamlet == third


@pytest.mark.django_db
def test_a_day_to_come_is_refused_in_its_cell(client, village):
    sign_in(client, village, "clerk", "cell-a")
    page = "/activities/month/?month=2024-04"
    typed = sheet(client, page)
    row = new_row(typed)
    typed |= {f"{row}-on": "6", f"{row}-title": "Việc", f"{row}-cadre_turns": "7"}

    answer = client.post(page, typed)

    assert answer.status_code == 422
    assert f'id="{row}-on-error"' in answer.content.decode()
    assert not Activity.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("month", ["2024-13", "x", "1900-01", "2019-05"])
def test_a_month_that_is_none_is_no_page(client, village, month):
    sign_in(client, village, "clerk", "cell-a")

    assert client.get("/activities/month/", {"month": month}).status_code == 404


@pytest.mark.django_db
def test_a_sheet_of_many_plans_costs_the_same_queries(client, village):
    sign_in(client, village, "clerk", "cell-a")
    plan(village)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        return len(queries)

    cost()
    one = cost()
    for week in range(4):
        plan(village, title=f"Việc {week}", on=SATURDAY - timedelta(days=7 * week))

    assert cost() == one


@pytest.mark.django_db
def test_an_unplanned_day_is_logged_on_one_blank_row(client, village):
    plan(village)
    sign_in(client, village, "clerk", "cell-a")

    typed = sheet(client, f"{PAGE}&rows=1&plans=no")

    assert len([key for key in typed if key.endswith("-id")]) == 1


@pytest.mark.django_db
def test_words_changed_without_a_figure_are_kept_and_asked_about(client, village):
    activity = plan(village)
    sign_in(client, village, "clerk", "cell-a")
    typed = sheet(client)
    row = row_of(typed, activity)

    answer = client.post(PAGE, typed | {f"{row}-title": "Việc đã đổi"})

    assert answer.status_code == 422
    assert inputs(answer.content.decode())[f"{row}-title"] == "Việc đã đổi"
    activity.refresh_from_db()
    assert activity.state == ActivityState.PROPOSED


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", ["-" * 36, "x", "6f2c1c1e", ""])
def test_a_row_without_a_proper_id_is_no_row(client, village, wrong):
    sign_in(client, village, "clerk", "cell-a")

    answer = client.post(PAGE, {"r0-id": wrong, "r0-on": "6", "r0-title": "Việc"})

    assert answer.status_code == 302
    assert not Activity.objects.exists()
