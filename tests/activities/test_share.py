"""Texts to copy: counts and a link; nothing that leads to a person."""

from datetime import date

import pytest
import time_machine

from kheo.accounts.models import Site
from kheo.activities import services
from kheo.activities.models import PartyRole
from kheo.activities.rules import Done
from kheo.core.access import SYSTEM
from tests.activities.make import person, sign_in
from tests.village import (
    NOON,
    cadres,
    hamlet,
    log,
    make_actor,
    make_village,
    plan,
    roads,
)

pytestmark = pytest.mark.django_db
PERSON = "Nông Văn Thử"


@pytest.fixture
def village():
    with time_machine.travel(NOON, tick=False):
        yield make_village()


def text_at(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    page = answer.content.decode()
    return page.split("data-select-all>")[1].split("</textarea>")[0], page


def household(village):
    (code,) = services.issue_codes(
        village["xa-1"],
        programme="s0",
        place=village.places["vn-1"],
        count=1,
        actor=SYSTEM,
        at=NOON,
    )
    return code.code


def a_day_full_of_people(village, title="Đổ bê tông đường thôn"):
    """Everything that must not leave stands somewhere on this day."""
    writer = person(village, "clerk", "cell-a", name="Triệu Thị Viết")
    actor = make_actor("clerk", village["cell-a"], user=writer)
    activity = plan(
        village, title=title, partners=["cell-b"], actor=actor, safety="Gọi cô Lành"
    )
    party = activity.parties.get(role=PartyRole.LEAD)
    services.set_roster(party, [(PERSON, "lái xe")], actor=SYSTEM, at=NOON)
    code = household(village)
    helped = Done("households_helped", 1, dimensions="household=poor", subject=code)
    own = cadres(village, "cell-a", 7)
    partners = cadres(village, "cell-b", 5)
    log(activity, roads(430), own, partners, helped)
    return activity, (PERSON, code, writer.username, writer.name, "Lành", "lái xe")


def test_a_day_is_told_in_counts_with_a_link(client, village):
    activity, _secrets = a_day_full_of_people(village)
    sign_in(client, village, "leader", "cell-a", language="vi")

    text, _page = text_at(client, f"/activities/{activity.pk}/share/")

    assert text.splitlines() == [
        "KẾT QUẢ HOẠT ĐỘNG VỚI NHÂN DÂN",
        "Việc: Đổ bê tông đường thôn",
        "Thời gian: Thứ 7, 30/03/2024",
        "Địa điểm: Xã Hùng Lợi",
        "Chủ trì: Chi bộ A",
        "Cùng với: Chi bộ B",
        "Kết quả:",
        "- Lượt cán bộ, đảng viên tham gia: 7 lượt người",
        "- Đường giao thông làm mới, sửa chữa: 430 m",
        "- Số hộ được giúp đỡ: 1 hộ",
        f"Trang: http://testserver/activities/{activity.pk}/",
    ]


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    "title",
    ["Đổ bê tông đường thôn", f"Sửa nhà cùng {PERSON}", "Việc của clerk-cell-a-user"],
)
def test_no_name_code_or_user_name_ever_appears(client, village, title, language):
    activity, secrets = a_day_full_of_people(village, title)
    sign_in(client, village, "leader", "cell-a", language=language)

    for address in (
        f"/activities/{activity.pk}/share/",
        f"/activities/{activity.pk}/slip/",
    ):
        page = client.get(address).content.decode()
        body = page.split("<main")[1]
        if "share" in address:
            for secret in secrets:
                assert secret not in body, secret
    sign_in(client, village, "clerk", "cell-b", language=language)
    text, _page = text_at(client, "/activities/month/share/?month=2024-03")
    for secret in (*secrets, title):
        assert secret not in text, secret


def test_a_plan_is_told_without_results(client, village):
    activity = plan(village)
    sign_in(client, village, "host", "xa-1", language="vi")

    text, _page = text_at(client, f"/activities/{activity.pk}/share/")

    assert text.startswith("KẾ HOẠCH")
    assert "Kết quả" not in text


def test_a_partner_tells_its_own_people_and_the_joint_work(client, village):
    activity, _secrets = a_day_full_of_people(village)
    sign_in(client, village, "clerk", "cell-b", language="vi")

    text, _page = text_at(client, f"/activities/{activity.pk}/share/")

    assert "tham gia: 5 lượt người" in text
    assert "430 m" in text


def test_a_sample_says_so_and_markup_is_harmless(client, village):
    Site.objects.create(pk=1, is_sample=True, created_at=NOON)
    activity = plan(village, title="</textarea><script>x</script>")
    sign_in(client, village, "clerk", "cell-a", language="vi")

    text, page = text_at(client, f"/activities/{activity.pk}/share/")

    assert text.startswith("[DỮ LIỆU MẪU]")
    assert "<script>x" not in page


def test_a_month_is_summed_for_the_own_unit(client, village):
    for day in (date(2024, 3, 16), date(2024, 3, 30)):
        log(
            plan(village, on=day, partners=["cell-b"]),
            roads(100),
            cadres(village, "cell-a", 7),
            cadres(village, "cell-b", 5),
        )
    log(plan(village, on=date(2024, 2, 3)), roads(999))
    sign_in(client, village, "clerk", "cell-a", language="vi")

    text, _page = text_at(client, "/activities/month/share/?month=2024-03")

    assert "Chi bộ A" in text
    assert "tháng 3 năm 2024" in text
    assert "2 buổi: Xã Hùng Lợi" in text
    assert "tham gia: 14 lượt người" in text
    assert "200 m" in text
    assert "999" not in text


def test_a_month_without_a_day_says_so(client, village):
    sign_in(client, village, "clerk", "cell-a", language="vi")

    text, _page = text_at(client, "/activities/month/share/?month=2024-03")

    assert "chưa ghi buổi nào" in text


def test_others_find_no_text(client, village):
    activity = plan(village)
    sign_in(client, village, "clerk", "cell-h")

    assert client.get(f"/activities/{activity.pk}/share/").status_code == 404
    other = village["cell-a"].pk
    assert client.get(f"/activities/month/share/?unit={other}").status_code == 404
    sign_in(client, village, "leader", "cell-a")
    assert client.get("/activities/month/share/").status_code == 404


def test_the_hamlet_is_told_where_it_is_known(client, village):
    activity = plan(
        village, where=services.Where(village.places["vn-1"], hamlet(village))
    )
    sign_in(client, village, "clerk", "cell-a", language="vi")

    text, _page = text_at(client, f"/activities/{activity.pk}/share/")

    assert "Địa điểm: Thôn 3, Xã Hùng Lợi" in text


@pytest.mark.parametrize(
    ("language", "period", "amount"),
    [("vi", "tháng 3 năm 2024", "1.200 m"), ("en", "March 2024", "1,200 m")],
)
def test_months_and_amounts_follow_the_language(
    client, village, language, period, amount
):
    log(plan(village, on=date(2024, 3, 16)), roads(1200))
    sign_in(client, village, "clerk", "cell-a", language=language)

    text, _page = text_at(client, "/activities/month/share/?month=2024-03")

    assert period in text
    assert amount in text
