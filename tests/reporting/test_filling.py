"""The form taken away, filled in, brought back and taken over: services and pages."""

import io
from datetime import timedelta
from uuid import uuid4

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from kheo.audit.models import AuditEntry
from kheo.core.access import SYSTEM
from kheo.core.errors import Conflict, NotAllowed, RuleBroken
from kheo.documents.models import PassingFile
from kheo.documents.passing import forget_passing
from kheo.reporting.models import Cell, Remark
from kheo.reporting.queries.workbooks import form_of, plan_for
from kheo.reporting.services.drafts import Typed, save_report
from kheo.reporting.services.moves import RemarkAt, move_report
from kheo.reporting.services.workbooks import keep_form, take_form_over
from kheo.reporting.workflow import ReportAction
from tests.reporting.blanks import Excel
from tests.reporting.make import (
    APRIL,
    IN_TIME,
    NEXT_DAY,
    make_report,
    make_world,
    send,
    sent,
    work,
)

pytestmark = pytest.mark.django_db
STRANGE = "Chép từ tệp người khác"


@pytest.fixture
def world():
    with time_machine.travel(IN_TIME, tick=False):
        yield make_world()


def downloaded(report):
    return Excel(form_of(report, at=IN_TIME))


def declared(report):
    rows = Cell.objects.filter(report=report).exclude(declared=None)
    return dict(rows.values_list("key", "declared"))


def as_(client, world, role, at):
    client.force_login(world.person(role, at, own=role in ("clerk", "leader")))
    client.cookies["django_language"] = "en"
    return client


def upload(client, report, content, *, name="bieu.xlsx", key=None):
    data = {
        "client_id": str(key or uuid4()),
        "file": SimpleUploadedFile(name, content),
    }
    return client.post(f"/reports/{report.pk}/form/", data)


def checked(client, report, content):
    """Send a form and open the page that says what it changes."""
    answer = upload(client, report, content)
    assert answer.status_code == 302, text_of(answer)
    return answer["Location"], client.get(answer["Location"])


def take(client, page, address, **choices):
    revision = page.context["report"].revision
    return client.post(address, {"revision": revision, **choices})


def text_of(answer):
    return answer.content.decode()


# The whole way


def test_a_form_is_filled_in_and_taken_over(client, world):
    work("a", "2024-03-10", 120, world["a1"])
    report = make_report(world, trees=4)
    as_(client, world, "clerk", "a1")
    answer = client.get(f"/reports/{report.pk}/form.xlsx")
    excel = Excel(answer.content)
    assert excel.figures[f"E{excel.line('roads')}"].value == 120
    assert excel.figures[excel.at("trees")].value == 4
    excel.put("roads", 30).put("houses", "không phát sinh", "said")
    excel.write("results", "Đã làm.")

    address, page = checked(client, report, excel.save())
    assert declared(report) == {"trees": 4}
    done = take(client, page, address)

    assert done["Location"] == report.get_absolute_url()
    assert declared(report) == {"trees": 4, "roads": 30}
    assert report.cells.get(key="houses").said == "nil"
    assert report.paragraphs.get(key="results").text == "Đã làm."
    page = text_of(client.get(done["Location"]))
    assert "2 figures, 1 paragraphs" in page


def test_the_same_file_again_changes_nothing_and_says_so(client, world):
    report = make_report(world)
    as_(client, world, "clerk", "a1")
    content = downloaded(report).put("roads", 30).write("plans", "Một").save()
    address, page = checked(client, report, content)
    take(client, page, address)
    report.refresh_from_db()
    revision = report.revision

    address, page = checked(client, report, content)

    assert "Nothing changes" in text_of(page)
    assert "Write into the draft" not in text_of(page)
    take(client, page, address)
    report.refresh_from_db()
    assert report.revision == revision


