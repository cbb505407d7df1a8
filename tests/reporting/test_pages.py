"""Pages in the browser: who sees what, forms that lose nothing, files that open."""

import io
import re
from datetime import timedelta

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from docx import Document

from kheo.core.access import SYSTEM
from kheo.reporting.models import Remark, Report, Statement
from kheo.reporting.services.drafts import save_report
from kheo.reporting.services.moves import RemarkAt, move_report
from kheo.reporting.workflow import ReportAction
from tests.reporting.make import (
    IN_TIME,
    LATE,
    LOCKED,
    NEXT_DAY,
    accept,
    as_typed,
    make_report,
    make_world,
    send,
    sent,
    work,
)

pytestmark = pytest.mark.django_db
SECRET = "Chỉ đơn vị được biết"


@pytest.fixture
def world():
    with time_machine.travel(IN_TIME, tick=False):
        yield make_world()


def as_(client, world, role, at, **kwargs):
    client.force_login(world.person(role, at, own=role in ("clerk", "leader")))
    client.cookies["django_language"] = kwargs.get("language", "en")
    return client


def draft_with_words(world, code="a1"):
    report = make_report(world, code, roads=987)
    save_report(
        report, cells={}, paragraphs={"results": SECRET}, actor=SYSTEM, at=IN_TIME
    )
    return report


def text_of(response):
    return response.content.decode()


# Who sees what


def test_a_stranger_is_sent_to_sign_in(client, world):
    report = sent(world)
    for path in ("", "edit/", "statement/", "print/", "report.docx", "report.xlsx"):
        response = client.get(f"/reports/{report.pk}/{path}")
        assert response.status_code == 302
        assert "sign-in" in response["Location"]


def test_a_draft_is_read_by_its_own_body_only(client, world):
    report = draft_with_words(world)
    url = report.get_absolute_url()

    for role, at in (("clerk", "a1"), ("leader", "a1")):
        assert SECRET in text_of(as_(client, world, role, at).get(url))
    for role, at in (("focal_point", "a"), ("observer", "tu"), ("specialist", "tu")):
        page = text_of(as_(client, world, role, at).get(url))
        assert SECRET not in page
        assert "987" not in page
        assert "The body is still working on it." in page


def test_a_returned_report_shows_others_what_was_sent_not_what_is_being_written(
    client, world
):
    report = sent(world, roads=111)
    move_report(report, ReportAction.RETURN, actor=SYSTEM, at=IN_TIME, note="xem")
    save_report(
        report, cells={}, paragraphs={"results": SECRET}, actor=SYSTEM, at=IN_TIME
    )

    page = text_of(
        as_(client, world, "focal_point", "a").get(report.get_absolute_url())
    )

    assert "111" in page
    assert SECRET not in page


@pytest.mark.parametrize(
    ("role", "at", "status"),
    [
        ("clerk", "a1", 200),
        ("focal_point", "a", 200),
        ("observer", "tu", 200),
        ("focal_point", "ban", 404),
        ("focal_point", "b", 404),
        ("clerk", "a2", 404),
        ("clerk", "b1", 404),
        ("host", "a1", 404),
        ("administrator", "a1", 404),
    ],
)
def test_only_the_line_sees_a_report(client, world, role, at, status):
    report = sent(world)
    as_(client, world, role, at)

    for path in ("", "statement/", "print/", "report.docx", "report.xlsx"):
        assert client.get(f"/reports/{report.pk}/{path}").status_code == status


def test_the_board_sees_what_the_committees_sent_it(client, world):
    committee = sent(world, "a", definition="committee-month")
    cell = sent(world, "a1")
    board = as_(client, world, "focal_point", "ban")

    assert board.get(committee.get_absolute_url()).status_code == 200
    assert board.get(cell.get_absolute_url()).status_code == 404


@pytest.mark.parametrize(
    ("path", "role", "at"),
    [
        ("edit/", "focal_point", "a"),
        ("edit/", "leader", "a1"),
        ("back/return/", "clerk", "a1"),
        ("extension/", "clerk", "a1"),
        ("paper/", "focal_point", "a"),
    ],
)
def test_what_one_may_see_but_not_do_is_forbidden(client, world, path, role, at):
    report = sent(world) if path != "edit/" else make_report(world)

    response = as_(client, world, role, at).get(f"/reports/{report.pk}/{path}")

    assert response.status_code == 403


# The list


