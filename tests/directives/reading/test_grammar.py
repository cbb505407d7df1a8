"""Each small part of the grammar, alone."""

import pytest

from kheo.directives.reading.actors import actors_in, receiver_in
from kheo.directives.reading.dates import full_day
from kheo.directives.reading.kinds import title_of
from kheo.directives.reading.layout import lay_out
from kheo.directives.reading.outline import outline_of
from kheo.directives.reading.symbols import blank_symbol, find_symbols
from kheo.directives.reading.targets import targets_in
from kheo.directives.reading.text import fold, normalise
from kheo.directives.reading.times import find_times


def dues(text, issued_on="2025-01-10"):
    view = lay_out(normalise(text))
    found = find_times(view.flat, 0, len(view.flat), issued_on=issued_on)
    return [
        {"relative_to": view.say(*t.event), **t.due} if t.event else t.due
        for t in found
    ]


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("gửi trước ngày 25/9/2025", {"on": "2025-09-25", "strict": True}),
        (
            "gửi chậm nhất ngày 25 tháng 9 năm 2025",
            {"on": "2025-09-25", "strict": False},
        ),
        ("hoàn thành xong ngày 25.9.2025", {"on": "2025-09-25", "strict": False}),
        (
            "chậm nhất 17 giờ 00 ngày 30/01/2026",
            {"on": "2026-01-30", "time": "17:00", "strict": False},
        ),
        (
            "gửi trước 11h30 ngày 30/01/2026",
            {"on": "2026-01-30", "time": "11:30", "strict": True},
        ),
        (
            "từ ngày 10 đến ngày 15 tháng 12 năm 2025",
            {"from": "2025-12-10", "to": "2025-12-15"},
        ),
        (
            "từ ngày 10 đến ngày 15 tháng 12",
            {"every": "year", "from": "12-10", "to": "12-15"},
        ),
        (
            "từ ngày 28/12/2025 đến ngày 03/01/2026",
            {"from": "2025-12-28", "to": "2026-01-03"},
        ),
        ("xong trong tháng 3/2025", {"within": "2025-03"}),
        ("trong quý I/2025", {"within": "2025-Q1"}),
        ("hoàn thành trong quý IV năm 2025", {"within": "2025-Q4"}),
        ("tổ chức trong năm 2025", {"within": "2025"}),
        ("gửi trước ngày 25 hằng tháng", {"every": "month", "day": 25, "strict": True}),
        ("gửi vào ngày 20 hàng tháng", {"every": "month", "day": 20, "strict": False}),
        (
            "trước ngày 25 của tháng cuối quý",
            {"every": "quarter", "month_of_quarter": 3, "day": 25, "strict": True},
        ),
        (
            "trước ngày 05 tháng đầu quý sau",
            {"every": "quarter", "month_of_quarter": 1, "day": 5, "strict": True},
        ),
        (
            "báo cáo 06 tháng trước ngày 15/6",
            {"every": "year", "month": 6, "day": 15, "strict": True},
        ),
        (
            "báo cáo trước 15 tháng 12 hằng năm",
            {"every": "year", "month": 12, "day": 15, "strict": True},
        ),
        (
            "chốt vào ngày 15 của tháng trước đó",
            {"every": "month", "day": 15, "strict": False, "shift_months": -1},
        ),
        (
            "niêm yết trước ngày bầu cử 10 ngày",
            {"relative_to": "ngày bầu cử", "days": -10, "strict": False},
        ),
        (
            "chậm nhất là 10 ngày trước ngày bầu cử",
            {"relative_to": "ngày bầu cử", "days": -10, "strict": False},
        ),
        (
            "trong vòng 3 ngày kể từ khi kết thúc",
            {"relative_to": "khi kết thúc", "days": 3, "strict": False},
        ),
        (
            "trong thời hạn 02 tuần sau khi kết thúc",
            {"relative_to": "khi kết thúc", "days": 14, "strict": False},
        ),
        (
            "tổ chức tháng 11 hằng năm",
            {"every": "year", "from": "11-01", "to": "11-30"},
        ),
        (
            "đăng ký trong quý I của năm sau",
            {"every": "year", "from": "01-01", "to": "03-31"},
        ),
        (
            "từ tháng 10/2025 đến hết tháng 3/2026",
            {"from": "2025-10-01", "to": "2026-03-31"},
        ),
        (
            "từ ngày 17/12/2025 đến 17 giờ 00 ngày 01/02/2026",
            {"from": "2025-12-17", "to": "2026-02-01", "time": "17:00"},
        ),
        (
            "tuần cuối của tháng thứ ba trong quý",
            {"every": "quarter", "month_of_quarter": 3, "week": -1},
        ),
        ("hằng năm sơ kết", {"every": "year"}),
        ("hàng quý giao ban", {"every": "quarter"}),
        (
            "báo cáo ngày 20 các tháng 3, 6, 9, 12",
            {"every": "quarter", "month_of_quarter": 3, "day": 20, "strict": False},
        ),
    ],
)
def test_every_shape_of_the_contract_is_read(text, due):
    assert dues(text) == [due]


