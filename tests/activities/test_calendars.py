"""A body's year and months, and the files that calendar programs read."""

from datetime import UTC, date, datetime, time

import pytest
import time_machine
from django.urls import reverse
from icalendar import Calendar

from kheo.accounts.models import Grant, Site
from kheo.activities import services
from kheo.activities.models import Feed
from kheo.activities.queries.calendars import (
    bodies_offered,
    body_of,
    day_in,
    month_in,
    year_of,
)
from kheo.activities.queries.feeds import digest_of
from kheo.activities.services.feeds import make_feed, revoke_feed
from kheo.activities.services.people import set_roster
from kheo.activities.workflow import ActivityAction
from kheo.core.access import SYSTEM, Role
from kheo.core.errors import NotAllowed
from kheo.core.periods import Frequency, Period
from tests.activities.people import person
from tests.village import (
    NOON,
    SATURDAY,
    charge,
    hamlet,
    log,
    make_actor,
    make_village,
    plan,
    roads,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
MARCH = Period(2024, Frequency.MONTH, 3)
NEXT = date(2024, 4, 6)


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def village():
    return make_village()


@pytest.fixture
def clerk(client, village):
    client.force_login(person(village, Role.CLERK, "cell-a"))
    return client


def marks(village, code, day, actor=SYSTEM):
    months = year_of(body_of(village[code], TODAY), day.year, actor=actor, today=TODAY)
    found = next(one for one in months[day.month - 1].days if one.day == day)
    return (found.marks.planned, found.marks.done, found.marks.confirmed)


def events(answer):
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/calendar")
    calendar = Calendar.from_ical(answer.content)
    return list(calendar.walk("VEVENT"))


def file_of(client, code="cell-a"):
    return events(client.get(reverse("activities:calendar_file", args=[code])))


def subscribe(client, code="cell-a"):
    page = client.post(reverse("activities:feeds"), {"body": code})
    return page.context["address"]


# What a day holds


def test_planned_done_and_confirmed_are_three_marks(village):
    plan(village)
    log(plan(village), roads(1))
    confirmed = log(plan(village), roads(1))
    gone = plan(village)
    move = services.move_activity
    move(confirmed, ActivityAction.CONFIRM, actor=SYSTEM, at=NOON)
    move(gone, ActivityAction.CANCEL, actor=SYSTEM, at=NOON, note="mưa")

    assert marks(village, "cell-a", SATURDAY) == (1, 1, 1)


def test_a_committee_counts_its_cells_and_joint_work_once(village):
    plan(village, partners=["cell-b"])
    plan(village, "cell-b")
    plan(village, "cell-h")

    assert marks(village, "khoi", SATURDAY) == (2, 0, 0)
    assert marks(village, "huyen", SATURDAY) == (1, 0, 0)
    assert marks(village, "tu", SATURDAY) == (3, 0, 0)


def test_a_communes_calendar_holds_what_it_receives(village):
    plan(village)
    plan(village, where=services.Where(village.places["vn-2"]))

    assert marks(village, "xa-1", SATURDAY) == (1, 0, 0)


def test_nobody_sees_in_a_calendar_what_is_not_theirs(village):
    plan(village, "cell-h")
    plan(village, "cell-a")
    actor = make_actor(Role.FOCAL_POINT, village["khoi"])

    assert marks(village, "tu", SATURDAY, actor) == (1, 0, 0)


def test_tet_and_moved_days_bear_their_names(village):
    year = year_of(body_of(village["cell-a"], TODAY), 2026, actor=SYSTEM, today=TODAY)

    named = {one.day: one.holiday.vi for month in year for one in month.holidays}
    worked = {one.day for month in year for one in month.days if one.is_worked}
    assert "Tết" in named[date(2026, 2, 17)]
    assert named[date(2026, 1, 2)].startswith("Ngày nghỉ")
    assert date(2026, 1, 10) in worked


def test_every_month_has_whole_weeks_and_all_its_days(village):
    body = body_of(village["cell-a"], TODAY)

    for month in year_of(body, 2024, actor=SYSTEM, today=TODAY):
        assert {len(week) for week in month.weeks} == {7}
        for week in month.weeks:
            for weekday, day in enumerate(week):
                assert day is None or day.day.weekday() == weekday
    assert (
        sum(len(m.days) for m in year_of(body, 2024, actor=SYSTEM, today=TODAY)) == 366
    )


def test_a_full_day_shows_the_first_entries_and_the_rest_on_its_own_page(village):
    for _ in range(7):
        plan(village)
    body = body_of(village["khoi"], TODAY)

    month = month_in(body, MARCH, actor=SYSTEM, today=TODAY)

    day = month.days[29]
    assert (len(day.entries), day.more) == (5, 2)
    assert day_in(body, SATURDAY, actor=SYSTEM).count() == 7


# The pages


def test_somebody_with_one_body_lands_on_its_year(clerk):
    answered = clerk.get(reverse("activities:calendar"))

    assert answered["Location"] == reverse(
        "activities:calendar_year", args=["cell-a", 2024]
    )


def test_bodies_are_found_by_name_within_ones_own(village):
    focal = make_actor(Role.FOCAL_POINT, village["khoi"])

    found = bodies_offered(focal, "chi bo", TODAY)

    assert [(one.code, one.name, one.has_ended) for one in found] == [
        ("cell-a", "Chi bộ A", False),
        ("cell-b", "Chi bộ B", False),
    ]
    assert bodies_offered(focal, "huyen uy", TODAY) == []


def test_the_pages_say_in_words_what_they_mark(clerk, village):
    log(plan(village), roads(1))

    year = clerk.get(reverse("activities:calendar_year", args=["cell-a", 2024]))
    month = clerk.get(reverse("activities:calendar_month", args=["cell-a", 2024, 3]))
    day = clerk.get(reverse("activities:calendar_day", args=["cell-a", 2024, 3, 30]))

    assert "1 buổi đã làm, chưa xác nhận" in year.content.decode()
    assert "Quốc khánh" in year.content.decode()
    for page in (month, day):
        assert "Đổ bê tông đường thôn" in page.content.decode()


def test_a_calendar_of_others_and_a_day_that_is_none_are_no_page(clerk):
    for args in (["cell-h", 2024], ["cell-a", 1], ["no", 2024]):
        address = reverse("activities:calendar_year", args=args)
        assert clerk.get(address).status_code == 404, args
    for args in (
        ["cell-a", 2024, 2, 30],
        ["cell-a", 2024, 13, 1],
        ["cell-h", 2024, 3, 1],
    ):
        address = reverse("activities:calendar_day", args=args)
        assert clerk.get(address).status_code == 404, args
    assert (
        clerk.get(reverse("activities:calendar_file", args=["cell-h"])).status_code
        == 404
    )


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("calendar_year", ["cell-a", 2024]),
        ("calendar_month", ["cell-a", 2024, 3]),
        ("calendar_file", ["cell-a"]),
    ],
)
def test_a_calendar_costs_the_same_for_one_day_and_for_three(
    clerk, village, name, args, django_assert_max_num_queries
):
    address = reverse(f"activities:{name}", args=args)
    plan(village)
    with django_assert_max_num_queries(60) as first:
        clerk.get(address)
    for day in (date(2024, 3, 23), date(2024, 3, 24)):
        plan(village, on=day)

    with django_assert_max_num_queries(len(first)):
        clerk.get(address)


