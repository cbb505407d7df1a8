"""The receiver's own report: content, life, Word and Excel, all four frequencies."""

import io
import re
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import openpyxl
import pytest
import time_machine
from docx import Document
from PIL import Image

from kheo.audit.models import AuditEntry
from kheo.core.access import SYSTEM
from kheo.core.errors import Conflict, NotAllowed, RuleBroken
from kheo.directives.models import NumberScope, NumberSource
from kheo.directives.services import choose_numbering
from kheo.programmes.models import Programme
from kheo.reporting.models import Summary
from kheo.reporting.queries.desk import windows_of
from kheo.reporting.queries.summaries import Ground, summary_content
from kheo.reporting.queries.window_books import SENDERS, window_sheets
from kheo.reporting.queries.window_papers import reporting_sentences, window_paper
from kheo.reporting.rules import digest_of
from kheo.reporting.sentences import compared, phrase, sentences, unbroken
from kheo.reporting.services.drafts import Typed, save_report
from kheo.reporting.services.summaries import (
    approve_summary,
    issue_summary,
    number_summary,
    reopen_summary,
    save_summary,
)
from kheo.stationery.word import word
from kheo.stationery.workbook import workbook
from tests.reporting.make import (
    IN_TIME,
    LATE,
    MARCH,
    NEXT_DAY,
    keep_since,
    make_report,
    make_world,
    send,
    sent,
    work,
)

pytestmark = pytest.mark.django_db
URL = "/reports/desk/summary/?year=2024&window=2024-03"
NOBODY = {key: {} for key in ("words", "taken")}


@pytest.fixture
def world():
    with time_machine.travel(LATE, tick=False):
        yield make_world()


def ground_of(world, code="2024-03"):
    programme = Programme.objects.select_related("home").get(code="s0")
    window = next(one for one in windows_of(programme.code, 2024) if one.code == code)
    return Ground.of(world["ban"], programme, window, LATE.date())


def as_(client, world, role, at, language="en"):
    client.force_login(world.person(role, at, own=role in ("clerk", "leader")))
    client.cookies["django_language"] = language
    return client


def saved(world, **words):
    return save_summary(
        ground_of(world), words=words, taken={}, revision=0, actor=SYSTEM, at=IN_TIME
    )


def approved(world, **words):
    summary = saved(world, **words)
    return approve_summary(summary, ground_of(world), actor=SYSTEM, at=IN_TIME)


def text_in(content):
    document = Document(io.BytesIO(content))
    parts = [one.text for one in document.paragraphs]
    parts += [
        cell.text
        for table in document.tables
        for row in table.rows
        for cell in row.cells
    ]
    for section in document.sections:
        for part in (section.footer, section.first_page_footer, section.header):
            parts += [one.text for one in part.paragraphs]
    return "\n".join(parts).replace("\u00a0", " ")


def paper_text(world, code="2024-03", summary=None):
    ground = ground_of(world, code)
    content = (summary.content if summary else None) or summary_content(ground, {})
    paper = window_paper(world["ban"], content, summary=summary, on=LATE.date())
    return text_in(word(paper))


# Words


@pytest.mark.parametrize(
    ("name", "unit", "expected"),
    [
        ("Số cuộc hoạt động tại cơ sở", "cuộc", "12 cuộc hoạt động tại cơ sở"),
        (
            "Lượt cán bộ, đảng viên tham gia",
            "lượt người",
            "12 lượt cán bộ, đảng viên tham gia",
        ),
        ("Kênh mương làm mới", "m", "12 m kênh mương làm mới"),
        ("Giá trị hỗ trợ", "đồng", "giá trị hỗ trợ 12 đồng"),
        ("Tỷ lệ đơn vị", "%", "tỷ lệ đơn vị 12%"),
        ("Cây xanh đã trồng", "cây", "12 cây xanh đã trồng"),
    ],
)
def test_a_figure_is_said_as_an_office_says_it(name, unit, expected):
    assert phrase(name, unit, "12") == expected