def test_days_named_together_share_their_year():
    assert dues("trước ngày 15/6 và ngày 15/12/2025") == [
        {"on": "2025-06-15", "strict": True},
        {"on": "2025-12-15", "strict": True},
    ]


def test_two_periods_are_two_times():
    assert dues("định kỳ 6 tháng, 1 năm báo cáo") == [
        {"every": "half"},
        {"every": "year"},
    ]


@pytest.mark.parametrize(
    "text",
    [
        "kỷ niệm 95 năm Ngày truyền thống (15/10/1930 - 15/10/2025)",
        "có hiệu lực kể từ ngày 01/7/2025",
        "số liệu tính từ ngày 15/12/2024 đến ngày 14/6/2025",
        "phong trào thi đua giai đoạn 2021 - 2025",
        "thực hiện từ tháng 10/2025",
        "Sơ kết 6 tháng, tổng kết năm",
        "thực hiện các quy định, quy chế định kỳ",
        "ngày 10/11/2022 của Quốc hội",
        "trước ngày 31/6/2025",
    ],
)
def test_what_is_nobodys_deadline_gives_no_due(text):
    assert dues(text) == []


@pytest.mark.parametrize(
    ("text", "number", "symbol"),
    [
        ("Số 02-HD/BDVTU", "02", "HD/BDVTU"),
        ("Số: 84 - CV/ĐU", "84", "CV/ĐU"),
        ("số 982/KH-UBND,", "982", "KH-UBND"),
        ("số 07/2023/QĐ-UBND ngày", "07/2023", "QĐ-UBND"),
        ("9086/BNV-CTTN&BĐG", "9086", "BNV-CTTN&BĐG"),
        ("Luật số 91/2025/QH15.", "91/2025", "QH15"),
        ("18/2000/CT-TTg", "18/2000", "CT-TTg"),
        ("1684/NQ-UBTVQH15", "1684", "NQ-UBTVQH15"),
        ("45/KH-ĐU", "45", "KH-ĐU"),
        ("460-KH/TWĐTN-PTTN ngày", "460", "KH/TWĐTN-PTTN"),
        ("07/2023/QĐ-\nUBND", "07/2023", "QĐ-UBND"),
    ],
)
def test_numbers_and_symbols_of_every_family(text, number, symbol):
    assert [(s.number, s.symbol) for s in find_symbols(text)] == [(number, symbol)]


@pytest.mark.parametrize(
    "text",
    ["01 ngày/tháng", "24/7", "ngày 15/6/2025", "1 lần/năm", "2021 - 2025", "80%-100%"],
)
def test_slashes_and_dashes_alone_are_no_symbols(text):
    assert list(find_symbols(text)) == []


@pytest.mark.parametrize(
    "text", ["Số:      /KH-UBND", "Số …-KH/UBND", "Số ......./KH-UBND"]
)
def test_a_blank_number_leaves_the_symbol(text):
    found = blank_symbol(text, 3, len(text))

    assert found is not None
    assert (found.number, found.symbol[:2]) == (None, "KH")


@pytest.mark.parametrize(
    ("text", "op", "value", "upper", "unit", "per"),
    [
        ("Bảo đảm 100% chi bộ", "=", 100, None, "%", None),
        ("ít nhất 01 ngày/tháng", ">=", 1, None, "ngày", "tháng"),
        ("đạt 80% trở lên", ">=", 80, None, "%", None),
        ("đạt 80%-100%", "between", 80, 100, "%", None),
        ("từ 80 đến dưới 90 điểm", "between", 80, 90, "điểm", None),
        ("không quá 20% tổng số", "<=", 20, None, "%", None),
        ("tối đa 05 trang", "<=", 5, None, "trang", None),
        ("trên 95% hồ sơ", ">", 95, None, "%", None),
        ("dưới 50 điểm", "<", 50, None, "điểm", None),
        ("mỗi năm tổ chức ít nhất hai hội nghị", ">=", 2, None, "hội nghị", "năm"),
        ("tối thiểu 1.500 cây", ">=", 1500, None, "cây", None),
        ("đạt 97,5% kế hoạch", "=", 97.5, None, "%", None),
    ],
)
def test_targets(text, op, value, upper, unit, per):
    view = lay_out(text)
    (target,) = targets_in(view, 0, len(text), [])

    assert (target.op, target.value, target.upper, target.unit, target.per) == (
        op,
        value,
        upper,
        unit,
        per,
    )