def test_the_list_leads_from_what_is_owed_to_a_begun_report(client, world):
    as_(client, world, "clerk", "a1")
    page = text_of(client.get("/reports/"))
    assert "/reports/begin/s0/unit-month/a1/2024-03/" in page

    begin = client.get("/reports/begin/s0/unit-month/a1/2024-03/")
    assert "The rule says" in text_of(begin)
    response = client.post("/reports/begin/s0/unit-month/a1/2024-03/")

    report = Report.objects.get()
    assert response["Location"] == f"/reports/{report.pk}/edit/"
    again = client.get("/reports/begin/s0/unit-month/a1/2024-03/")
    assert again["Location"] == f"/reports/{report.pk}/"


def test_others_do_not_learn_what_a_body_owes(client, world):
    url = "/reports/begin/s0/unit-month/a1/2024-03/"

    assert as_(client, world, "clerk", "b1").get(url).status_code == 404
    assert as_(client, world, "focal_point", "a").get(url).status_code == 403
    assert (
        as_(client, world, "clerk", "a1")
        .get("/reports/begin/s0/unit-month/a1/2024-99/")
        .status_code
        == 404
    )


def test_the_list_costs_the_same_for_one_and_three(client, world):
    sent(world, "a1")
    as_(client, world, "focal_point", "a")
    client.get("/reports/")
    with CaptureQueriesContext(connection) as one:
        client.get("/reports/")
    sent(world, "a2")
    sent(world, "a", definition="committee-month")
    client.get("/reports/")

    with CaptureQueriesContext(connection) as three:
        page = client.get("/reports/")

    assert len(page.context["lines"]) == 3
    assert len(three) == len(one)


def test_the_list_is_filtered(client, world):
    sent(world, "a1")
    make_report(world, "a2")
    as_(client, world, "focal_point", "a")

    def names(query):
        return [one.name for one in client.get(f"/reports/?{query}").context["lines"]]

    assert names("state=sent") == ["a1"]
    assert names("year=2023") == []
    assert names("frequency=month&year=2024&state=draft") == ["a2"]
    assert sorted(names("state=nonsense&frequency=x&year=y")) == ["a1", "a2"]


# Writing


def form_of(client, report):
    page = client.get(f"/reports/{report.pk}/edit/")
    form = page.context["form"]
    data = {name: form[name].value() for name in form.fields}
    return {k: ("" if v in (None, False) else v) for k, v in data.items()}


def test_a_body_that_logs_nothing_fills_everything_and_submits(client, world):
    report = make_report(world)
    as_(client, world, "clerk", "a1")
    data = form_of(client, report) | {
        "declared-roads": "1.234",
        "declared-work-days": "1.234,5",
        "said-trees": "zero",
        "text-results": "Làm đường.",
        "is_nil": "on",
        "submit": "1",
    }

    response = client.post(f"/reports/{report.pk}/edit/", data)

    report.refresh_from_db()
    assert response["Location"] == report.get_absolute_url()
    assert report.state == "awaiting"
    cells = {cell.key: cell for cell in report.cells.all()}
    assert cells["roads"].declared == 1234
    assert cells["work-days"].declared == 12345
    assert (cells["trees"].said, cells["waste"].said) == ("zero", "nil")


def test_missing_figures_are_listed_with_what_to_do_and_can_be_sent_knowingly(
    client, world
):
    report = make_report(world)
    as_(client, world, "clerk", "a1")
    data = form_of(client, report) | {"declared-roads": "5", "submit": "1"}

    page = text_of(client.post(f"/reports/{report.pk}/edit/", data, follow=True))

    report.refresh_from_db()
    assert report.state == "draft"
    assert report.cells.get().declared == 5
    assert "Nothing is said yet about" in page
    assert "Trees and flowers planted" in page
    assert (
        "Units that owed a day" not in page.split("Nothing is said yet about")[1][:900]
    )
    data = form_of(client, report) | {"submit": "1", "knowingly": "1"}
    client.post(f"/reports/{report.pk}/edit/", data)
    report.refresh_from_db()
    assert report.state == "awaiting"


def test_all_errors_come_at_once_beside_their_fields_and_nothing_is_lost(client, world):
    report = make_report(world)
    as_(client, world, "clerk", "a1")
    data = form_of(client, report) | {
        "declared-roads": "1,5",
        "declared-waste": "-30",
        "declared-trees": "77",
        "text-results": SECRET,
    }

    response = client.post(f"/reports/{report.pk}/edit/", data)

    page = text_of(response)
    assert response.status_code == 422
    assert "Write a whole number such as 1.234." in page
    assert "Say why the figure is corrected downwards." in page
    for typed in ('value="1,5"', 'value="-30"', 'value="77"', SECRET):
        assert typed in page
    assert not report.cells.exists()


