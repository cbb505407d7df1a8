"""Every sentence that the solver says to people, in Vietnamese and in English."""

from collections.abc import Iterable, Mapping

LANGUAGES = ("vi", "en")
MOST_NAMES = 5

_TEXT: Mapping[str, tuple[str, str]] = {
    # Why a unit is in charge of a commune.
    "why.locked": ("Cặp này đã được chốt trước.", "This pair was fixed beforehand."),
    "why.kept": ("Giữ như năm trước.", "Kept from last year."),
    "why.only": (
        "Đơn vị không còn xã nào khác được phép nhận.",
        "No other commune is open to this unit.",
    ),
    "why.needed": (
        "Nếu đơn vị rời đi, xã chỉ còn {count} đơn vị, ít hơn mức tối thiểu {limit}.",
        "Without it the commune would have {count} units, fewer than the {limit} asked.",
    ),
    "why.closest": (
        "Gần nhất trong các xã được phép nhận ({km} km).",
        "Closest of all communes open to it ({km} km).",
    ),
    "why.closest_fit": (
        "Gần nhất trong các xã cân đối người bằng hoặc hơn ({km} km).",
        "Closest of the communes where its people fit as well or better ({km} km).",
    ),
    "why.fit": (
        "Cân đối người: xã cần {target} người, đang có {load} người.",
        "Fit: the commune deserves {target} people and has {load}.",
    ),
    "why.next": (
        "Xã tốt tiếp theo là {commune}: chi phí tăng thêm {cost}.",
        "The best other commune is {commune}: {cost} more.",
    ),
    "why.next_better": (
        "Chuyển sang {commune} sẽ giảm chi phí {cost}.",
        "Moving to {commune} would save {cost}.",
    ),
    "why.no_move": (
        "Không thể chuyển riêng đơn vị này mà không vi phạm quy định.",
        "It cannot move alone without breaking a rule.",
    ),
    # Warnings.
    "warn.units_unplaced": (
        "{count} đơn vị không có tọa độ, khoảng cách tính bằng 0: {names}.",
        "{count} units have no position, their distance counts as 0: {names}.",
    ),
    "warn.communes_unplaced": (
        "{count} xã không có tọa độ, khoảng cách tính bằng 0: {names}.",
        "{count} communes have no position, their distance counts as 0: {names}.",
    ),
    "warn.start_ignored": (
        "Bỏ qua {count} cặp của phương án ban đầu vì không hợp quy định.",
        "{count} pairs of the start were left out: the rules do not allow them.",
    ),
    "warn.soft": (
        "Vượt mức mềm “{rule}” tại {where}: {count} so với {limit}.",
        "Soft cap “{rule}” passed at {where}: {count} against {limit}.",
    ),
    "warn.stopped": (
        "Dừng theo yêu cầu; đây là phương án tốt nhất tìm được.",
        "Stopped on request; this is the best found so far.",
    ),
    # Names of rules.
    "rule.cover_min": ("số đơn vị tối thiểu mỗi xã", "least units per commune"),
    "rule.difficult_min": (
        "số đơn vị tối thiểu mỗi xã khó khăn",
        "least units per difficult commune",
    ),
    "rule.units_per_commune_max": ("số đơn vị tối đa mỗi xã", "most units per commune"),
    "rule.province_units_per_commune_max": (
        "số đơn vị cấp tỉnh tối đa mỗi xã",
        "most provincial units per commune",
    ),
    "rule.province_share_per_group_max": (
        "tỷ lệ đơn vị cấp tỉnh tối đa mỗi cụm",
        "greatest share of provincial units per group",
    ),
    "rule.communes": ("số xã mỗi đơn vị nhận", "communes per unit"),
    "rule.group": (
        "đơn vị chỉ nhận xã trong cụm của mình",
        "units stay in their group",
    ),
    "rule.locked": ("các cặp đã chốt", "fixed pairs"),
    "rule.forbidden": ("các cặp bị cấm", "forbidden pairs"),
    "rule.exempt": ("đơn vị được miễn", "exempt units"),
    "rule.distinct": (
        "mỗi đơn vị không nhận một xã hai lần",
        "no commune twice per unit",
    ),
    # A conflict.
    "conflict.shortage": (
        "{where}: {communes} xã cần {need} lượt đơn vị, chỉ có {units} đơn vị được phép đến, nhiều nhất {room} lượt.",
        "{where}: {communes} communes need a unit {need} times, only {units} units may go there, {room} times at most.",
    ),
    "conflict.shortage_one_each": (
        "{where}: {communes} xã cần đơn vị phụ trách, chỉ có {units} đơn vị được phép đến.",
        "{where}: {communes} communes need a unit, only {units} units may go there.",
    ),
    "conflict.plain": (
        "Không thể cùng lúc giữ các quy định: {rules}.",
        "These rules cannot hold together: {rules}.",
    ),
    "conflict.everywhere": ("Toàn phạm vi", "The whole area"),
    "conflict.group": ("Cụm {group}", "Group {group}"),
    "conflict.commune": ("Xã {commune}", "Commune {commune}"),
    "member.cover_min": (
        "Mỗi xã cần ít nhất {limit} đơn vị ({count} xã: {names}).",
        "Every commune needs at least {limit} units ({count} communes: {names}).",
    ),
    "member.difficult_min": (
        "Mỗi xã khó khăn cần ít nhất {limit} đơn vị ({count} xã: {names}).",
        "Every difficult commune needs at least {limit} units ({count} communes: {names}).",
    ),
    "member.units_per_commune_max": (
        "Mỗi xã nhiều nhất {limit} đơn vị ({count} xã: {names}).",
        "At most {limit} units per commune ({count} communes: {names}).",
    ),
    "member.province_units_per_commune_max": (
        "Mỗi xã nhiều nhất {limit} đơn vị cấp tỉnh ({count} xã: {names}).",
        "At most {limit} provincial units per commune ({count} communes: {names}).",
    ),
    "member.province_share_per_group_max": (
        "Mỗi cụm nhiều nhất {limit} lượt đơn vị cấp tỉnh ({count} cụm: {names}).",
        "At most {limit} places of provincial units per group ({count} groups: {names}).",
    ),
    "member.communes": (
        "Mỗi đơn vị nhận đúng số xã đã định ({count} đơn vị: {names}).",
        "Every unit takes exactly its number of communes ({count} units: {names}).",
    ),
    "member.group": (
        "Đơn vị chỉ nhận xã trong cụm của mình ({count} đơn vị: {names}).",
        "Units take communes of their own group only ({count} units: {names}).",
    ),
    "member.locked": (
        "Các cặp đã chốt của {count} đơn vị: {names}.",
        "The fixed pairs of {count} units: {names}.",
    ),
    "member.forbidden": (
        "Các cặp bị cấm của {count} đơn vị: {names}.",
        "The forbidden pairs of {count} units: {names}.",
    ),
    "member.exempt": (
        "{count} đơn vị được miễn: {names}.",
        "{count} units are exempt: {names}.",
    ),
    "relief.cover_min": (
        "Hạ mức tối thiểu mỗi xã xuống {limit} (thiếu {amount} lượt: {communes}).",
        "Lower the least units per commune to {limit} ({amount} short: {communes}).",
    ),
    "relief.difficult_min": (
        "Hạ mức tối thiểu mỗi xã khó khăn xuống {limit} (thiếu {amount} lượt: {communes}).",
        "Lower the least units per difficult commune to {limit} ({amount} short: {communes}).",
    ),
    "relief.units_per_commune_max": (
        "Nâng số đơn vị tối đa mỗi xã lên {limit} (vượt {amount} lượt).",
        "Raise the most units per commune to {limit} ({amount} places over).",
    ),
    "relief.province_units_per_commune_max": (
        "Nâng số đơn vị cấp tỉnh tối đa mỗi xã lên {limit} (vượt {amount} lượt).",
        "Raise the most provincial units per commune to {limit} ({amount} places over).",
    ),
    "relief.province_share_per_group_max": (
        "Cho mỗi cụm đến {limit} lượt đơn vị cấp tỉnh (vượt {amount} lượt).",
        "Allow {limit} places of provincial units per group ({amount} over).",
    ),
    "relief.communes": (
        "Đổi số xã của đơn vị, tổng cộng {amount} lượt: {units}.",
        "Change the number of communes of units, {amount} in all: {units}.",
    ),
    "relief.group": (
        "Cho {amount} lượt đơn vị ra ngoài cụm, ví dụ {units}.",
        "Let units leave their group {amount} times, for example {units}.",
    ),
    "relief.locked": (
        "Bỏ chốt {amount} cặp, ví dụ của {units}.",
        "Give up {amount} fixed pairs, for example of {units}.",
    ),
    "relief.forbidden": (
        "Bỏ cấm {amount} cặp, ví dụ của {units}.",
        "Allow {amount} forbidden pairs, for example of {units}.",
    ),
    "relief.exempt": (
        "Thôi miễn cho đơn vị, {amount} lượt, ví dụ {units}.",
        "Give exempt units {amount} places, for example {units}.",
    ),
    "relief.cost": ("Khi đó chi phí khoảng {cost}.", "The cost is then about {cost}."),
    # What is wrong in a file.
    "fault.at": ("{path}: {text}", "{path}: {text}"),
    "fault.not_an_object": ("phải là một đối tượng", "must be an object"),
    "fault.not_a_list": ("phải là một danh sách", "must be a list"),
    "fault.missing": ("còn thiếu", "is missing"),
    "fault.unknown_key": (
        "khóa không có trong định dạng",
        "is not a key of this format",
    ),
    "fault.unknown_schema": (
        "phải là “kheo.assignment/1”, không phải “{value}”",
        "must be “kheo.assignment/1”, not “{value}”",
    ),
    "fault.not_a_number": (
        "phải là số, không phải “{value}”",
        "must be a number, not “{value}”",
    ),
    "fault.not_finite": (
        "phải là số hữu hạn, không phải {value}",
        "must be finite, not {value}",
    ),
    "fault.not_whole": (
        "phải là số nguyên, không phải “{value}”",
        "must be a whole number, not “{value}”",
    ),
    "fault.out_of_range": (
        "ngoài khoảng cho phép: {value}",
        "is out of range: {value}",
    ),
    "fault.not_text": (
        "phải là chữ, không phải “{value}”",
        "must be text, not “{value}”",
    ),
    "fault.empty": ("không được để trống", "must not be empty"),
    "fault.too_long": ("quá dài", "is too long"),
    "fault.not_a_flag": (
        "phải là true hoặc false, không phải “{value}”",
        "must be true or false, not “{value}”",
    ),
    "fault.not_texts": ("phải là danh sách mã", "must be a list of ids"),
    "fault.repeated": ("có giá trị lặp lại: {value}", "repeats a value: {value}"),
    "fault.repeated_id": (
        "mã “{value}” dùng hai lần",
        "the id “{value}” is used twice",
    ),
    "fault.repeated_key": (
        "khóa “{value}” xuất hiện hai lần trong một đối tượng",
        "the key “{value}” occurs twice in one object",
    ),
    "fault.unknown_tier": (
        "cấp không rõ “{value}”; dùng central, province, district hoặc commune",
        "unknown tier “{value}”; use central, province, district or commune",
    ),
    "fault.unknown_cap": (
        "chỉ các mức tối đa mới có thể mềm: {value}",
        "only caps can be soft: {value}",
    ),
    "fault.unknown_id": ("mã không tồn tại: “{value}”", "unknown id: “{value}”"),
    "fault.half_a_position": (
        "lat và lon phải có cả hai hoặc không có",
        "lat and lon come together or not at all",
    ),
    "fault.locked_and_forbidden": (
        "xã “{value}” vừa chốt vừa cấm",
        "the commune “{value}” is both fixed and forbidden",
    ),
    "fault.locked_but_exempt": (
        "đơn vị được miễn nhưng có cặp đã chốt: “{value}”",
        "the unit is exempt and yet fixed to “{value}”",
    ),
    "fault.too_many": ("quá nhiều: {value}", "too many: {value}"),
    "fault.file_too_large": (
        "tệp quá lớn ({value}); nhiều nhất 64 MB",
        "the file is too large ({value}); 64 MB at most",
    ),
    "fault.unreadable": ("không đọc được tệp: {value}", "cannot be read: {value}"),
    "fault.unwritable": ("không ghi được tệp: {value}", "cannot be written: {value}"),
    "fault.not_json": (
        "không phải JSON hợp lệ (tại {value})",
        "is not valid JSON (at {value})",
    ),
    "fault.not_utf8": ("không phải UTF-8", "is not UTF-8"),
    "fault.too_deep": ("lồng quá sâu", "is nested too deeply"),
    "fault.unassigned": (
        "đơn vị “{value}” không có trong phương án",
        "the unit “{value}” has no commune in this answer",
    ),
    # What a check finds.
    "check.count": (
        "Đơn vị {unit} nhận {count} xã thay vì {limit}.",
        "Unit {unit} takes {count} communes instead of {limit}.",
    ),
    "check.exempt": (
        "Đơn vị {unit} được miễn nhưng vẫn nhận xã.",
        "Unit {unit} is exempt but takes a commune.",
    ),
    "check.repeated": (
        "Cặp {unit} và {commune} lặp lại.",
        "The pair {unit} and {commune} is repeated.",
    ),
    "check.unknown": (
        "Cặp {unit} và {commune}: mã không tồn tại.",
        "The pair {unit} and {commune}: unknown id.",
    ),
    "check.shape": (
        "Phương án không có danh sách cặp.",
        "The answer has no list of pairs.",
    ),
    "check.group": (
        "Đơn vị {unit} nhận xã {commune} ngoài cụm {group}.",
        "Unit {unit} takes commune {commune} outside its group {group}.",
    ),
    "check.forbidden": (
        "Đơn vị {unit} nhận xã {commune} dù bị cấm.",
        "Unit {unit} takes commune {commune}, which is forbidden.",
    ),
    "check.locked": (
        "Đơn vị {unit} không nhận xã đã chốt {commune}.",
        "Unit {unit} does not take its fixed commune {commune}.",
    ),
    "check.cover_min": (
        "Xã {commune} có {count} đơn vị, cần ít nhất {limit}.",
        "Commune {commune} has {count} units, at least {limit} are asked.",
    ),
    "check.difficult_min": (
        "Xã khó khăn {commune} có {count} đơn vị, cần ít nhất {limit}.",
        "Difficult commune {commune} has {count} units, at least {limit} are asked.",
    ),
    "check.units_per_commune_max": (
        "Xã {commune} có {count} đơn vị, nhiều nhất {limit}.",
        "Commune {commune} has {count} units, at most {limit} are allowed.",
    ),
    "check.province_units_per_commune_max": (
        "Xã {commune} có {count} đơn vị cấp tỉnh, nhiều nhất {limit}.",
        "Commune {commune} has {count} provincial units, at most {limit} are allowed.",
    ),
    "check.province_share_per_group_max": (
        "Cụm {group} có {count} lượt đơn vị cấp tỉnh, nhiều nhất {limit}.",
        "Group {group} has {count} places of provincial units, at most {limit} are allowed.",
    ),
    "check.stated": (
        "Phương án ghi {name} là {stated}, tính lại được {found}.",
        "The answer states {name} as {stated}, recomputed it is {found}.",
    ),
    "check.bound": (
        "Cận dưới {stated} lớn hơn chi phí {found}.",
        "The bound {stated} is above the cost {found}.",
    ),
    "check.sound": (
        "Phương án hợp lệ; chi phí {cost}.",
        "The answer keeps every rule; its cost is {cost}.",
    ),
    "check.broken": (
        "Phương án có {count} lỗi.",
        "The answer has {count} faults.",
    ),
    # The command.
    "run.progress": (
        "{seconds} giây · chi phí {cost} · cận dưới {bound} · khoảng hở {gap} %",
        "{seconds} s · cost {cost} · bound {bound} · gap {gap} %",
    ),
    "run.refused": ("Không nhận tệp này:", "This file is refused:"),
    "run.more": ("… và còn nữa.", "… and more."),
    "run.status.optimal": ("Tối ưu đã chứng minh.", "Proven optimal."),
    "run.status.feasible": (
        "Hợp lệ, chưa chứng minh tối ưu.",
        "Feasible, not proven optimal.",
    ),
    "run.status.infeasible": ("Không có phương án hợp lệ.", "There is no answer."),
    "run.status.unknown": (
        "Chưa tìm được phương án trong thời gian cho phép.",
        "No answer was found in the time given.",
    ),
    "run.cost": (
        "Chi phí {cost} (cận dưới {bound}, khoảng hở {gap} %).",
        "Cost {cost} (bound {bound}, gap {gap} %).",
    ),
    "run.terms": (
        "Cân đối {fit} · khoảng cách {far} · giữ cặp cũ {keep} · vượt mức mềm {soft}.",
        "Fit {fit} · distance {far} · kept pairs {keep} · soft caps {soft}.",
    ),
    "run.pair": ("{unit} → {commune}", "{unit} → {commune}"),
    "run.helps": ("Có thể gỡ bằng một trong các cách:", "Any one of these would help:"),
    "run.not_exist": ("{what} không tồn tại: {value}", "There is no {what} {value}"),
    "run.what.unit": ("Đơn vị", "unit"),
    "run.what.commune": ("Xã", "commune"),
    "run.what.province": ("Tỉnh", "province"),
    "run.breaks": ("Vi phạm: {rule} ({where}).", "Breaks: {rule} ({where})."),
    "run.move": (
        "Chuyển từ {source} sang {target}: chi phí thay đổi {cost} (cân đối {fit}, khoảng cách {far}, giữ cặp cũ {keep}, vượt mức mềm {soft}).",
        "Moving from {source} to {target}: the cost changes by {cost} (fit {fit}, distance {far}, kept pairs {keep}, soft caps {soft}).",
    ),
    "run.exchange": (
        "Đổi chỗ với {unit} tại {target}: chi phí thay đổi {cost}.",
        "Exchanging with {unit} at {target}: the cost changes by {cost}.",
    ),
    "run.exempt_unit": (
        "Đơn vị này được miễn, không nhận xã nào.",
        "This unit is exempt and takes no commune.",
    ),
    "run.written": ("Đã ghi {path}.", "Wrote {path}."),
}


def say(language: str, code: str, **values: object) -> str:
    """The sentence for a code; numbers are written as the language does."""
    template = _TEXT[code][LANGUAGES.index(language)]
    shown = {name: _shown(language, value) for name, value in values.items()}
    return template.format(**shown)


def _shown(language: str, value: object) -> str:
    if isinstance(value, float):
        text = f"{value:.6g}"
        return text.replace(".", ",") if language == "vi" else text
    return str(value)


def names(items: Iterable[str]) -> str:
    """The first few of a list, with a sign that there are more."""
    listed = list(items)
    shown = ", ".join(listed[:MOST_NAMES])
    return f"{shown}, …" if len(listed) > MOST_NAMES else shown


def codes() -> Iterable[str]:
    """Every code of the table, for the test that all are complete."""
    return _TEXT.keys()


def texts(code: str) -> tuple[str, str]:
    """The Vietnamese and the English template of a code."""
    return _TEXT[code]