def test_taking_over_twice_writes_once(client, world):
    report = make_report(world)
    as_(client, world, "clerk", "a1")
    content = downloaded(report).put("roads", 30).save()
    address, page = checked(client, report, content)

    take(client, page, address)
    again = take(client, page, address)

    assert again["Location"] == report.get_absolute_url()
    assert "taken over already" in text_of(client.get(again["Location"]))
    assert AuditEntry.objects.filter(verb="report.fill").count() == 1


def test_sending_the_page_twice_keeps_one_file(client, world):
    report = make_report(world)
    as_(client, world, "clerk", "a1")
    content = downloaded(report).put("roads", 30).save()
    key = uuid4()

    places = {upload(client, report, content, key=key)["Location"] for _ in range(2)}

    assert len(places) == 1
    assert PassingFile.objects.count() == 1


def test_a_committee_and_a_year_are_filled_in_alike(client, world):
    sent(world, "a1", roads=11)
    report = make_report(world, "a", definition="committee-month")
    as_(client, world, "clerk", "a")
    excel = downloaded(report)
    assert excel.figures[f"E{excel.line('roads')}"].value == 11

    address, page = checked(client, report, excel.put("roads", 5).save())
    take(client, page, address)

    assert declared(report) == {"roads": 5}


# Wrong cells


def test_wrong_cells_are_shown_and_marked_and_nothing_is_written(client, world):
    report = make_report(world, trees=4)
    as_(client, world, "clerk", "a1")
    excel = downloaded(report).put("roads", "nhiều").put("canals", -3).put("waste", 7)

    address, page = checked(client, report, excel.save())

    shown = text_of(page)
    assert excel.at("roads") in shown
    assert "Say why the figure is corrected downwards." in shown
    assert "Write into the draft" not in shown
    assert declared(report) == {"trees": 4}
    refused = take(client, page, address)
    assert refused.status_code == 422
    assert "still has wrong cells" in text_of(refused)
    assert declared(report) == {"trees": 4}
    marked = client.get(f"{address}marked.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(marked.content))
    cell = book["Số liệu"][excel.at("roads")]
    assert cell.value == "nhiều"
    assert "not a number" in cell.comment.text
    assert book.worksheets[-1]["F3"].value


def test_right_rows_can_be_written_without_the_wrong_ones(client, world):
    report = make_report(world)
    as_(client, world, "clerk", "a1")
    excel = downloaded(report).put("roads", "nhiều").put("waste", 7)
    address, page = checked(client, report, excel.save())

    done = take(client, page, address, only_right="1")

    assert declared(report) == {"waste": 7}
    assert "1 wrong cell was left out" in text_of(client.get(done["Location"]))


def test_the_marked_file_is_corrected_and_sent_again(client, world):
    report = make_report(world)
    as_(client, world, "clerk", "a1")
    excel = downloaded(report).put("roads", "nhiều").write("plans", "Giữ lại")
    address, _page = checked(client, report, excel.save())
    marked = Excel(client.get(f"{address}marked.xlsx").content)

    address, page = checked(client, report, marked.put("roads", 12).save())
    take(client, page, address)

    assert declared(report) == {"roads": 12}
    assert report.paragraphs.get(key="plans").text == "Giữ lại"


def test_errors_are_in_the_language_of_the_page(client, world):
    report = make_report(world)
    as_(client, world, "clerk", "a1")
    address, _page = checked(
        client, report, downloaded(report).put("roads", "x").save()
    )
    client.cookies["django_language"] = "vi"

    page = text_of(client.get(address))

    assert "không phải số liệu của dòng này" in page


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"roads;12", "not an Excel workbook"),
        (b"PK" + b"0" * 3 * 1024**2, "larger than 2 MB"),
    ],
)
def test_what_is_no_form_is_refused_beside_its_field(client, world, content, sentence):
    report = make_report(world)
    as_(client, world, "clerk", "a1")

    answer = upload(client, report, content, name="bieu.csv")

    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert not PassingFile.objects.exists()


# Another report, another round, another hand