def test_changes_nothing_and_missing_are_said_apart():
    def one(name, value, **others):
        names = {"name": {"vi": name}, "unit": {"vi": "m"}, "decimals": 0}
        return {**names, "value": value, **others}

    figures = [
        one("Đường", 1300, previous=1000, last_year=1400, estimated_part=70),
        one("Kênh", 0),
        one("Cống", None),
    ]

    assert sentences(figures, "month") == [
        (
            "1.300 m đường (tăng 300 so với tháng trước, giảm 100 so với cùng kỳ năm trước, "
            "trong đó ước thực hiện 70)."
        ),
        "Không phát sinh: kênh.",
        "Chưa có số liệu: cống.",
    ]
    assert compared(0, 0, "quý trước") == "bằng quý trước"
    assert (
        compared(-5, 1, "quý trước", "%") == "giảm 0,5 điểm phần trăm so với quý trước"
    )


def test_a_year_is_compared_with_the_year_before_and_no_number_leaves_its_unit():
    one = {
        "name": {"vi": "Đường"},
        "unit": {"vi": "m"},
        "decimals": 0,
        "value": 9,
        "last_year": 7,
    }

    assert sentences([one], "year") == ["9 m đường (tăng 2 so với năm trước)."]
    assert unbroken("9 m đường, 12 cuộc") == "9\u00a0m đường, 12\u00a0cuộc"


# Content and paper


def test_the_paper_says_who_reported_what_changed_and_what_is_estimated(world):
    work("activity:1", "2024-02-03", 100, world["a1"])
    work("activity:2", "2024-03-02", 430, world["a1"], world["b1"])
    sent(world, "a1", roads=Typed(declared=70, is_estimated=True))
    sent(world, "a", definition="committee-month")

    text = paper_text(world)

    assert "Có 1/2 báo cáo đã gửi, trong đó đúng hạn 1, muộn 0" in text
    assert "Chưa gửi báo cáo (1): b." in text
    assert (
        "500 m đường giao thông làm mới, sửa chữa (tăng 400 so với tháng trước" in text
    )
    assert "trong đó ước thực hiện 70" in text
    assert "Có 1 chỉ tiêu trong đó một phần là số liệu ước thực hiện" in text
    assert "Hiệu chỉnh việc làm chung" in text
    assert "-430" in text
    assert "500*" in text
    assert "Kèm theo Báo cáo số" in text
    assert "Số liệu tính đến ngày 28/3/2024, chưa duyệt" in text


@pytest.mark.parametrize(
    ("code", "heading", "period"),
    [
        ("2024-03", "Nhiệm vụ kỳ tới", "tháng 3 năm 2024"),
        ("2024-Q1", "Nhiệm vụ kỳ tới", "quý I năm 2024"),
        ("2024-H1", "Đánh giá chung, bài học", "6 tháng đầu năm 2024"),
        ("2024", "Biểu dương, khen thưởng", "năm 2024"),
    ],
)
def test_all_four_frequencies_have_their_own_outline(world, code, heading, period):
    work("activity:1", "2024-03-02", 430, world["a1"])

    text = paper_text(world, code)

    assert heading in text
    assert period in text
    assert "430" in text
    assert "Tình hình chung" in text


def test_every_figure_of_the_form_stands_in_the_annex(world):
    work("activity:1", "2024-03-02", 430, world["a1"])
    ground = ground_of(world)
    paper = window_paper(world["ban"], summary_content(ground, {}), on=LATE.date())
    document = Document(io.BytesIO(word(paper)))
    heads = " ".join(
        cell.text for table in document.tables for cell in table.rows[0].cells
    )

    for cell in ground.cells:
        assert cell.name.vi in heads


def test_the_chart_is_a_picture_at_print_resolution_with_words(world):
    for month in (1, 2, 3):
        work(
            f"sessions:{month}",
            f"2024-0{month}-10",
            month,
            world["a1"],
            measure="sessions",
        )
    ground = ground_of(world)
    content = word(
        window_paper(world["ban"], summary_content(ground, {}), on=LATE.date())
    )

    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        (name,) = [one for one in packed.namelist() if one.endswith(".png")]
        image = Image.open(io.BytesIO(packed.read(name)))
        body = packed.read("word/document.xml").decode()
    assert image.width > 1800
    assert "Số cuộc hoạt động tại cơ sở: " in re.search('descr="([^"]*)"', body)[1]
    assert "3/2024: 3" in body


