"""A form as a workbook, without a database: written, filled in, read, compared."""

import io
import json
from dataclasses import replace
from datetime import date, datetime

import openpyxl
import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from kheo.core.errors import Conflict, RuleBroken
from kheo.reporting.queries.typed import Typed
from kheo.reporting.workbooks.comparing import Fate, fate_of
from kheo.reporting.workbooks.contents import check_stamp, stamp_from
from kheo.reporting.workbooks.words import clean
from kheo.stationery.fillable import STAMP_MARK, digest_of_stamp
from kheo.stationery.filled import FilledBook
from tests.reporting.blanks import (
    FIGURES,
    NIL,
    NONE,
    PACK,
    WORDS,
    ZERO,
    Excel,
    contents,
    filled,
    made,
    moved,
    planned,
    read,
    remark,
)

KNOWN = {
    "roads": {"logged": 120, "declared": 30},
    "work-days": {"logged": 125, "declared": 15, "reason": "Ngày 24"},
    "houses": {"said": "nil"},
    "trees": {"declared": 40, "is_estimated": True},
}
TEXTS = {"results": "Đã làm cùng Nhân dân.\r\nNhiều việc."}


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def errors_of(excel, form):
    """The errors of a filled-in form by cell: what a person would read."""
    return {one.cell: one.message for one in read(excel.save(), form).errors}


# Taking it away


def test_a_form_brought_back_untouched_changes_nothing():
    form = contents(KNOWN, TEXTS, [remark()])

    plan = planned(made(form), form)

    assert plan.is_empty
    assert (plan.errors, plan.rows) == ((), [])


@pytest.mark.parametrize("definition", [report.code for report in PACK.reports])
def test_the_form_of_every_kind_of_report_comes_back_as_it_went(definition):
    form = contents(
        {"roads": {"declared": 1}}, {"results": "Một"}, definition=definition
    )
    content = made(form)

    assert planned(content, form).is_empty
    assert Excel(content).line("roads")


def test_only_the_cells_to_fill_in_are_open():
    page = Excel(made(contents(KNOWN))).figures
    line = next(row[0].row for row in page.iter_rows() if row[0].value == "roads")

    open_ones = [cell.coordinate for cell in page[line] if not cell.protection.locked]

    assert page.protection.sheet
    assert open_ones == [f"{letter}{line}" for letter in "FHIJ"]
    assert page[f"E{line}"].value == 120
    assert page[f"F{line}"].value == 30
    assert page.column_dimensions["A"].hidden


def test_computed_figures_have_no_open_cell():
    excel = Excel(made(contents()))
    line = excel.line("units-met-rate")

    assert all(cell.protection.locked for cell in excel.figures[line])


def test_the_figure_of_the_report_is_added_up_in_excel_with_what_it_holds():
    excel = Excel(made(contents({"money": {"logged": 5}})))
    line, part = excel.line("money"), excel.line("money-own")

    formula = excel.figures[f"G{line}"].value

    assert formula.startswith("=IF(COUNT(")
    assert all(cell in formula for cell in (f"E{line}", f"F{line}", f"F{part}"))


def test_a_text_that_begins_like_a_formula_stays_text():
    form = contents(texts={"results": '=HYPERLINK("x")', "plans": "-1 việc"})

    excel = Excel(made(form))

    cell = excel.words[f"C{excel.line('results', WORDS)}"]
    assert (cell.data_type, cell.value) == ("s", '=HYPERLINK("x")')
    assert planned(made(form), form).is_empty


def test_a_sample_says_so_on_every_sheet():
    book = Excel(made(contents(is_sample=True))).book

    for page in book.worksheets[:-1]:
        assert page["B1"].value.startswith("Dữ liệu mẫu"), page.title
        assert "Dữ liệu mẫu" in page.oddHeader.center.text


def test_the_same_report_makes_the_same_bytes():
    assert made(contents(KNOWN, TEXTS)) == made(contents(KNOWN, TEXTS))


def test_a_text_too_long_for_a_cell_stays_on_the_page_and_is_left_alone():
    form = contents(texts={"results": "dài " * 6000})
    excel = Excel(made(form))
    cell = excel.words[f"C{excel.line('results', WORDS)}"]

    assert cell.protection.locked
    assert cell.value.endswith("trang báo cáo)")
    assert planned(excel.save(), form).is_empty


# Bringing it back: what is right