# Files


def test_the_file_holds_each_day_with_its_place_and_no_names(clerk, village):
    where = services.Where(village.places["vn-1"], hamlet(village))
    activity = plan(village, where=where, starts_at=time(7, 30))
    lead = activity.parties.get(role="lead")
    set_roster(lead, [("Nguyễn Văn A", "lái xe")], actor=SYSTEM, at=NOON)

    (entry,) = file_of(clerk)

    assert entry["UID"] == f"{activity.client_id}@kheo"
    assert entry["SUMMARY"] == "Đổ bê tông đường thôn"
    assert "Hùng Lợi" in entry["LOCATION"]
    assert entry["LOCATION"].count(",") == 1
    assert entry["DTSTART"].dt.astimezone(UTC) == datetime(
        2024, 3, 30, 0, 30, tzinfo=UTC
    )
    assert entry["STATUS"] == "TENTATIVE"
    raw = clerk.get(reverse("activities:calendar_file", args=["cell-a"])).content
    assert "Nguyễn Văn A" not in raw.decode()


def test_a_change_keeps_the_uid_and_raises_the_sequence(clerk, village):
    activity = plan(village, on=NEXT)
    (before,) = file_of(clerk)

    later = datetime(2024, 3, 31, 6, tzinfo=UTC)
    services.move_activity(activity, ActivityAction.AGREE, actor=SYSTEM, at=later)
    (after,) = file_of(clerk)

    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["LAST-MODIFIED"].dt == later
    assert after["STATUS"] == "CONFIRMED"


