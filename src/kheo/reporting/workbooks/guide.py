"""The sheet that says how to fill in the form, for whom it is, and until when."""

from collections.abc import Iterator
from datetime import date

from kheo.programmes.periods import period_name
from kheo.reporting.workbooks.contents import Contents
from kheo.reporting.workbooks.words import GUIDE
from kheo.stationery.fillable import Fixed, FormColumn, FormRow, FormSheet

COLUMNS = (FormColumn("what", "Mục", 26), FormColumn("text", "Nội dung", 104))
FIGURES = """\
Trang “Số liệu”: gõ vào cột “Khai thêm” phần CHƯA ghi trong Khéo; cột “Số của báo cáo” \
tự cộng. Gõ số, không gõ công thức. Số giảm (âm) và số lớn bất thường phải có lý do."""
NO_FIGURES = """\
Chọn trong danh sách: “0” (đã đếm, không có), “không phát sinh”, hoặc “không thuộc phạm \
vi của đơn vị”. Dòng cuối trang nói thay cho mọi dòng còn để trống. Ô để trống tính là \
thiếu, không phải số 0."""
ESTIMATED = "Đánh dấu x nếu số khai thêm là ước cho những ngày chưa tới."
WORDS = "Trang “Lời văn”: mỗi mục một ô. Xuống dòng trong ô bằng Alt + Enter."
REMARKS = "Trang “Ý kiến”: ghi đã xử lý thế nào; ý kiến chưa ghi thì vẫn còn chờ."
SEND = """\
Lưu đúng dạng .xlsx, mở trang báo cáo trên Khéo, chọn “Nộp biểu Excel đã điền”. Khéo \
cho xem những gì sẽ thay đổi trước khi ghi; ô sai được đánh dấu ngay trong tệp để sửa. \
Nộp biểu chưa phải là trình lãnh đạo."""
DONT = """\
Đừng thêm, xóa, chuyển dòng hay cột, đổi tên trang, gộp ô. Biểu này chỉ dùng cho đơn vị \
và kỳ ghi ở trên."""


def guide_sheet(contents: Contents, *, on: date) -> FormSheet:
    """`on` is the day on which the form is taken away."""
    lines = (*_about(contents, on=on), *_how(contents))
    rows = (
        FormRow(str(order), what, {"what": Fixed(what), "text": Fixed(text)})
        for order, (what, text) in enumerate(lines)
    )
    period = period_name(contents.period).vi
    title = (f"Cách điền biểu: {contents.title}, {period}",)
    return FormSheet(GUIDE, "guide", COLUMNS, tuple(rows), title)


def days_of(contents: Contents) -> str:
    return f"{_day(contents.window.start)} đến hết {_day(contents.window.last)}"


def _about(contents: Contents, *, on: date) -> Iterator[tuple[str, str]]:
    yield "Đơn vị báo cáo", contents.body_name
    if contents.receiver_name:
        yield "Nơi nhận báo cáo", contents.receiver_name
    yield "Chuyên đề", contents.programme_name
    if contents.label:
        yield "Lưu ý", contents.label
    yield "Kỳ số liệu", days_of(contents)
    yield "Ngày cuối cùng phải gửi", _day(contents.last_day)
    if contents.lock_on and contents.lock_on > contents.last_day:
        yield "Khóa từ ngày", f"{_day(contents.lock_on)} (sau đó phải xin gia hạn)"
    yield "Lần gửi", str(contents.version)
    yield "Biểu tải ngày", _day(on)


def _how(contents: Contents) -> Iterator[tuple[str, str]]:
    yield "Điền số liệu", FIGURES
    yield "Không có số liệu", NO_FIGURES
    yield "Ước thực hiện", ESTIMATED
    yield "Phần lời", WORDS
    if contents.remarks:
        yield "Ý kiến", REMARKS
    yield "Nộp lại", SEND
    yield "Đừng", DONT
    if contents.is_sample:
        yield "Dữ liệu mẫu", "Người và báo cáo là hư cấu; địa danh là thật"


def _day(day: date) -> str:
    return f"{day.day}/{day.month}/{day.year}"