def test_a_month_without_any_report_says_so(world):
    text = paper_text(world)

    assert "Có 0/2 báo cáo đã gửi" in text
    assert "Chưa gửi báo cáo (2): a; b." in text
    assert "Chưa có số liệu" in text
    nothing = summary_content(ground_of(world), {}) | {
        "tally": {"expected": 0},
        "standings": [],
    }
    assert "không có đơn vị nào phải gửi" in reporting_sentences(nothing)[0]


def test_what_was_kept_on_paper_is_said_and_not_missing(world):
    sent(world, "a", definition="committee-month")
    keep_since({"committees": MARCH.end})
    ground = ground_of(world)

    content = summary_content(ground, {})
    text = " ".join(reporting_sentences(content))
    [told] = [one for one in window_sheets(ground, content) if one.name == SENDERS]

    assert "Có 1/1 báo cáo đã gửi" in text
    assert "Ngoài ra có 1 báo cáo của kỳ này còn lập trên giấy" in text
    assert "Chưa gửi" not in text
    assert {row.cells[2] for row in told.rows} >= {"báo cáo trên giấy"}
    assert "Trên giấy, không lưu trong Khéo: 1." in told.notes[0]


def test_a_period_wholly_on_paper_says_so(world):
    keep_since({"committees": MARCH.end, "communes": MARCH.end})

    text = reporting_sentences(summary_content(ground_of(world), {}))

    assert len(text) == 1
    assert "Cả 2 báo cáo của kỳ này còn lập trên giấy" in text[0]


def test_a_summary_frozen_before_paper_was_known_is_read_as_it_was(world):
    content = summary_content(ground_of(world), {})
    del content["tally"]["on_paper"]

    assert "0/2" in reporting_sentences(content)[0]
    assert window_sheets(ground_of(world), content)


# The life of a summary


def test_approving_freezes_and_prints_the_digest(world):
    work("activity:1", "2024-03-02", 430, world["a1"])
    summary = approved(world, difficulties="Mưa nhiều.")
    work("activity:2", "2024-03-03", 999, world["a1"])

    text = paper_text(world, summary=summary)

    assert digest_of(summary.content) == summary.digest
    assert summary.digest in text
    assert "430 m đường" in text
    assert "Mưa nhiều." in text
    assert "chưa duyệt" not in text


def test_number_and_day_come_from_the_office_s_register(world):
    summary = approved(world)
    with pytest.raises(RuleBroken):
        issue_summary(
            summary,
            number="15-BC/BDVTU",
            issued_on=IN_TIME.date() - timedelta(days=1),
            actor=SYSTEM,
            at=NEXT_DAY,
        )
    issue_summary(
        summary,
        number="15-BC/BDVTU",
        issued_on=NEXT_DAY.date(),
        actor=SYSTEM,
        at=NEXT_DAY,
    )

    text = paper_text(world, summary=summary)

    assert "Số 15-BC/BDVTU" in text
    assert "ngày 23 tháng 3 năm 2024" in text


def test_our_own_counter_numbers_where_the_body_chose_it(world):
    choose_numbering(
        world["ban"],
        source=NumberSource.KHEO,
        scope=NumberScope.YEAR,
        actor=SYSTEM,
        at=IN_TIME,
    )
    summary = approved(world)
    taken = {"client_id": UUID(int=5), "on": NEXT_DAY.date()}

    for _time in range(2):
        number_summary(summary, actor=SYSTEM, at=NEXT_DAY, **taken)

    assert summary.number == "01-BC/BDVTU"


def test_an_approved_one_is_changed_only_after_reopening_with_a_reason(world):
    summary = approved(world)
    with pytest.raises(Conflict):
        saved(world, difficulties="Khác")
    with pytest.raises(RuleBroken):
        reopen_summary(summary, note=" ", actor=SYSTEM, at=NEXT_DAY)
    summary.refresh_from_db()
    assert summary.state == "approved"

    reopen_summary(summary, note="Sai số", actor=SYSTEM, at=NEXT_DAY)

    assert (summary.state, summary.digest, summary.content) == ("draft", "", None)
    entry = AuditEntry.objects.filter(verb="summary.reopen").get()
    assert entry.data["note"] == "Sai số"