@pytest.mark.parametrize(
    ("key", "value", "amount"),
    [
        ("roads", 1234, 1234),
        ("roads", 1234.0, 1234),
        ("roads", "1.234", 1234),
        ("roads", " 1 234 ", 1234),
        ("roads", 0, 0),
        ("work-days", 12.5, 125),
        ("work-days", "1.234,5", 12345),
        ("work-days", "1,234.5", 12345),
        ("work-days", 0.1 + 0.2, 3),
        ("money", 2_500_000_000, 2_500_000_000),
    ],
)
def test_a_number_is_read_as_the_page_reads_it(key, value, amount):
    form = contents()

    (change,) = planned(filled(form, **{key: value}).save(), form).figure_changes

    assert change.there == Typed(declared=amount)


def test_words_instead_of_figures_are_read_in_both_languages():
    form = contents()
    excel = filled(form)
    excel.put("roads", "Không phát sinh", "said").put("trees", "0", "said")
    excel.put("houses", "does not apply to us", "said").put("canals", 0, "said")

    figures = read(excel.save(), form).figures

    said = {key: figures[key].said for key in ("roads", "trees", "houses", "canals")}
    assert said == {"roads": NIL, "trees": ZERO, "houses": NONE, "canals": ZERO}


def test_the_last_row_speaks_for_every_row_left_blank():
    form = contents({"roads": {"declared": 5}})
    excel = filled(form).put("*", "không phát sinh", "said")

    figures = read(excel.save(), form).figures

    assert figures["roads"] == Typed(declared=5)
    assert {one for key, one in figures.items() if key != "roads"} == {Typed(said=NIL)}


def test_emptying_a_cell_takes_the_figure_back():
    form = contents(KNOWN)

    (change,) = planned(filled(form, roads=None).save(), form).figure_changes

    assert (change.here, change.there) == (Typed(declared=30), Typed())


def test_a_figure_typed_beside_a_word_that_stood_there_replaces_it():
    form = contents({"roads": {"said": "nil"}})
    chosen_now = filled(contents(), roads=5).put("roads", "không phát sinh", "said")

    (change,) = planned(filled(form, roads=5).save(), form).figure_changes

    assert change.there == Typed(declared=5)
    assert [one.column for one in change.cells] == ["declared", "said"]
    assert "not both" in errors_of(chosen_now, contents())[chosen_now.at("roads")]


def test_every_column_of_a_row_is_read_and_shown_with_its_cell():
    form = contents(KNOWN)
    excel = filled(form, roads=-3).put("roads", "x", "estimated")
    excel.put("roads", 2024, "reason")

    (change,) = planned(excel.save(), form).figure_changes

    assert change.there == Typed(-3, None, "2024", is_estimated=True)
    line = excel.line("roads")
    assert [one.address for one in change.cells] == [f"{c}{line}" for c in "FIJ"]


def test_words_and_answers_come_back():
    form = contents(texts=TEXTS, remarks=[remark(7), remark(8)])
    excel = filled(form).write("plans", "Làm tiếp\n- đường").answer(8, "Đã sửa")

    plan = planned(excel.save(), form)

    assert plan.texts(()) == {"plans": "Làm tiếp\n- đường"}
    assert plan.replies() == {8: "Đã sửa"}


def test_an_answer_to_a_remark_that_was_answered_since_is_told_and_not_written():
    form = contents(remarks=[remark(7)])
    content = filled(form).answer(7, "Đã sửa").save()

    plan = planned(content, replace(form, remarks=()))

    assert plan.is_empty
    assert plan.closed == ["Đã sửa"]


# Bringing it back: what is wrong, all at once


def test_all_errors_come_at_once_each_in_its_own_cell():
    form = contents()
    excel = filled(form, roads="nhiều", trees=-5, canals=1.5, waste=10**15, houses=2)
    excel.put("houses", "không phát sinh", "said")
    excel.put("sessions", "có lẽ", "said")
    excel.put("sessions", "chắc", "estimated")
    excel.put("cadre-turns", "x", "estimated")
    excel.figures[excel.at("money")] = datetime(2024, 2, 1)
    excel.figures[excel.at("resident-turns")] = True
    excel.put("work-days", 1.25).put("area-cleaned", "dài" * 200, "reason")

    errors = errors_of(excel, form)

    assert "not a number" in errors[excel.at("roads")]
    assert errors[excel.at("trees", "reason")] == (
        "Say why the figure is corrected downwards."
    )
    assert "whole numbers" in errors[excel.at("canals")]
    assert "larger than any" in errors[excel.at("waste")]
    assert "not both" in errors[excel.at("houses")]
    assert "none of:" in errors[excel.at("sessions", "said")]
    assert "Write x" in errors[excel.at("sessions", "estimated")]
    assert "can be estimated" in errors[excel.at("cadre-turns", "estimated")]
    assert "day or a time" in errors[excel.at("money")]
    assert "not a number" in errors[excel.at("resident-turns")]
    assert "1 decimals" in errors[excel.at("work-days")]
    assert "too long" in errors[excel.at("area-cleaned", "reason")]
    assert len(errors) == 12