@pytest.mark.parametrize(
    "text",
    [
        "đủ 18 tuổi trở lên",
        "phân công 01 đơn vị",
        "trên một số lĩnh vực",
        "khoản 2 Điều 5",
        "tăng so với năm 2024 là 5%",
    ],
)
def test_counts_ages_and_results_are_no_targets(text):
    assert targets_in(lay_out(text), 0, len(text), []) == []


@pytest.mark.parametrize(
    ("text", "actors"),
    [
        (
            "- Các huyện ủy, thành ủy, đảng ủy trực thuộc Tỉnh ủy phân công cán bộ.",
            ("Các huyện ủy", "thành ủy", "đảng ủy trực thuộc Tỉnh ủy"),
        ),
        ("Đề nghị Ủy ban MTTQ Việt Nam xã gửi báo cáo.", ("Ủy ban MTTQ Việt Nam xã",)),
        (
            "Giao Ban Tuyên giáo Đảng ủy khối chủ trì theo dõi.",
            ("Ban Tuyên giáo Đảng ủy khối",),
        ),
        ("Hằng năm, các cấp ủy có trách nhiệm rà soát.", ("các cấp ủy",)),
        (
            "Đối với Đảng ủy Công an tỉnh, Đảng ủy Quân sự tỉnh: phân công chi bộ.",
            ("Đảng ủy Công an tỉnh", "Đảng ủy Quân sự tỉnh"),
        ),
        ("Ủy ban Kiểm tra Đảng ủy trình kế hoạch.", ("Ủy ban Kiểm tra Đảng ủy",)),
        ("Gửi danh sách về Ban Dân vận.", ()),
    ],
)
def test_actors(text, actors):
    view = lay_out(text)

    assert actors_in(view, 0, len(text)) == actors


@pytest.mark.parametrize(
    ("text", "receiver"),
    [
        ("gửi báo cáo về Ban Dân vận Tỉnh ủy trước ngày 25", "Ban Dân vận Tỉnh ủy"),
        ("báo cáo Thường trực Tỉnh ủy theo quy định", "Thường trực Tỉnh ủy"),
        ("tổng hợp, trình Chủ tịch UBND xã chậm nhất ngày 20", "Chủ tịch UBND xã"),
        ("gửi về Ban Chỉ đạo tỉnh (qua Ban Dân vận)", "Ban Chỉ đạo tỉnh"),
        ("niêm yết danh sách tại thôn", None),
    ],
)
def test_receivers(text, receiver):
    assert receiver_in(lay_out(text), 0, len(text)) == receiver


def test_the_outline_keeps_labels_and_depth():
    view = lay_out(
        "I- MỤC ĐÍCH\n\n1. Yêu cầu\n\n1.1. Điểm\n\na) Ý nhỏ\n\n- gạch đầu dòng\n\nII- THỰC HIỆN"
    )

    found = [(s.label, s.level) for s in outline_of(view, 0, len(view.text))]

    assert found == [("I", 1), ("1", 2), ("1.1", 3), ("a", 4), ("II", 1)]


def test_a_paragraph_broken_by_a_page_number_is_one():
    view = lay_out(
        "Các cấp ủy phải thường xuyên quan tâm, nắm chắc tình hình của cơ quan,\n\n3\n\nđơn vị mình."
    )

    assert [view.say(a, b) for a, b in view.paragraphs] == [
        "Các cấp ủy phải thường xuyên quan tâm, nắm chắc tình hình của cơ quan, đơn vị mình."
    ]
    assert [line.shown for line in view.noise] == ["3"]


def test_the_title_decides_the_type():
    assert title_of(fold("QUY ĐỊNH về trách nhiệm")) == "Quy định"
    assert title_of(fold("THÔNG BÁO KẾT LUẬN")) == "Thông báo kết luận"
    assert title_of(fold("Kế hoạch số 12-KH/TU")) is None


def test_folding_keeps_every_place():
    text = "Hoà – “ủy” Đảng…\tơ\u0301"

    assert len(fold(text)) == len(text)
    assert fold("hoà uỷ") == fold("hòa ủy")


def test_normalising_twice_changes_nothing():
    text = normalise("**Đậ**m &agrave; *nghiêng*\r\n# Đầu\u00a0đề\u200b")

    assert text == "Đậm à nghiêng\nĐầu đề"
    assert normalise(text) == text


def test_a_date_in_words_or_figures():
    flat = fold("ngày 05 tháng 3 năm 2024")

    assert full_day(flat, 0, len(flat)) == ("2024-03-05", 0, len(flat))