def test_the_second_of_two_browsers_is_told_and_keeps_what_it_typed(client, world):
    report = make_report(world)
    as_(client, world, "clerk", "a1")
    stale = form_of(client, report)
    client.post(f"/reports/{report.pk}/edit/", stale | {"declared-roads": "1"})

    response = client.post(
        f"/reports/{report.pk}/edit/", stale | {"declared-roads": "2"}
    )

    page = text_of(response)
    assert response.status_code == 422
    assert "Somebody else saved this report meanwhile." in page
    assert 'value="2"' in page
    assert report.cells.get().declared == 1
    fresh = form_of(client, report) | {"declared-roads": "2"}
    assert client.post(f"/reports/{report.pk}/edit/", fresh).status_code == 302
    assert report.cells.get().declared == 2


def test_the_form_is_one_column_with_number_keyboards(client, world):
    work("activity:1", "2024-03-02", 430, world["a1"])
    report = make_report(world)
    page = text_of(as_(client, world, "clerk", "a1").get(f"/reports/{report.pk}/edit/"))

    assert page.count('inputmode="decimal"') == 17
    assert "<table" not in page
    assert "430" in page


def test_answering_a_remark_closes_it(client, world):
    report = sent(world)
    move_report(
        report,
        ReportAction.RETURN,
        actor=SYSTEM,
        at=IN_TIME,
        note="Đề nghị xem",
        remarks=[RemarkAt("Số quá thấp", cell_key="roads")],
    )
    as_(client, world, "clerk", "a1")
    page = text_of(client.get(f"/reports/{report.pk}/edit/"))
    assert "Đề nghị xem" in page
    assert "Số quá thấp" in page
    remark = Remark.objects.get()
    data = form_of(client, report) | {f"answer-{remark.pk}": "Đã đo lại"}

    client.post(f"/reports/{report.pk}/edit/", data)

    remark.refresh_from_db()
    assert remark.answer == "Đã đo lại"
    assert "Số quá thấp" not in text_of(client.get(f"/reports/{report.pk}/edit/"))


# Steps


def test_the_button_says_approve_never_sign(client, world):
    report = make_report(world)
    move_report(report, ReportAction.SUBMIT, actor=SYSTEM, at=IN_TIME)

    page = text_of(
        as_(client, world, "leader", "a1", language="vi").get(report.get_absolute_url())
    )

    assert "Duyệt số liệu" in page
    assert ">Ký" not in page
    main = re.search(r'class="btn btn-primary"[^>]*>([^<]*)<', page)
    assert main[1] == "Duyệt số liệu"


def test_approving_from_the_page_and_by_htmx(client, world):
    for code, htmx in (("a1", False), ("a2", True)):
        report = make_report(world, code)
        move_report(report, ReportAction.SUBMIT, actor=SYSTEM, at=IN_TIME)
        as_(client, world, "leader", code)
        headers = {"HX-Request": "true"} if htmx else {}

        response = client.post(f"/reports/{report.pk}/do/approve/", headers=headers)

        report.refresh_from_db()
        assert report.state == "sent"
        assert response.status_code == (200 if htmx else 302)
        if htmx:
            assert text_of(response).lstrip().startswith('<section id="report-status"')


def test_a_refused_step_says_why_in_place(client, world):
    report = make_report(world)
    move_report(report, ReportAction.SUBMIT, actor=SYSTEM, at=IN_TIME)
    leader = as_(client, world, "leader", "a1")

    response = leader.post(f"/reports/{report.pk}/do/hand_back/", {"note": ""})

    assert response.status_code == 422
    assert text_of(response).count("Say why.") == 1
    assert leader.post(f"/reports/{report.pk}/do/fly/").status_code == 404


def test_giving_back_with_remarks_beside_figures_and_words(client, world):
    report = sent(world, roads=5)
    as_(client, world, "focal_point", "a")
    url = f"/reports/{report.pk}/back/return/"
    assert client.post(url, {"cell-roads": "thấp"}).status_code == 422

    response = client.post(
        url,
        {"note": "Sửa giúp", "cell-roads": "thấp", "paragraph-results": "nêu thôn"},
    )

    report.refresh_from_db()
    assert response.status_code == 302
    assert report.state == "returned"
    found = set(Remark.objects.values_list("cell_key", "paragraph_key", "text"))
    assert found == {("roads", "", "thấp"), ("", "results", "nêu thôn")}