def test_more_than_a_window_can_plausibly_hold_needs_a_reason():
    form = contents()
    days, most_a_day = 29, 20_000
    excel = filled(form, roads=days * most_a_day + 1, canals=days * most_a_day)

    errors = errors_of(excel, form)

    assert errors == {
        excel.at("roads", "reason"): (
            "More than 580,000 in this period is unusual: check the number and its "
            "unit. If it is right, say here why."
        )
    }


def test_more_than_a_window_can_plausibly_hold_is_read_with_its_reason():
    form = contents()
    excel = filled(form, roads=580_001)
    excel.put("roads", "Đường liên xã, nghiệm thu cả đợt", "reason")

    assert errors_of(excel, form) == {}


def test_a_formula_is_refused_with_the_result_that_the_file_keeps():
    form = contents()
    excel = filled(form, roads="=20+22")

    errors = errors_of(excel, form)

    assert errors == {excel.at("roads"): "Type the number, not a formula."}


def test_an_error_of_excel_is_named():
    form = contents()
    excel = filled(form)
    excel.figures[excel.at("roads")].value = "#REF!"
    excel.figures[excel.at("roads")].data_type = "e"

    assert "#REF!" in errors_of(excel, form)[excel.at("roads")]


def test_a_row_with_a_wrong_cell_says_nothing_the_others_do():
    form = contents(KNOWN)
    excel = filled(form, roads="abc", canals=7).put("roads", "vì sao", "reason")

    plan = planned(excel.save(), form)

    assert plan.cells(()) == {"canals": Typed(declared=7)}
    assert len(plan.errors) == 1


def test_a_row_that_was_deleted_is_missed_and_not_emptied():
    form = contents(KNOWN)
    excel = filled(form)
    excel.figures.delete_rows(excel.line("roads"))

    plan = planned(excel.save(), form)

    (error,) = plan.errors
    assert error.message.startswith("The row “Đường giao thông")
    assert plan.is_empty


def test_rows_that_were_added_or_doubled_are_errors():
    form = contents(KNOWN)
    excel = filled(form)
    last = excel.line("*")
    excel.figures[f"F{last + 2}"] = 5
    excel.figures[f"A{last + 3}"] = "roads"
    excel.figures[f"F{last + 3}"] = 99

    plan = planned(excel.save(), form)

    told = {one.cell: one.message for one in plan.errors}
    assert "does not belong" in told[f"F{last + 2}"]
    assert sum("more than once" in one for one in told.values()) == 2
    assert plan.is_empty


def test_rows_in_another_order_are_read_by_their_keys():
    form = contents()
    excel = filled(form, roads=11, trees=22)
    one, other = excel.line("roads"), excel.line("trees")
    for letter in "ABCDEFGHIJK":
        cells = excel.figures[f"{letter}{one}"], excel.figures[f"{letter}{other}"]
        cells[0].value, cells[1].value = cells[1].value, cells[0].value

    cells = planned(excel.save(), form).cells(())

    assert cells == {"roads": Typed(declared=11), "trees": Typed(declared=22)}


def test_a_column_that_was_moved_is_named_and_still_read():
    form = contents()
    excel = filled(form, roads="abc", trees=4)
    excel.figures.insert_cols(5)

    errors = errors_of(excel, form)
    head = excel.header()

    assert errors[f"G{head}"] == "The column “Khai thêm” was moved; it belongs to F."
    assert "not a number" in errors[f"G{excel.line('roads')}"]


def test_a_column_that_is_missing_is_no_row_of_blanks():
    form = contents(KNOWN)
    excel = filled(form, roads=99)
    excel.figures[f"F{excel.header()}"] = "Ghi chú riêng"

    plan = planned(excel.save(), form)

    assert [one.message for one in plan.errors] == [
        "Here the form has the column “Khai thêm”; it is missing."
    ]
    assert plan.is_empty