def test_only_the_receiver_s_own_people_write_and_approve(world):
    clerk = world.actor("clerk", "ban")
    other = world.actor("clerk", "a")
    ground = ground_of(world)
    with pytest.raises(NotAllowed):
        save_summary(ground, **NOBODY, revision=0, actor=other, at=IN_TIME)
    assert not Summary.objects.exists()
    summary = save_summary(ground, **NOBODY, revision=0, actor=clerk, at=IN_TIME)

    with pytest.raises(NotAllowed):
        approve_summary(summary, ground, actor=clerk, at=IN_TIME)

    summary.refresh_from_db()
    assert summary.state == "draft"


def test_two_people_do_not_overwrite_each_other_and_the_same_again_is_harmless(world):
    first = saved(world, difficulties="Một")

    assert saved(world, difficulties="Một").revision == first.revision
    with pytest.raises(Conflict):
        saved(world, difficulties="Hai")

    first.refresh_from_db()
    assert first.words == {"difficulties": "Một"}


# Pages


def test_the_specialist_writes_takes_over_words_and_the_leader_approves(client, world):
    committee = make_report(world, "a", definition="committee-month")
    save_report(
        committee,
        cells={},
        paragraphs={"difficulties": "Thiếu xi măng."},
        actor=SYSTEM,
        at=IN_TIME,
    )
    send(committee)
    user = world.person("focal_point", "ban")
    world.grant(user, "clerk", "ban")
    as_(client, world, "focal_point", "ban")
    desk = client.get("/reports/desk/?year=2024&window=2024-03").content.decode()
    assert "/reports/desk/summary/?" in desk
    assert "Thiếu xi măng." in client.get(URL).content.decode()
    values = {
        "revision": "0",
        "text-plans": "Tháng sau làm tiếp.",
        "take-difficulties": [committee.pk],
    }
    for _time in range(2):
        assert client.post(URL, values).status_code == 302
    summary = Summary.objects.get()
    assert summary.words == {
        "plans": "Tháng sau làm tiếp.",
        "difficulties": "Thiếu xi măng. (a)",
    }
    do = "/reports/desk/summary/{}/?year=2024&window=2024-03"
    client.post(do.format("approve"))
    summary.refresh_from_db()
    assert summary.state == "draft"

    as_(client, world, "leader", "ban")
    assert (
        summary.get_absolute_url().replace("&", "&amp;")
        in client.get("/reports/").content.decode()
    )
    assert client.get(URL).status_code == 200
    client.post(do.format("approve"))

    summary.refresh_from_db()
    assert summary.state == "approved"
    page = client.get(URL).content.decode()
    assert "Reopen" in page
    file = client.get("/reports/desk/paper/?year=2024&window=2024-03")
    other = client.get("/reports/desk/paper/?year=2024&window=2024-33")
    assert "Thiếu xi măng. (a)" in text_in(file.content)
    assert other.status_code == 404


def test_a_late_correction_shows_on_the_approved_report_and_in_its_workbook(
    client, world
):
    work("activity:1", "2024-03-02", 3205, world["a1"])
    issue_summary(
        approved(world), number="15-BC/X", issued_on=LATE.date(), actor=SYSTEM, at=LATE
    )
    leader = as_(client, world, "leader", "ban", language="vi")
    book = "/reports/desk/workbook/?year=2024&window=2024-03"
    assert "từ khi duyệt" not in leader.get(URL).content.decode()
    assert "số liệu chưa thay đổi" in notes_in(leader.get(book))

    work("activity:1", "2024-03-02", 2955, world["a1"])

    page = leader.get(URL).content.decode()
    assert "3.205" in page
    assert "−250 từ khi duyệt" in " ".join(page.split())
    notes = notes_in(leader.get(book))
    assert "Báo cáo số 15-BC/X duyệt ngày" in notes
    assert "(m): đã duyệt 3.205, nay 2.955" in notes
    paper = leader.get("/reports/desk/paper/?year=2024&window=2024-03")
    assert "3.205" in text_in(paper.content)


def notes_in(file):
    book = openpyxl.load_workbook(io.BytesIO(file.content))
    return "\n".join(str(row[1].value) for row in book["Đọc bảng này"].iter_rows())