def test_what_was_cancelled_leaves_the_file(clerk, village):
    activity = plan(village)
    services.move_activity(
        activity, ActivityAction.CANCEL, actor=SYSTEM, at=NOON, note="mưa"
    )

    assert file_of(clerk) == []


def test_a_committees_file_is_in_counts(client, village):
    plan(village)
    log(plan(village, "cell-b"), roads(1))
    client.force_login(person(village, Role.FOCAL_POINT, "khoi"))

    (entry,) = file_of(client, "khoi")

    assert entry["SUMMARY"] == "2 buổi về cơ sở"
    assert "Đổ bê tông" not in entry.to_ical().decode()


def test_a_sample_says_so_in_every_entry(clerk, village):
    Site.objects.create(pk=1, is_sample=True, created_at=NOON)
    plan(village)

    (entry,) = file_of(clerk)

    assert entry["SUMMARY"].startswith("[Dữ liệu mẫu] ")


# Addresses


def test_an_address_is_shown_once_and_only_its_digest_is_kept(clerk, client, village):
    plan(village)
    address = subscribe(clerk)
    token = address.rsplit("/", 1)[1].removesuffix(".ics")

    assert len(token) >= 43
    assert Feed.objects.get().token_digest == digest_of(token) != token
    assert token not in clerk.get(reverse("activities:feeds")).content.decode()
    client.logout()
    (entry,) = events(client.get(address))
    assert entry["SUMMARY"] == "Đổ bê tông đường thôn"
    assert Feed.objects.get().read_on == TODAY


def test_without_an_address_the_page_leads_on(client, clerk, village):
    page = clerk.get(reverse("activities:feeds")).content.decode()

    assert '<input type="hidden" name="body" value="cell-a">' in page
    subscribe(clerk)
    page = clerk.get(reverse("activities:feeds")).content.decode()
    assert 'name="body"' not in page
    client.force_login(person(village, Role.OBSERVER, "tu"))
    page = client.get(reverse("activities:feeds")).content.decode()
    assert 'name="body"' not in page
    assert f'class="btn btn-primary" href="{reverse("activities:calendar")}"' in page


def test_a_wrong_a_revoked_and_an_older_address_are_no_page(clerk, village):
    first = subscribe(clerk)
    second = subscribe(clerk)

    assert clerk.get(first).status_code == 404
    assert clerk.get(second).status_code == 200
    assert clerk.get(second.replace(".ics", "x.ics")).status_code == 404
    feed = Feed.objects.in_use().get()
    clerk.post(reverse("activities:feed_revoke", args=[feed.pk]))
    assert clerk.get(second).status_code == 404
    assert clerk.post(first).status_code == 405


def test_an_address_dies_with_the_grant_and_with_the_account(clerk, village):
    address = subscribe(clerk)
    user = Feed.objects.get().user

    Grant.objects.filter(user=user).update(valid_to=TODAY)
    assert clerk.get(address).status_code == 404

    Grant.objects.filter(user=user).update(valid_to=date.max)
    assert clerk.get(address).status_code == 200
    user.is_active = False
    user.save()
    assert clerk.get(address).status_code == 404


def test_an_address_gives_what_its_owner_sees_today_and_no_more(client, village):
    focal = person(village, Role.FOCAL_POINT, "khoi")
    client.force_login(focal)
    address = subscribe(client, "khoi")
    charge(village, "cell-h", "vn-1")
    plan(village, "cell-h")

    client.logout()

    assert events(client.get(address)) == []


def test_nobody_subscribes_to_what_they_may_not_see(clerk, village):
    assert (
        clerk.post(reverse("activities:feeds"), {"body": "cell-h"}).status_code == 404
    )
    actor = make_actor(Role.CLERK, village["cell-a"])
    with pytest.raises(NotAllowed):
        make_feed(
            village["cell-h"],
            user=person(village, Role.CLERK, "cell-b"),
            actor=actor,
            at=NOON,
        )

    assert not Feed.objects.exists()


def test_nobody_stops_the_address_of_another(clerk, client, village):
    address = subscribe(clerk)
    feed = Feed.objects.get()
    other = person(village, Role.CLERK, "cell-b")
    client.force_login(other)

    stop = reverse("activities:feed_revoke", args=[feed.pk])
    assert client.post(stop).status_code == 404
    with pytest.raises(NotAllowed):
        revoke_feed(
            feed, actor=make_actor(Role.CLERK, village["cell-b"], user=other), at=NOON
        )

    assert client.get(address).status_code == 200
    assert "Chi bộ A" not in client.get(reverse("activities:feeds")).content.decode()
