"""Every sentence the reader says to people, in Vietnamese and in English."""

from collections.abc import Mapping

LANGUAGES = ("vi", "en")

_SENTENCES: dict[str, tuple[str, str]] = {
    # What looks wrong in a text.
    "anomaly.missing_number": (
        "Văn bản không có số (dự thảo hoặc mất trang đầu).",
        "The document has no number (a draft, or its first page is missing).",
    ),
    "anomaly.missing_date": (
        "Văn bản không có ngày ban hành.",
        "The document has no date of issue.",
    ),
    "anomaly.missing_signature": (
        "Văn bản không có người ký.",
        "The document has no signature.",
    ),
    "anomaly.conflicting_citation": (
        "Một văn bản được dẫn bằng hai ký hiệu: {texts}.",
        "One text is cited under two symbols: {texts}.",
    ),
    "anomaly.conflicting_dates": (
        "Ngày tháng mâu thuẫn: {text}.",
        "Dates contradict each other: {text}.",
    ),
    "anomaly.several_documents": (
        "Tệp chứa {count} văn bản.",
        "The file holds {count} documents.",
    ),
    "anomaly.missing_part": (
        "Thiếu hoặc trùng phần “{label}”.",
        "Part “{label}” is missing, or there twice.",
    ),
    "anomaly.duplicate_recipient": (
        "Nơi nhận ghi hai lần: {name}.",
        "This recipient is listed twice: {name}.",
    ),
    "anomaly.web_page_noise": (
        "Văn bản lẫn phần trình bày của trang web.",
        "Parts of a web page stand among the text.",
    ),
    "anomaly.ocr_noise": (
        "Văn bản có lỗi nhận dạng chữ, ví dụ “{text}”.",
        "The text has slips of optical recognition, such as “{text}”.",
    ),
    "anomaly.abolished_body": (
        "Văn bản nêu tổ chức đã kết thúc hoạt động: {name} (đến ngày {day}).",
        "The text names a body that had ended: {name} (until {day}).",
    ),
    "anomaly.secret_mark": (
        "Văn bản có dấu chỉ mức độ mật: không đưa lên mạng thường.",
        "The document bears a secret mark: keep it off an ordinary network.",
    ),
    # Why a file cannot be read.
    "file.not_found": ("Không tìm thấy tệp “{name}”.", "There is no file “{name}”."),
    "file.empty": ("Tệp rỗng.", "The file is empty."),
    "file.too_large": (
        "Tệp quá lớn ({size} MB); giới hạn là {limit} MB.",
        "The file is too large ({size} MB); the limit is {limit} MB.",
    ),
    "file.too_many_pages": (
        "Tệp có {pages} trang; giới hạn là {limit} trang.",
        "The file has {pages} pages; the limit is {limit}.",
    ),
    "file.unknown_kind": (
        "Không nhận ra loại tệp. Đọc được: .docx, .doc, .pdf, ảnh, .html, .md, .txt.",
        "This kind of file is not known. Readable: .docx, .doc, .pdf, pictures, .html, .md, .txt.",
    ),
    "file.damaged": (
        "Tệp bị hỏng, không mở được.",
        "The file is damaged and cannot be opened.",
    ),
    "file.locked": (
        "Tệp được bảo vệ bằng mật khẩu. Hãy gỡ mật khẩu rồi đọc lại.",
        "The file is protected by a password. Remove the password and try again.",
    ),
    "file.bomb": (
        "Tệp nén phình ra quá lớn khi mở; không đọc để bảo vệ máy.",
        "The archive unpacks to far too much; it is not opened, to protect this machine.",
    ),
    "file.no_text": ("Tệp không có chữ nào.", "There is no text in the file."),
    "file.too_slow": (
        "Việc chuyển đổi quá {seconds} giây nên đã dừng.",
        "The conversion took more than {seconds} seconds and was stopped.",
    ),
    "file.needs_libreoffice": (
        "Cần LibreOffice để đọc tệp .doc. Hãy cài LibreOffice hoặc lưu tệp thành .docx.",
        "LibreOffice is needed to read .doc files. Install it, or save the file as .docx.",
    ),
    "file.needs_tesseract": (
        "Đây là bản quét hoặc ảnh. Cần Tesseract với dữ liệu tiếng Việt (tesseract-ocr-vie) để nhận dạng chữ.",
        "This is a scan or a picture. Tesseract with its Vietnamese data (tesseract-ocr-vie) is needed to recognise it.",
    ),
    "file.needs_poppler": (
        "Đây là bản PDF quét. Cần Poppler (poppler-utils) và Tesseract để nhận dạng chữ.",
        "This PDF is a scan. Poppler (poppler-utils) and Tesseract are needed to recognise it.",
    ),
    "file.not_vietnamese": (
        "Văn bản không phải tiếng Việt có dấu nên không đọc được.",
        "The text is not Vietnamese with its diacritics, so it cannot be read.",
    ),
    "file.not_a_directive": (
        "Đây không phải văn bản chỉ đạo: không thấy số, tên loại, nơi gửi, nơi nhận hay đề mục nào.",
        "This is not a directive: it has no number, type, addressee, recipients or numbered sections.",
    ),
    # The command.
    "command.description": (
        "Đọc một văn bản chỉ đạo: số, ngày, nơi ban hành, căn cứ, nơi nhận và mọi việc được giao.",
        "Read a directive: number, date, issuer, bases, recipients and every duty it gives.",
    ),
    "command.file": ("tệp cần đọc", "the file to read"),
    "command.json": (
        "in kết quả dạng JSON (mặc định)",
        "print the result as JSON (the default)",
    ),
    "command.text": ("in văn bản đã chuẩn hóa", "print the normalised text"),
    "command.html": (
        "in một trang HTML để xem và in",
        "print an HTML page to look at and to print",
    ),
    "command.lang": ("ngôn ngữ của thông báo", "language of the messages"),
    "command.help": ("in hướng dẫn này", "print this help"),
    # The page.
    "page.title": ("Đọc văn bản", "Reading of a directive"),
    "page.document": ("Văn bản", "Document"),
    "page.number": ("Số, ký hiệu", "Number and symbol"),
    "page.kind": ("Loại", "Type"),
    "page.issued_on": ("Ngày ban hành", "Date of issue"),
    "page.place": ("Nơi ban hành", "Place"),
    "page.issuer": ("Cơ quan ban hành", "Issuer"),
    "page.subject": ("Trích yếu", "Subject"),
    "page.addressees": ("Kính gửi", "Addressees"),
    "page.recipients": ("Nơi nhận", "Recipients"),
    "page.signatures": ("Người ký", "Signed by"),
    "page.stamps": ("Dấu đến", "Receiver's stamp"),
    "page.unread": ("không đọc được", "not read"),
    "page.citations": ("Văn bản được dẫn", "Texts cited"),
    "page.head": ("Đầu và cuối văn bản", "Head and foot"),
    "page.basis": ("căn cứ", "basis"),
    "page.duties": ("Việc có thời hạn", "Duties with a time"),
    "page.tasks": ("Việc không nêu thời hạn", "Duties without a time"),
    "page.targets": ("Chỉ tiêu", "Targets"),
    "page.anomalies": ("Điều cần xem lại", "To be looked at"),
    "page.who": ("Ai làm", "Who"),
    "page.to": ("Gửi", "To"),
    "page.text": ("Toàn văn", "The text"),
    "page.findings": ("Kết quả đọc", "What was read"),
    "page.key": ("Chú giải màu", "Colours"),
    "page.note": (
        "Máy đọc theo quy tắc, có thể sót hoặc nhầm; hãy đối chiếu với văn bản gốc.",
        "Read by rules, which may miss or mistake things; compare with the original.",
    ),
    # Times in words.
    "due.before": ("trước {when}", "before {when}"),
    "due.by": ("chậm nhất {when}", "by {when}"),
    "due.range": ("từ {first} đến {last}", "from {first} to {last}"),
    "due.within": ("trong {when}", "within {when}"),
    "due.month": ("hằng tháng", "every month"),
    "due.quarter": ("hằng quý", "every quarter"),
    "due.half": ("6 tháng một lần", "every half-year"),
    "due.year": ("hằng năm", "every year"),
    "due.day": ("ngày {day}", "day {day}"),
    "due.quarter_month": ("tháng thứ {month} của quý", "month {month} of the quarter"),
    "due.week": ("tuần thứ {week}", "week {week}"),
    "due.last_week": ("tuần cuối", "the last week"),
    "due.shift": ("tháng {shift:+d}", "month {shift:+d}"),
    "due.before_event": ("{days} ngày trước {event}", "{days} days before {event}"),
    "due.after_event": ("{days} ngày kể từ {event}", "{days} days after {event}"),
    # Kinds of duties.
    "kind.report": ("báo cáo", "report"),
    "kind.task": ("nhiệm vụ", "task"),
    "kind.registration": ("đăng ký", "registration"),
    "kind.event": ("sự kiện", "event"),
    "kind.rule": ("quy định", "rule"),
}


def say(key: str, language: str = "vi", **values: object) -> str:
    """A sentence in one language, with its values."""
    vietnamese, english = _SENTENCES[key]
    return (english if language == "en" else vietnamese).format(**values)


def language_of(environment: Mapping[str, str]) -> str:
    """English where the locale begins with "en", else Vietnamese."""
    locale = environment.get("LC_ALL") or environment.get("LANG") or ""
    return "en" if locale.lower().startswith("en") else "vi"
