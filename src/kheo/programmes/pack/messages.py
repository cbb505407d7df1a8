"""What is wrong with a pack, said in both languages: one sentence for each code.

These sentences do not go through gettext, because the pack reader works without Django;
both languages stand side by side, as they do in a pack.
"""

from typing import Any, NamedTuple

from pydantic_core import PydanticCustomError


class Message(NamedTuple):
    """One sentence in both languages."""

    vi: str
    en: str


MESSAGES = {
    # the file
    "yaml": ("Không đọc được YAML: {problem}", "This is not readable YAML: {problem}"),
    "too_long": (
        "Tệp quá dài: tối đa {limit} ký tự.",
        "The file is too long: at most {limit} characters.",
    ),
    "too_many": (
        "Tệp có quá nhiều phần tử: tối đa {limit}.",
        "The file has too many elements: at most {limit}.",
    ),
    "too_deep": (
        "Lồng quá sâu: tối đa {limit} tầng.",
        "Nested too deeply: at most {limit} levels.",
    ),
    "alias": (
        "Không dùng neo (&) và tham chiếu (*): hãy viết đầy đủ.",
        "Anchors (&) and aliases (*) are not used here: write it out.",
    ),
    "tag": (
        "Không dùng thẻ kiểu (!): hãy viết giá trị thường.",
        "Type tags (!) are not used here: write a plain value.",
    ),
    "empty": (
        "Tệp trống: cần một gói chuyên đề.",
        "The file is empty: a programme pack is expected.",
    ),
    "one_document": (
        "Mỗi tệp chỉ có một gói.",
        "One file holds one pack.",
    ),
    "key_text": ("Khóa phải là chữ.", "A key must be plain text."),
    "key_twice": (
        "Khóa “{key}” lặp lại: lần đầu ở dòng {line}.",
        "The key “{key}” stands twice: first in line {line}.",
    ),
    # the schema
    "missing": ("Thiếu khóa “{key}”.", "The key “{key}” is missing."),
    "extra_forbidden": (
        "Không có khóa nào tên “{key}” ở đây.{hint_vi}",
        "There is no key “{key}” here.{hint_en}",
    ),
    "string_type": ("Cần chữ.", "Text is expected."),
    "string_too_short": ("Cần ít nhất một ký tự.", "Text must not be empty."),
    "string_too_long": (
        "Dài quá: tối đa {max_length} ký tự.",
        "Too long: at most {max_length} characters.",
    ),
    "string_pattern_mismatch": (
        "Cần mã: chữ thường không dấu và số, nối bằng “-” hoặc “_”, bắt đầu bằng chữ.",
        "A code is expected: lower-case letters without marks and digits, joined by “-” or “_”, beginning with a letter.",
    ),
    "int_type": ("Cần số nguyên.", "A whole number is expected."),
    "number": ("Cần một số.", "A number is expected."),
    "bool_type": ("Cần true hoặc false.", "true or false is expected."),
    "date": (
        "Cần một ngày có thật, viết năm-tháng-ngày (2021-09-10).",
        "A day that exists is expected, written year-month-day (2021-09-10).",
    ),
    "enum": ("Cần một trong: {expected}.", "One of these is expected: {expected}."),
    "greater_than_equal": ("Nhỏ nhất là {ge}.", "The least is {ge}."),
    "less_than_equal": ("Lớn nhất là {le}.", "The most is {le}."),
    "too_short": (
        "Cần ít nhất {min_length} phần tử.",
        "At least {min_length} elements are expected.",
    ),
    "list": ("Cần một danh sách.", "A list is expected."),
    "mapping": (
        "Cần các cặp khóa: giá trị.",
        "Pairs of key: value are expected.",
    ),
    "other": ("Không hợp lệ: {problem}.", "Not valid: {problem}."),
    # parts that must fit together
    "source_clause": (
        "Nguồn cần cả “document” và “clause”; hoặc “assumption: true” với “owner” và “reason”.",
        "A source needs both “document” and “clause”; or “assumption: true” with “owner” and “reason”.",
    ),
    "source_assumption": (
        "Một giả định cần “owner” và “reason”, và không dẫn văn bản.",
        "An assumption needs “owner” and “reason”, and cites no document.",
    ),
    "span_backwards": (
        "“until” phải sau “from”.",
        "“until” must be later than “from”.",
    ),
    "no_such_day": (
        "Tháng {month} không có ngày {day} (mọi năm).",
        "Month {month} has no day {day} (in every year).",
    ),
    "day_rule_ways": (
        "Nêu ngày theo một trong ba cách: “day” (có thể kèm “month”), “dates”, hoặc “date”.",
        "Give the day in one of three ways: “day” (with “month” if needed), “dates”, or “date”.",
    ),
    "day_rule_twice": (
        "Một kỳ có hai ngày.",
        "One period has two days.",
    ),
    "due_ways": (
        "Hạn cần đúng một trong “before” (trước ngày) và “by” (chậm nhất ngày).",
        "A due rule needs exactly one of “before” and “by”.",
    ),
    "range_backwards": (
        "“min” lớn hơn “max”.",
        "“min” is greater than “max”.",
    ),
    "target_upper": (
        "“upper” dùng khi và chỉ khi “op: between”, và không nhỏ hơn “value”.",
        "“upper” belongs to “op: between” and to nothing else, and is not below “value”.",
    ),
    # one part against another
    "code_twice": (
        "Mã “{code}” lặp lại: lần đầu ở dòng {line}.",
        "The code “{code}” stands twice: first in line {line}.",
    ),
    "unknown": (
        "Không có “{code}” trong mục “{section}”.{hint_vi}",
        "There is no “{code}” among the {section}.{hint_en}",
    ),
    "continues_itself": (
        "Một chuyên đề không tiếp nối chính nó.",
        "A programme does not carry on itself.",
    ),
    "ratio_parts": (
        "Tỷ lệ cần cả “numerator” và “denominator”.",
        "A ratio needs both “numerator” and “denominator”.",
    ),
    "ratio_only": (
        "Chỉ tỷ lệ mới có tử số và mẫu số.",
        "Only a ratio has a numerator and a denominator.",
    ),
    "ratio_of_ratio": (
        "Tử số và mẫu số không thể là tỷ lệ: “{code}”.",
        "The parts of a ratio cannot be ratios: “{code}”.",
    ),
    "ratio_mixed": (
        "Tử số theo luật “{numerator}”, mẫu số theo luật “{denominator}”: phải cùng một luật.",
        "The numerator follows the law “{numerator}”, the denominator “{denominator}”: both must follow one law.",
    ),
    "origin_law": (
        "Chỉ tiêu theo luật “{law}” không thể lấy từ “{origin}”; có thể: {allowed}.",
        "A measure of the law “{law}” cannot come from “{origin}”; possible: {allowed}.",
    ),
    "origin_money": (
        "“origin: money” cần “money: true”.",
        "“origin: money” needs “money: true”.",
    ),
    "dimension_not_of_measure": (
        "Chỉ tiêu “{measure}” không có chiều “{dimension}”.",
        "The measure “{measure}” has no dimension “{dimension}”.",
    ),
    "dimension_value": (
        "Chiều “{dimension}” không có giá trị “{value}”; có: {allowed}.",
        "The dimension “{dimension}” has no value “{value}”; it has: {allowed}.",
    ),
    "window_twice": (
        "Tần suất “{frequency}” đã có kỳ số liệu ở dòng {line}: hai kỳ sẽ chồng nhau.",
        "The frequency “{frequency}” already has its windows in line {line}: they would overlap.",
    ),
    "window_periods": (
        "Kỳ số liệu của “{frequency}” cần ngày chốt cho mọi kỳ: {wanted}.",
        "Windows of “{frequency}” need a cut-off for every period: {wanted}.",
    ),
    "window_order": (
        "Ngày chốt của kỳ {period} không sau ngày chốt của kỳ trước: hai kỳ sẽ chồng nhau.",
        "The cut-off of period {period} is not later than the one before: the windows would overlap.",
    ),
    "window_needed": (
        "Cần “window” hoặc mục “windows” cho tần suất “{frequency}”: hạn gửi không cho ngày chốt của mọi kỳ.",
        "“window” or an entry in “windows” is needed for the frequency “{frequency}”: the due days do not give a cut-off for every period.",
    ),
    "period_number": (
        "Một năm không có kỳ {period} theo tần suất “{frequency}”.",
        "A year has no period {period} of the frequency “{frequency}”.",
    ),
    "stage_date": (
        "Theo giai đoạn thì hạn là một “date” duy nhất.",
        "What is owed once a stage is due on one “date”.",
    ),
    "stage_missing": (
        "Có báo cáo theo giai đoạn nhưng gói không nêu “stage”.",
        "A report is owed by stage, but the pack gives no “stage”.",
    ),
    "month_beyond": (
        "Tháng thứ {month} của kỳ “{frequency}” quá xa: tối đa {limit}.",
        "Month {month} of a “{frequency}” is too far: at most {limit}.",
    ),
    "swallowed": (
        "Tháng ngắn nhất không có ngày {day}: hãy dùng ngày 28 trở về trước.",
        "The shortest month concerned has no day {day}: use day 28 or earlier.",
    ),
    "scale_order": (
        "Mức điểm “{code}” chồng lên mức khác.",
        "The band “{code}” overlaps another one.",
    ),
}
"""The sentences by code; the first is Vietnamese, the second English."""


def say(code: str, /, **values: Any) -> Message:
    """The sentence for `code` with its values filled in."""
    vi, en = MESSAGES[code]
    return Message(vi.format(**values), en.format(**values))


def refuse(code: str, /, **values: Any) -> PydanticCustomError:
    """An error for a validator to raise; the reader says it in both languages."""
    # The template carries no values: pydantic would read their braces.
    return PydanticCustomError("pack", "{code}", {"code": code, "values": values})