def test_the_receiver_sees_what_changed_since_the_last_round(client, world):
    report = sent(world, roads=5)
    move_report(report, ReportAction.RETURN, actor=SYSTEM, at=IN_TIME, note="xem")
    save_report(
        report,
        cells={"roads": as_typed(12)},
        paragraphs={"results": "Thôn 3"},
        actor=SYSTEM,
        at=IN_TIME,
    )
    send(report)

    page = text_of(
        as_(client, world, "focal_point", "a").get(report.get_absolute_url())
    )

    assert "What changed since the last round (version 2)" in page
    assert "(+7)" in page
    assert "<ins>Thôn 3</ins>" in page


def test_flags_show_by_how_much_and_are_carried_over(client, world):
    above = accept(sent(world, "a", definition="committee-month", roads=1))
    sent(world, "a1", at=LATE, roads=3)
    clerk = as_(client, world, "clerk", "a")

    page = text_of(clerk.get(above.get_absolute_url()))
    assert "Figures changed since they were approved" in page
    assert "+3" in page
    flag = above.flags.get()
    clerk.post(f"/reports/{above.pk}/flags/{flag.pk}/", {"settlement": "carried"})

    flag.refresh_from_db()
    assert flag.settlement == "carried"


def test_the_same_person_is_marked_for_the_superior(client, world):
    both = world.person("clerk", "a1")
    world.grant(both, "leader", "a1")
    report = make_report(world)
    client.force_login(both)
    client.post(f"/reports/{report.pk}/do/submit/")
    client.post(f"/reports/{report.pk}/do/approve/")

    page = text_of(
        as_(client, world, "focal_point", "a").get(report.get_absolute_url())
    )

    assert "submitted and approved by the same person" in page


# The desk


def test_the_desk_lists_accepts_and_names_the_refused(client, world):
    good = sent(world, "a1")
    sent(world, "a2")
    as_(client, world, "focal_point", "a")
    page = client.get("/reports/desk/?year=2024&window=2024-03")
    assert "a1" in text_of(page)
    assert page.context["tally"].sent == 2

    client.post("/reports/desk/accept/?window=2024-03", {"report": [good.pk]})

    good.refresh_from_db()
    assert good.state == "accepted"
    nothing = client.post("/reports/desk/accept/", {}, follow=True)
    assert "Mark the reports first." in text_of(nothing)
    assert Report.objects.filter(state="sent").count() == 1


def test_nobody_accepts_another_line_s_reports(client, world):
    report = sent(world, "a1")
    as_(client, world, "focal_point", "b")

    client.post("/reports/desk/accept/", {"report": [report.pk]})

    report.refresh_from_db()
    assert report.state == "sent"
    assert client.get(f"/reports/desk/?receiver={world['a'].pk}").status_code == 404


def test_the_desk_shows_states_never_figures_of_drafts(client, world):
    draft_with_words(world)

    page = text_of(as_(client, world, "focal_point", "a").get("/reports/desk/"))

    assert "draft" in page
    assert "987" not in page
    assert SECRET not in page


@pytest.mark.parametrize(
    ("show", "names"),
    [("", ["a1", "a2"]), ("missing", ["a2"]), ("waiting", ["a1"]), ("late", [])],
)
def test_the_desk_is_filtered(client, world, show, names):
    sent(world, "a1")
    as_(client, world, "focal_point", "a")

    page = client.get(f"/reports/desk/?year=2024&window=2024-03&show={show}")

    assert [row.line.name for row in page.context["rows"]] == names


def test_a_clerk_has_no_desk(client, world):
    page = as_(client, world, "clerk", "a1").get("/reports/desk/")

    assert "No reports are sent to a body where you review them." in text_of(page)
    assert client.get("/reports/desk/workbook/").status_code == 404


def test_more_time_for_a_report_that_nobody_began(client, world):
    url = "/reports/desk/extend/s0/unit-month/a1/2024-03/"
    assert as_(client, world, "clerk", "a1").get(url).status_code == 403
    assert as_(client, world, "focal_point", "b").get(url).status_code == 404
    page = as_(client, world, "focal_point", "a").get(url)
    assert page.context["name"] in text_of(page)
    assert f'href="{page.context["back"]}"' in page.content.decode()
    until = LOCKED.date() + timedelta(days=3)
    assert client.post(url, {"until": until.isoformat()}).status_code == 422

    client.post(url, {"until": until.isoformat(), "reason": "Lũ quét"})

    assert Report.objects.get().extensions.get().until == until


