"""Names of bodies: the words they begin with, their abbreviations, those that have ended.

A body is named by a noun that says what it is ("Ban", "Đảng ủy", "Sở", "Các chi bộ", "Hội",
"Thường trực" …) with what follows; `HEADS` lists these nouns in folded form.

Sources: 66-QĐ/TW and 399-QĐ/TW (party suffixes), Decree 30/2020 (state), Conclusion
160-KL/TW (2025) and the decisions of 2025 on the apparatus for the bodies that ended: the
mass mobilisation boards in February and March 2025, districts on 30 June 2025.
"""

import re

from .text import fold, phrase

HEADS = (
    r"ban (?:dan van|tuyen giao|to chuc|noi chinh|thuong vu|chap hanh|chi dao|thuong truc|quan ly|can su|"
    r"kinh te|van hoa|phap che|bi thu|dan toc|cong tac|xay dung|giam khao|giam doc|giam hieu|thanh tra|"
    r"to chuc|chi huy|nhan dan|lanh dao|ton giao|chap|dai dien|quan tri|phat trien|hoi dong|van dong|bao ve|thi dua)|"
    r"cac (?:co quan|don vi|dia phuong|ban|so|phong|hoi|doan the|cap|chi bo|dang bo|dang uy|huyen|xa|phuong|"
    r"to|thanh vien|dong chi|d/c|uy vien|nganh|to chuc|truong|tap the|ca nhan|ap|thon|khu pho|doan|xi nghiep|"
    r"doanh nghiep|tieu ban|bo|thanh uy|tinh uy|dang doan|lien doan|trung tam|bo phan|cong doan|"
    r"cong ty|khoa|vien|cuc|tac gia|thi sinh|chu the|chi hoi|chi doan|khoi|cum|thon|hop tac xa|sang lap)|"
    r"(?:ban )?thuong truc (?!sau|ban chi)|cap uy|dang uy|dang bo|chi bo|chi uy|huyen uy|thanh uy|tinh uy|thi uy|quan uy|"
    r"dang doan|ban can su|van phong|uy ban|ubnd|hdnd|hoi dong|mat tran|mttq|ubmttq|uy ban mttq|ubkt|"
    r"so (?!lieu|luong|ket|sach|hieu|hoa|nguoi|tien|bo |va ky|\d)[a-z]|bo (?:chinh tri|noi vu|chi huy|tai chinh|y te|"
    r"cong an|quoc phong|giao duc|tu phap|phan|chqs|nong|van hoa|khoa hoc|cong thuong|xay dung|ngoai giao)|"
    r"phong (?!chong|trao|su|phu|ngua|thu|lu|tranh|canh|quang|benh|hop|phat)[a-z]|"
    r"hoi (?:lien hiep|nong dan|cuu chien binh|phu nu|chu thap do|nha bao|nguoi cao tuoi|khuyen hoc|dong (?!y)|quan|"
    r"van hoc|luat gia|lhpn|nd|ccb|ctd|cuu|lam vuon|dong y|sinh vien|to chuc)|"
    r"doan (?:thanh nien|tncs|khoi|the|xa|phuong|truong|kiem tra|giam sat|cong tac)|tinh doan|huyen doan|thanh doan|xa doan|"
    r"doan the|lien doan|cong doan|cong an|quan su|bo doi|bo phan|trung tam|truong (?:chinh tri|thpt|thcs|tieu hoc|mam non|dai hoc|cao dang|ban|thon|phong|khoi|doan|ap|khu|tieu ban|hoc)|"
    r"bao [a-z]+ (?!cao)|dai (?:phat thanh|truyen|pt)|co quan|don vi|dia phuong|to chuc (?:dang|co so|chinh tri|doan|hoi|thanh vien|cong doan)|tap the|"
    r"ca nhan|thanh vien|dong chi|d/c|thu truong|nguoi dung dau|lanh dao|bi thu|pho bi thu|chu tich|pho chu tich|giam doc|"
    r"can bo|dang vien|doan vien|hoi vien|kho bac|cuc|chi cuc|ngan hang|toa an|vien kiem sat|vksnd|tand|thanh tra|"
    r"to (?:dai bieu|bau cu|giup viec|dan pho|cong tac|thu ky|nhan dan|truong|chuc|dan van|cv|hop tac)|tieu ban|chi hoi|chi doan|"
    r"cum thi dua|khoi thi dua|ho gia dinh|nguoi dan|nhan dan|ubbc|thuong vu|moi (?:co quan|don vi|dia phuong|chi bo|dang bo|xa|"
    r"can bo|dang vien|phuong|to chuc|ban|thon|chi hoi|cap|dang uy|doan)|tung (?:co quan|don vi|dia phuong|chi bo)|toan the|"
    r"xa,|huyen,|nha truong|khu dan cu|thon|ap|xa |phuong |giao ban|giao so|giao van phong|giao uy ban|giao dang|"
    r"tat ca cac|mot so|nganh|chu dau tu|thi sinh|tac gia|ban cong tac|cong ty|doanh nghiep|dang uy vien|cap uy vien|"
    r"tinh uy vien|giam khao|nguoi dai dien|co so|chinh quyen|truong|ban"
)
_BODY = phrase(rf"(?:cac |moi |tung |toan the |nhung )?(?:{HEADS})")
_STRONG = phrase(rf"(?:{HEADS})")