def test_the_leader_approves_no_other_figures_than_the_page_showed(client, world):
    saved(world, plans="Tháng sau làm tiếp.")
    leader = as_(client, world, "leader", "ban")
    old = leader.get(URL).context["stamp"]
    do = "/reports/desk/summary/approve/?year=2024&window=2024-03"
    sent(world, "a1", roads=77)

    answer = leader.post(do, {"seen": old}, follow=True)

    assert "has changed since this page showed it" in answer.content.decode()
    assert Summary.objects.get().state == "draft"
    leader.post(do, {"seen": leader.get(URL).context["stamp"]})
    assert Summary.objects.get().state == "approved"


def test_a_committee_s_focal_point_has_no_page_of_the_board(client, world):
    saved(world, difficulties="Nội bộ của Ban")
    as_(client, world, "focal_point", "a")

    page = client.get(f"{URL}&receiver={world['ban'].pk}")

    assert page.status_code == 404
    assert client.get(URL).status_code == 403


# Excel


def test_every_total_of_the_workbook_is_a_formula_that_gives_the_ledger_s_value(world):
    work("activity:1", "2024-03-02", 430, world["a1"], world["b1"])
    work("activity:2", "2024-03-09", 7, world["a"])
    sent(world, "a2", roads=Typed(declared=20, is_estimated=True), work_days=125)
    ground = ground_of(world)
    made = workbook(
        window_sheets(ground, summary_content(ground, {})),
        author="Khéo",
        on=LATE.date(),
        is_sample=True,
    )

    formulas = openpyxl.load_workbook(io.BytesIO(made))
    values = openpyxl.load_workbook(io.BytesIO(made), data_only=True)

    assert formulas.sheetnames == [
        "Tổng hợp",
        "a",
        "b",
        "Tình hình gửi",
        "Đọc bảng này",
    ]
    summary = formulas["Tổng hợp"]
    names = {row[0].value: row[0].row for row in summary.iter_rows()}
    head = next(row for row in summary.iter_rows() if row[0].value == "Đơn vị")
    (column,) = [
        cell.column_letter for cell in head if str(cell.value).startswith("Đường giao")
    ]
    total = summary[f"{column}{names['tu']}"]
    assert total.value == f"=SUM({column}{names['a']}:{column}{names['tu'] - 1})"
    shown = values["Tổng hợp"]
    assert shown[total.coordinate].value == 457
    assert shown[f"{column}{names['Hiệu chỉnh việc làm chung']}"].value == -430
    assert summary[f"{column}{names['a']}"].value.startswith("='a'!")
    assert shown[f"{column}{names['a']}"].value == 457
    assert '"*"' in shown[f"{column}{names['a']}"].number_format
    assert summary.freeze_panes.startswith("B")
    assert {row[0].value for row in values["a"].iter_rows()} >= {"a1", "a2"}
    assert values["Tình hình gửi"].max_row >= 5
    read = {row[0].value: row[1].value for row in values["Đọc bảng này"].iter_rows()}
    assert read["Kỳ số liệu"] == "25/02/2024 đến hết 24/03/2024"
    assert any(str(key).startswith("Dữ liệu mẫu") for key in read)
    # What a reader would compute is what the ledger says, in every column.
    for sheet in ("Tổng hợp", "a", "b"):
        for row in formulas[sheet].iter_rows():
            for cell in row:
                if str(cell.value).startswith("=SUM"):
                    first, last = re.findall(r"[A-Z]+(\d+)", cell.value)
                    parts = [
                        values[sheet][f"{cell.column_letter}{line}"].value or 0
                        for line in range(int(first), int(last) + 1)
                    ]
                    assert sum(map(as_decimal, parts)) == as_decimal(
                        values[sheet][cell.coordinate].value
                    )


def as_decimal(value):
    return Decimal(str(value))


def test_a_body_s_name_that_looks_like_a_formula_stays_text(world):
    content = summary_content(ground_of(world), {})
    content["standings"][0]["name"] = "=1+1"
    ground = ground_of(world)
    made = workbook(window_sheets(ground, content), author="Khéo", on=date(2024, 4, 1))

    sheet = openpyxl.load_workbook(io.BytesIO(made))["Tình hình gửi"]

    (cell,) = [row[0] for row in sheet.iter_rows() if row[0].value == "=1+1"]
    assert cell.data_type == "s"