def test_a_sheet_under_another_name_is_named_and_still_read():
    form = contents()
    excel = filled(form, roads=5)
    excel.figures.title = "Sheet1"

    plan = planned(excel.save(), form)

    (error,) = plan.errors
    assert (error.sheet, error.message) == (
        "Sheet1",
        f"This sheet must be called “{FIGURES}”.",
    )
    assert plan.cells(()) == {"roads": Typed(declared=5)}


def test_a_sheet_that_is_gone_changes_nothing():
    form = contents(KNOWN, TEXTS)
    excel = filled(form)
    del excel.book[WORDS]

    plan = planned(excel.save(), form)

    assert "“Lời văn” is missing" in plan.errors[0].message
    assert plan.is_empty


def test_merged_cells_say_nothing():
    form = contents(KNOWN)
    excel = filled(form, roads=77)
    line = excel.line("roads")
    excel.figures.merge_cells(f"F{line}:F{line + 1}")

    plan = planned(excel.save(), form)

    assert {one.message for one in plan.errors} == {
        f"The cells F{line}:F{line + 1} are merged. Split them, fill in each."
    }
    assert plan.is_empty


def test_the_headings_without_their_mark_are_no_form():
    form = contents()
    excel = filled(form, roads=5)
    excel.figures[f"A{excel.header()}"] = None

    plan = planned(excel.save(), form)

    assert "hidden mark" in plan.errors[0].message
    assert plan.is_empty


def test_sheets_of_ones_own_are_left_alone():
    form = contents()
    excel = filled(form, roads=5)
    excel.book.create_sheet("Tính toán")["A1"] = "=1+1"

    assert planned(excel.save(), form).errors == ()


# For whom it was made


def put_stamp(excel, **changes):
    page = excel.book["kheo"]
    stamp = json.loads("".join(str(row[0].value) for row in page.iter_rows(min_row=2)))
    text = json.dumps(stamp | changes, ensure_ascii=False)
    page.delete_rows(2, page.max_row)
    page["A1"], page["A2"] = f"{STAMP_MARK} {digest_of_stamp(text)}", text
    return excel


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"body": "b1", "body_name": "Chi bộ B"}, "Chi bộ B"),
        ({"first": date(2024, 3, 25), "last": date(2024, 4, 24)}, "2024"),
        ({"definition": "unit-quarter"}, "This form is for"),
        ({"programme": "s0-2025"}, "This form is for"),
        ({"version": 2}, "in sending 2"),
        ({"form": "0" * 64}, "form was changed"),
        ({"is_sample": True}, "real data"),
    ],
)
def test_the_form_of_another_report_is_refused_and_named(changes, sentence):
    stamp = contents().stamp
    now = stamp.model_copy(update=changes)

    with pytest.raises(Conflict, match=sentence):
        check_stamp(stamp, now)


def test_another_version_of_the_programme_asks_something_else():
    form = contents()
    cell = replace(form.figures[0].cell, decimals=1)
    now = replace(
        form, figures=(replace(form.figures[0], cell=cell), *form.figures[1:])
    )

    with pytest.raises(Conflict, match="form was changed"):
        planned(made(form), now)


def test_a_workbook_without_the_hidden_part_is_no_form():
    excel = filled(contents())
    del excel.book["kheo"]

    with pytest.raises(RuleBroken, match="no form of Khéo"):
        FilledBook(excel.save())


@pytest.mark.parametrize("cell", ["A1", "A2"])
def test_a_damaged_hidden_part_is_refused(cell):
    excel = filled(contents())
    excel.book["kheo"][cell] = "x"

    with pytest.raises(RuleBroken, match="damaged"):
        FilledBook(excel.save())


@pytest.mark.parametrize(
    "changes",
    [{"version": "hai"}, {"figures": []}, {"figures": {"roads": {"declared": "x"}}}],
)
def test_a_forged_hidden_part_is_refused(changes):
    book = FilledBook(put_stamp(filled(contents()), **changes).save())

    with pytest.raises(RuleBroken, match="another version"):
        stamp_from(book.stamp)


# Three sides: the form as it was, as it is, and the report now


