"""Every sentence the reader says to people, in Vietnamese and in English."""

LANGUAGES = ("vi", "en")

_SENTENCES: dict[str, tuple[str, str]] = {
    "anomaly.missing_number": ("Văn bản không có số (dự thảo hoặc mất trang đầu).", "The document has no number (a draft, or its first page is missing)."),
    "anomaly.missing_date": ("Văn bản không có ngày ban hành.", "The document has no date of issue."),
    "anomaly.missing_signature": ("Văn bản không có người ký.", "The document has no signature."),
    "anomaly.conflicting_citation": ("Một văn bản được dẫn bằng hai ký hiệu: {texts}.", "One text is cited under two symbols: {texts}."),
    "anomaly.conflicting_dates": ("Ngày tháng mâu thuẫn: {text}.", "Dates contradict each other: {text}."),
    "anomaly.several_documents": ("Tệp chứa {count} văn bản.", "The file holds {count} documents."),
    "anomaly.missing_part": ("Thiếu hoặc trùng phần “{label}”.", "Part “{label}” is missing, or there twice."),
    "anomaly.duplicate_recipient": ("Nơi nhận ghi hai lần: {name}.", "This recipient is listed twice: {name}."),
    "anomaly.web_page_noise": ("Văn bản lẫn phần trình bày của trang web.", "Parts of a web page stand among the text."),
    "anomaly.ocr_noise": ("Văn bản có lỗi nhận dạng chữ, ví dụ “{text}”.", "The text has slips of optical recognition, such as “{text}”."),
    "anomaly.abolished_body": ("Văn bản giao việc cho tổ chức đã kết thúc hoạt động: {name} (đến ngày {day}).", "The text names a body that had ended: {name} (until {day})."),
    "anomaly.secret_mark": ("Văn bản có dấu chỉ mức độ mật: không đưa lên mạng thường.", "The document bears a secret mark: keep it off an ordinary network."),
}


def say(key: str, language: str = "vi", **values: object) -> str:
    """A sentence in one language, with its values."""
    vietnamese, english = _SENTENCES[key]
    return (english if language == "en" else vietnamese).format(**values)