ABBREVIATIONS: dict[str, str] = {
    "đutt": "đảng ủy trực thuộc",
    "đu": "đảng ủy",
    "tu": "tỉnh ủy",
    "bcđ": "ban chỉ đạo",
    "btv": "ban thường vụ",
    "bch": "ban chấp hành",
    "bdv": "ban dân vận",
    "bdvtu": "ban dân vận tỉnh ủy",
    "btgdv": "ban tuyên giáo và dân vận",
    "btgdvtu": "ban tuyên giáo và dân vận tỉnh ủy",
    "tt": "thường trực",
    "vp": "văn phòng",
    "vptu": "văn phòng tỉnh ủy",
    "ubnd": "ủy ban nhân dân",
    "hđnd": "hội đồng nhân dân",
    "mttq": "mặt trận tổ quốc",
    "ubmttq": "ủy ban mặt trận tổ quốc",
    "tw": "trung ương",
    "bcs": "ban cán sự",
    "đ/c": "đồng chí",
    "ct-xh": "chính trị - xã hội",
    "ubkt": "ủy ban kiểm tra",
    "tv": "thành viên",
}

_ISSUERS: dict[str, str] = {
    "TW": "Ban Chấp hành Trung ương Đảng",
    "BTGDVTW": "Ban Tuyên giáo và Dân vận Trung ương",
    "BDVTW": "Ban Dân vận Trung ương",
    "BTCTW": "Ban Tổ chức Trung ương",
    "VPTW": "Văn phòng Trung ương Đảng",
    "BDVTU": "Ban Dân vận Tỉnh ủy",
    "BTGTU": "Ban Tuyên giáo Tỉnh ủy",
    "BTCTU": "Ban Tổ chức Tỉnh ủy",
    "BNCTU": "Ban Nội chính Tỉnh ủy",
    "BTGDVTU": "Ban Tuyên giáo và Dân vận Tỉnh ủy",
    "VPTU": "Văn phòng Tỉnh ủy",
    "UBKTTU": "Ủy ban Kiểm tra Tỉnh ủy",
    "TU": "Tỉnh ủy",
    "HU": "Huyện ủy",
    "ĐUK": "Đảng ủy Khối các cơ quan và doanh nghiệp tỉnh",
    "TTg": "Thủ tướng Chính phủ",
    "CP": "Chính phủ",
    "HĐND": "Hội đồng nhân dân",
    "UBND": "Ủy ban nhân dân",
    "SNV": "Sở Nội vụ",
}

# Folded pattern, last day, and the name to show.
ENDED: tuple[tuple[str, str, str], ...] = (
    (r"ban dan van trung uong", "2025-02-03", "Ban Dân vận Trung ương"),
    (r"ban tuyen giao trung uong", "2025-02-03", "Ban Tuyên giáo Trung ương"),
    (r"ban dan van (?:tinh|thanh) uy", "2025-03-31", "Ban Dân vận Tỉnh ủy"),
    (r"ban tuyen giao (?:tinh|thanh) uy", "2025-03-31", "Ban Tuyên giáo Tỉnh ủy"),
    (r"dang uy khoi cac co quan", "2025-03-31", "Đảng ủy Khối các cơ quan"),
    (r"dang doan", "2025-03-31", "đảng đoàn"),
    (r"ban can su dang", "2025-03-31", "ban cán sự đảng"),
    (r"cong an (?:cac )?(?:cap )?huyen", "2025-02-28", "công an cấp huyện"),
    (r"(?:cac )?huyen uy", "2025-06-30", "huyện ủy"),
    (r"(?:thi uy|quan uy)\b(?! vien)", "2025-06-30", "thị ủy, quận ủy"),
    (r"(?:ubnd|uy ban nhan dan|hdnd|ubmttq|mttq) (?:cac )?(?:cap )?huyen", "2025-06-30", "cấp huyện"),
    (r"thi tran\b", "2025-06-30", "thị trấn"),
    (r"cap huyen\b", "2025-06-30", "cấp huyện"),
)


def starts_like_body(flat: str) -> bool:
    """Whether folded words begin with the name of a body."""
    return bool(_BODY.match(flat))


def body_starts(flat: str, start: int, end: int) -> re.Match[str] | None:
    """The first place where a body may be named."""
    return _STRONG.search(flat, start, end)


def issuer_of_symbol(symbol: str | None) -> str | None:
    """The body a symbol's letters stand for, where they stand for one only."""
    if symbol is None:
        return None
    letters = re.split(r"[-/]", symbol)
    return _ISSUERS.get(letters[-1]) if len(letters) > 1 else None


def expand(name: str) -> str:
    """A folded name with its usual abbreviations written out, for comparing."""
    words = name.casefold().replace("–", "-").split()
    return fold(" ".join(ABBREVIATIONS.get(word.strip(",;."), word) for word in words))