@pytest.mark.parametrize(
    ("is_equal", "is_edited", "is_moved", "fate"),
    [
        (True, True, True, Fate.SAME),
        (True, False, False, Fate.SAME),
        (False, False, True, Fate.KEPT),
        (False, True, False, Fate.CHANGE),
        (False, True, True, Fate.CONFLICT),
    ],
)
def test_what_becomes_of_a_row(is_equal, is_edited, is_moved, fate):
    found = fate_of(is_equal=is_equal, is_edited=is_edited, is_moved=is_moved)

    assert found is fate


def test_a_figure_changed_on_both_sides_asks_for_a_choice():
    form = contents(KNOWN)
    content = filled(form, roads=15, canals=3).save()

    plan = planned(content, moved(form, "roads", declared=12))

    (conflict,) = plan.conflicts
    assert (conflict.here.declared, conflict.there.declared) == (12, 15)
    assert plan.cells(()) == {"canals": Typed(declared=3)}
    assert plan.cells({conflict.key})["roads"] == Typed(declared=15)


def test_what_nobody_touched_in_the_form_stays_as_somebody_else_saved_it():
    form = contents(KNOWN)

    plan = planned(filled(form).save(), moved(form, "roads", declared=12))

    assert plan.is_empty
    assert [one.figure.key for one in plan.kept] == ["roads"]


def test_the_same_figure_on_both_sides_is_no_conflict():
    form = contents(KNOWN)

    plan = planned(filled(form, roads=12).save(), moved(form, "roads", declared=12))

    assert plan.is_empty
    assert not plan.kept


def test_words_changed_on_both_sides_ask_for_a_choice():
    form = contents(texts=TEXTS)
    content = filled(form).write("results", "Viết trong tệp").save()

    plan = planned(content, replace(form, texts={"results": "Viết trên máy"}))

    (conflict,) = plan.conflicts
    assert plan.texts(()) == {}
    assert plan.texts({conflict.key}) == {"results": "Viết trong tệp"}


def test_work_logged_since_the_download_is_told_beside_the_change():
    form = contents(KNOWN)
    content = filled(form, roads=40, canals=2).save()

    plan = planned(content, moved(form, "roads", logged=500))

    assert {c.figure.key: c.has_logged_more for c in plan.figure_changes} == {
        "roads": True,
        "canals": False,
    }


def test_a_figure_far_from_the_period_before_is_told():
    form = contents({"roads": {"previous": 100}, "canals": {"previous": 100}})

    plan = planned(filled(form, roads=900, canals=120).save(), form)

    assert {c.figure.key: c.is_outlying for c in plan.figure_changes} == {
        "roads": True,
        "canals": False,
    }


# Whatever people type


LETTERS = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


@settings(max_examples=25, deadline=None)
@given(text=LETTERS, reason=LETTERS, amount=st.integers(-500_000, 500_000))
def test_whatever_stands_in_the_report_comes_back_untouched(text, reason, amount):
    known = {"declared": amount, "reason": clean(reason) or "vì"}
    form = contents({"roads": known}, {"results": text})

    assert planned(made(form), form).is_empty


@settings(max_examples=40, deadline=None)
@given(
    value=st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), LETTERS, st.datetimes()
    ),
    column=st.sampled_from(["declared", "said", "estimated", "reason"]),
)
def test_whatever_is_typed_is_read_or_refused_in_its_cell(value, column):
    form = contents()
    excel = filled(form)
    try:
        excel.put("work-days", value, column)
    except (ValueError, TypeError, openpyxl.utils.exceptions.IllegalCharacterError):
        return

    plan = planned(excel.save(), form)

    at = {excel.at("work-days", one) for one in ("declared", "said", "estimated")}
    assert {one.cell for one in plan.errors} <= at | {excel.at("work-days", "reason")}
    assert set(plan.cells(())) <= {"work-days"}


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_damaged_file_is_refused_or_read_and_never_breaks(data):
    form = contents(KNOWN, TEXTS)
    content = bytearray(made(form))
    for _time in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    try:
        plan = planned(bytes(content), form)
    except (RuleBroken, Conflict):
        return

    assert plan is not None


def test_words_are_kept_as_people_wrote_them():
    assert clean("e\u0301 a\r\nb\rc\x00\x0b ") == "é a\nb\nc"


def test_the_book_opens_once_more_after_marking():
    form = contents()
    content = io.BytesIO(filled(form, roads="x").save())

    assert openpyxl.load_workbook(content).sheetnames[0] == FIGURES