def test_the_form_of_another_body_is_refused_and_says_whose_it_is(client, world):
    theirs = make_report(world, "a2", roads=1)
    report = make_report(world)
    as_(client, world, "clerk", "a1")

    answer = upload(client, report, downloaded(theirs).put("roads", 99).save())

    assert answer.status_code == 409
    assert "This form is for:" in text_of(answer)
    assert declared(report) == {}
    assert not PassingFile.objects.exists()


def test_the_form_of_another_month_is_refused(client, world):
    april = make_report(world, window=APRIL, at=IN_TIME)
    report = make_report(world)
    as_(client, world, "clerk", "a1")

    answer = upload(client, report, downloaded(april).save())

    assert answer.status_code == 409


def test_the_form_of_an_earlier_round_is_refused(client, world):
    report = make_report(world, roads=5)
    old = downloaded(report).put("roads", 99).save()
    send(report)
    move_report(report, ReportAction.RETURN, actor=SYSTEM, at=IN_TIME, note="Xem lại.")
    as_(client, world, "clerk", "a1")

    answer = upload(client, report, old)

    assert answer.status_code == 409
    assert "in sending 2" in text_of(answer)
    assert declared(report) == {"roads": 5}


def test_a_returned_report_is_answered_in_its_form(client, world):
    report = sent(world, roads=5)
    move_report(
        report,
        ReportAction.RETURN,
        actor=SYSTEM,
        at=IN_TIME,
        note="Xem lại.",
        remarks=[RemarkAt("Sai số", cell_key="roads")],
    )
    key = Remark.objects.get().pk
    as_(client, world, "clerk", "a1")
    excel = downloaded(report)
    assert excel.figures[f"L{excel.line('roads')}"].value == "Sai số"

    address, page = checked(
        client, report, excel.put("roads", 6).answer(key, "Đã đo lại").save()
    )
    take(client, page, address)

    assert Remark.objects.get().answer == "Đã đo lại"
    assert declared(report) == {"roads": 6}


def test_what_somebody_else_saved_meanwhile_asks_for_a_choice(client, world):
    report = make_report(world, roads=5)
    content = downloaded(report).put("roads", 15).put("waste", 1).save()
    save_report(
        report, cells={"roads": Typed(12)}, paragraphs={}, actor=SYSTEM, at=IN_TIME
    )
    as_(client, world, "clerk", "a1")
    address, page = checked(client, report, content)
    shown = " ".join(text_of(page).split())
    assert "in Khéo: <strong>12</strong>" in shown
    assert "in the file: <strong>15</strong>" in shown

    unchosen = take(client, page, address)
    assert unchosen.status_code == 422
    assert declared(report) == {"roads": 12}
    take(client, page, address, **{"choice-cell-roads": "here"})

    assert declared(report) == {"roads": 12, "waste": 1}


def test_the_file_wins_where_it_is_chosen(client, world):
    report = make_report(world, roads=5)
    content = downloaded(report).put("roads", 15).save()
    save_report(
        report, cells={"roads": Typed(12)}, paragraphs={}, actor=SYSTEM, at=IN_TIME
    )
    as_(client, world, "clerk", "a1")
    address, page = checked(client, report, content)

    take(client, page, address, **{"choice-cell-roads": "there"})

    assert declared(report) == {"roads": 15}


def test_a_save_between_looking_and_writing_is_told_and_shown_anew(client, world):
    report = make_report(world, roads=5)
    content = downloaded(report).put("roads", 15).save()
    as_(client, world, "clerk", "a1")
    address, page = checked(client, report, content)
    save_report(
        report, cells={"roads": Typed(12)}, paragraphs={}, actor=SYSTEM, at=IN_TIME
    )

    answer = take(client, page, address)

    assert answer.status_code in {409, 422}
    assert declared(report) == {"roads": 12}
    assert "Changed on both sides" in text_of(answer)


def test_an_unrelated_save_in_between_is_a_conflict_that_names_itself(client, world):
    report = make_report(world)
    content = downloaded(report).put("roads", 15).save()
    as_(client, world, "clerk", "a1")
    address, page = checked(client, report, content)
    save_report(
        report, cells={"waste": Typed(12)}, paragraphs={}, actor=SYSTEM, at=IN_TIME
    )

    answer = take(client, page, address)

    assert answer.status_code == 409
    assert declared(report) == {"waste": 12}
    assert take(client, answer, address).status_code == 302
    assert declared(report) == {"waste": 12, "roads": 15}