# Files


def test_files_open_and_read_back(client, world):
    work("activity:1", "2024-03-02", 430, world["a1"], world["a2"])
    sent(world, "a1", roads=70)
    report = sent(world, "a", definition="committee-month")
    as_(client, world, "focal_point", "ban")

    word = client.get(f"/reports/{report.pk}/report.docx")
    excel = client.get(f"/reports/{report.pk}/report.xlsx")
    desk = as_(client, world, "focal_point", "a").get(
        "/reports/desk/workbook/?year=2024&window=2024-03"
    )

    document = Document(io.BytesIO(word.content))
    assert any("BÁO CÁO" in paragraph.text for paragraph in document.paragraphs)
    assert "attachment" in word["Content-Disposition"]
    assert (
        openpyxl.load_workbook(io.BytesIO(excel.content)).sheetnames[-1] == "Tổng hợp"
    )
    assert openpyxl.load_workbook(io.BytesIO(desk.content)).sheetnames == [
        "Tổng hợp",
        "Tình hình gửi",
        "Đọc bảng này",
    ]


def test_before_approval_there_is_no_file(client, world):
    report = make_report(world)
    as_(client, world, "clerk", "a1")

    for path in ("statement/", "print/", "report.docx", "report.xlsx"):
        assert client.get(f"/reports/{report.pk}/{path}").status_code == 404


def test_the_statement_shows_its_digest_and_every_version(client, world):
    report = sent(world, roads=5)
    move_report(report, ReportAction.RETURN, actor=SYSTEM, at=IN_TIME, note="xem")
    send(report)
    as_(client, world, "clerk", "a1")

    page = text_of(client.get(f"/reports/{report.pk}/statement/1/"))

    digest = report.statements.get(version=1).digest
    assert " ".join(digest[i : i + 8] for i in range(0, 64, 8)) in page
    assert "fits figures and words" in page
    assert f"/reports/{report.pk}/statement/2/" in page
    assert client.get(f"/reports/{report.pk}/statement/9/").status_code == 404


def test_side_by_side_is_a_true_sum_on_the_page(client, world):
    work("activity:1", "2024-03-02", 430, world["a1"], world["a2"])
    report = sent(world, "a", definition="committee-month")
    as_(client, world, "focal_point", "ban")

    page = text_of(client.get(f"/reports/{report.pk}/side-by-side/"))

    assert "joint work, counted once" in page
    assert "-430" in page
    cell = sent(world, "a1")
    as_(client, world, "clerk", "a1")
    assert client.get(f"/reports/{cell.pk}/side-by-side/").status_code == 404


def test_recording_the_number_of_the_office_s_register(client, world):
    report = sent(world)
    as_(client, world, "clerk", "a1")
    url = f"/reports/{report.pk}/paper/"
    assert (
        client.post(url, {"number": "", "issued_on": "2024-03-22"}).status_code == 422
    )
    form = client.get(url).context["form"]

    client.post(
        url,
        {
            "client_id": form["client_id"].value(),
            "number": "15-BC/CB",
            "issued_on": "2024-03-22",
        },
    )

    page = text_of(client.get(report.get_absolute_url()))
    assert "15-BC/CB" in page
    assert NEXT_DAY > IN_TIME


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_speaks_both_languages(client, world, language):
    report = sent(world)
    as_(client, world, "clerk", "a1", language=language)
    paths = ["/reports/", f"/reports/{report.pk}/", f"/reports/{report.pk}/statement/"]

    for path in paths:
        page = text_of(client.get(path))
        assert f'<html lang="{language}">' in page
        assert ("Báo cáo" in page) or language == "en"


def test_a_statement_frozen_before_a_key_was_kept_still_opens(client, world):
    report = sent(world)
    statement = report.statements.get()
    for figure in statement.content["figures"]:
        del figure["estimated_part"], figure["previous"]
    Statement.objects.filter(pk=statement.pk).update(content=statement.content)
    client.force_login(world.person("clerk", "a1"))

    for path in ("statement/", "print/", ""):
        assert client.get(f"/reports/{report.pk}/{path}").status_code == 200
