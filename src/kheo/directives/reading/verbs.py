"""Verbs of official commands: where the names of those who act end, and how a point begins.

`VERB` finds the first word after a subject that is no part of its name; `COMMAND` tells a
sentence that begins with what is to be done. The words are written as they are and folded on
import. Some verbs are parts of names too ("Ban Chỉ đạo", "tổ chức chính trị"): they count only
in the surroundings given beside them.
"""

import re

from .text import fold, phrase

_COMMANDS = """
chủ trì, phối hợp, tham mưu, hướng dẫn, triển khai, báo cáo, tổng hợp, rà soát, đánh giá, sơ kết,
tổng kết, phân công, lập, nộp, đăng ký, hoàn thành, tăng cường, đẩy mạnh, quán triệt, theo dõi,
kiểm tra, đôn đốc, giám sát, cụ thể hóa, ban hành, bố trí, bảo đảm, đảm bảo, quan tâm, lựa chọn,
bình xét, đề xuất, thẩm định, nghiên cứu, vận dụng, tiếp tục, chủ động, căn cứ, định kỳ,
phát động, chấm điểm, công nhận, vận động, khảo sát, chuẩn bị, kiện toàn, thành lập, tuyên truyền,
gửi, trình
"""
_VERBS = """
có trách nhiệm, chịu trách nhiệm, phải, cần, sẽ, cung cấp, thường xuyên, trước ngày, chậm nhất,
khi, là cơ quan, là đơn vị, là đầu mối, chấm, giao ban, họp xét, làm việc, ra quân, ký cam kết,
nhận tác phẩm, bảo vệ, trả lời, phục vụ, thanh toán, phụ trách, sao gửi, yêu cầu, đề nghị, hỗ trợ,
được, tiến hành, ký kết, kịp thời, gắn, đăng tải, đưa tin, mở, tự chấm, xét, thống nhất, lấy ý kiến,
niêm yết, công khai, họp, hội ý, góp ý, tập trung, phát huy, nâng cao, giải quyết, tiếp nhận, xử lý,
đối thoại, tiếp xúc, duy trì, nhân rộng, chọn, thông báo, cập nhật, tập hợp, phân bổ, rèn luyện,
tham gia, thực hành, phổ biến, quản lý, phát hiện, giới thiệu, khen thưởng, phê duyệt, công bố,
thông qua, giúp đỡ, tuyên dương, xác nhận, sử dụng, đóng góp, quyên góp, đề cử, khắc phục, tham quan,
ủng hộ, biểu dương, tự đánh giá, giao nhiệm vụ, đăng tin, học tập, chấp hành, phản ánh, một số
"""
# Folded; each with what must or must not follow.
_CONDITIONAL = (
    r"chi dao(?! (?:phong trao|thuc hien quy|cap|cua|tinh|xa|huyen|cac cap|ve|trung uong|cong tac))",
    r"to chuc (?!chinh tri|dang|co so|doan|hoi|thanh vien|cong doan|xa hoi|dan|phi|khac|tuong|,|thuc hien quy)",
    r"thuc hien(?! quy che dan chu)",
    r"xay dung(?! (?:dang|nong thon))",
    r"lanh dao(?! (?:ban|cac|cap|so|ubnd|don|co|tinh|xa|phuong|dang))",
    r"quy dinh(?! cua)",
    r"giup(?! viec)",
    r"(?:hang|moi) (?:nam|quy|thang)",
    r"dua (?:noi dung|vao|tin|ra|len)",
    r"nam (?:bat|chac)",
    r"cu (?:can bo|dai bieu|nguoi|thanh vien|dong chi)",
    r"tang (?:bang|giay|co|qua)",
    r"trao (?:giai|tang|thuong)",
    r"giao (?:bo phan|cho|van phong|ban (?!thuong)|dong chi|co quan|trach nhiem|phong)",
    r"co (?:van ban|ke hoach|bao cao|it nhat|tu|chuong trinh|giai phap|hinh thuc)",
)


def _folded(words: str) -> list[str]:
    return [" ".join(fold(word).split()) for word in words.split(",")]


def _alternatives(*groups: list[str]) -> str:
    """Longest first, so that "giao nhiệm vụ" is not cut to a shorter verb."""
    return "|".join(
        sorted({word for group in groups for word in group}, key=len, reverse=True)
    )


VERB: re.Pattern[str] = phrase(
    rf"[,;]? ?\b(?:{_alternatives(_folded(_COMMANDS), _folded(_VERBS))}|{'|'.join(_CONDITIONAL)})\b"
)
COMMAND: re.Pattern[str] = phrase(
    rf"(?:[-+*•] ?|[a-h0-9.]{{1,5}}[.)] ?)?(?:{_alternatives(_folded(_COMMANDS))}|chi dao|to chuc|"
    r"thuc hien|xay dung|dua|xem xet|dinh huong|hang nam)\b"
)