@pytest.mark.parametrize("path", ["form.xlsx", "form/"])
def test_a_report_that_is_no_draft_has_no_form_to_fill_in(client, world, path):
    report = sent(world)
    as_(client, world, "clerk", "a1")

    answer = client.get(f"/reports/{report.pk}/{path}")

    assert answer.status_code == 409
    assert "no longer a draft" in text_of(answer)


def test_a_report_submitted_meanwhile_is_not_written(client, world):
    report = make_report(world)
    content = downloaded(report).put("roads", 15).save()
    as_(client, world, "clerk", "a1")
    address, page = checked(client, report, content)
    move_report(report, ReportAction.SUBMIT, actor=SYSTEM, at=IN_TIME)

    answer = take(client, page, address)

    assert answer.status_code == 409
    assert declared(report) == {}


def test_a_report_given_back_meanwhile_says_so(client, world):
    report = make_report(world)
    content = downloaded(report).put("roads", 15).save()
    as_(client, world, "clerk", "a1")
    address, page = checked(client, report, content)
    send(report)
    move_report(report, ReportAction.RETURN, actor=SYSTEM, at=IN_TIME, note="Xem.")

    answer = take(client, page, address)

    assert answer["Location"] == f"/reports/{report.pk}/form/"
    assert "in sending 2" in text_of(client.get(answer["Location"]))
    assert declared(report) == {}


# Who may


@pytest.mark.parametrize(
    ("role", "at", "status"),
    [
        ("clerk", "a1", 200),
        ("leader", "a1", 403),
        ("focal_point", "a", 403),
        ("specialist", "tu", 403),
        ("clerk", "a2", 404),
        ("focal_point", "b", 404),
        ("administrator", "a1", 404),
    ],
)
def test_only_who_may_write_the_report_gets_its_form(client, world, role, at, status):
    report = make_report(world)
    as_(client, world, role, at)

    for path in ("form.xlsx", "form/"):
        assert client.get(f"/reports/{report.pk}/{path}").status_code == status
    page = text_of(client.get(report.get_absolute_url()))
    assert (f"/reports/{report.pk}/form/" in page) == (status == 200)


def test_nobody_else_sees_the_file_that_somebody_sent(client, world):
    report = make_report(world)
    as_(client, world, "clerk", "a1")
    content = downloaded(report).write("plans", STRANGE).save()
    address, _page = checked(client, report, content)
    other = world.person("clerk", "a1", name="other")
    client.force_login(other)

    for path in (address, f"{address}marked.xlsx"):
        answer = client.get(path, follow=True)
        assert answer.redirect_chain[-1][0] == f"/reports/{report.pk}/form/"
        assert STRANGE not in text_of(answer)
    client.post(address, {"revision": report.revision})
    assert not report.paragraphs.filter(text=STRANGE).exists()


def test_a_file_is_not_taken_over_on_another_report(client, world):
    report, other = make_report(world), make_report(world, window=APRIL)
    as_(client, world, "clerk", "a1")
    address, _page = checked(client, report, downloaded(report).put("roads", 1).save())
    key = address.rstrip("/").rsplit("/", 1)[-1]

    answer = client.post(f"/reports/{other.pk}/form/{key}/", {"revision": 1})

    assert answer["Location"] == f"/reports/{other.pk}/form/"
    assert (declared(report), declared(other)) == ({}, {})


def test_the_service_asks_who_it_is(world):
    report = make_report(world)
    content = downloaded(report).save()
    leader = world.actor("leader", "a1")

    with pytest.raises(NotAllowed):
        keep_form(report, id=uuid4(), content=content, actor=leader, at=IN_TIME)
    assert not PassingFile.objects.exists()


# How long it is kept


def test_the_bytes_go_when_the_file_is_taken_over(world):
    report = make_report(world)
    clerk = world.actor("clerk", "a1")
    content = downloaded(report).put("roads", 3).save()
    kept = keep_form(report, id=uuid4(), content=content, actor=clerk, at=IN_TIME)

    take_form_over(kept, report, revision=report.revision, actor=clerk, at=IN_TIME)

    kept.refresh_from_db()
    assert bytes(kept.content) == b""
    with pytest.raises(Conflict, match="đã được ghi"):
        take_form_over(kept, report, revision=report.revision, actor=clerk, at=IN_TIME)


def test_a_refused_file_is_kept_and_nothing_is_written(world):
    report = make_report(world)
    clerk = world.actor("clerk", "a1")
    content = downloaded(report).put("roads", "x").put("waste", 3).save()
    kept = keep_form(report, id=uuid4(), content=content, actor=clerk, at=IN_TIME)

    with pytest.raises(RuleBroken):
        take_form_over(kept, report, revision=report.revision, actor=clerk, at=IN_TIME)

    kept.refresh_from_db()
    assert bytes(kept.content) == content
    assert declared(report) == {}


def test_the_next_file_replaces_the_one_before(world):
    report = make_report(world)
    clerk = world.actor("clerk", "a1")
    for amount in (1, 2):
        content = downloaded(report).put("roads", amount).save()
        keep_form(report, id=uuid4(), content=content, actor=clerk, at=IN_TIME)

    assert PassingFile.objects.count() == 1


def test_a_file_that_nobody_took_over_is_gone_a_day_later(client, world):
    report = make_report(world)
    as_(client, world, "clerk", "a1")
    address, _page = checked(client, report, downloaded(report).put("roads", 1).save())

    with time_machine.travel(NEXT_DAY + timedelta(minutes=1), tick=False):
        as_(client, world, "clerk", "a1")
        answer = client.get(address, follow=True)

    assert "not kept any more" in text_of(answer)
    assert forget_passing(at=NEXT_DAY) == 1


def test_a_file_can_be_dropped(client, world):
    report = make_report(world)
    as_(client, world, "clerk", "a1")
    address, page = checked(client, report, downloaded(report).put("roads", 1).save())

    done = take(client, page, address, drop="1")

    assert done["Location"] == f"/reports/{report.pk}/form/"
    assert not PassingFile.objects.exists()
    assert declared(report) == {}


# What is recorded


def test_the_trail_says_that_a_form_was_taken_over(client, world):
    report = make_report(world)
    as_(client, world, "clerk", "a1")
    content = downloaded(report).put("roads", 30).write("plans", STRANGE).save()
    address, page = checked(client, report, content)

    take(client, page, address)

    entry = AuditEntry.objects.get(verb="report.fill")
    assert (entry.data["cells"], entry.data["paragraphs"]) == (1, 1)
    assert STRANGE not in str(entry.data)


def test_a_figure_beyond_what_a_month_holds_needs_a_reason_on_the_page_too(
    client, world
):
    report = make_report(world)
    as_(client, world, "clerk", "a1")

    answer = client.post(
        f"/reports/{report.pk}/edit/",
        {"revision": report.revision, "declared-roads": "580.001"},
    )

    assert answer.status_code == 422
    assert "More than 580,000 in this period is unusual" in text_of(answer)
    assert declared(report) == {}

    answer = client.post(
        f"/reports/{report.pk}/edit/",
        {
            "revision": report.revision,
            "declared-roads": "580.001",
            "reason-roads": "Nghiệm thu cả đợt",
        },
    )

    assert answer.status_code == 302
    assert declared(report) == {"roads": 580_001}


def test_what_is_shown_stands_against_the_report_as_it_is_now(world):
    report = make_report(world, roads=5)
    content = downloaded(report).put("roads", 6).save()
    work("later", "2024-03-12", 70, world["a1"])

    (change,) = plan_for(report, content).figure_changes

    assert (change.logged_then, change.figure.logged) == (None, 70)
