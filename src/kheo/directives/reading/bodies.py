"""Names of bodies: the words they begin with, their abbreviations, those that have ended.

A body is named by a noun that says what it is ("Ban", "Đảng ủy", "Sở", "Các chi bộ", "Hội",
"Thường trực" …) with what follows; `_SPECIFIED` and `_ALONE` list these nouns in folded form.

Sources: 66-QĐ/TW and 399-QĐ/TW (party suffixes), Decree 30/2020 (state), Conclusion
160-KL/TW (2025) and the decisions of 2025 on the apparatus for the bodies that ended: the
mass mobilisation boards in February and March 2025, districts on 30 June 2025.
"""

import re

from .text import fold, phrase

# A noun that names a body only with what follows it.
_SPECIFIED: dict[str, str] = {
    "ban": (
        "dan van|tuyen giao|to chuc|noi chinh|thuong vu|chap hanh|chi dao|thuong truc|quan ly|"
        "can su|kinh te|van hoa|phap che|bi thu|dan toc|cong tac mat tran|cong tac|xay dung|"
        "giam khao|giam doc|giam hieu|thanh tra nhan dan|thanh tra|chi huy|nhan dan|lanh dao|"
        "ton giao|dai dien|quan tri|phat trien|van dong|bao ve|thi dua|phong trao|ctmt"
    ),
    "bo": (
        "chinh tri|noi vu|chi huy quan su|chi huy|tai chinh|y te|cong an|quoc phong|giao duc|"
        "tu phap|chqs|nong nghiep|van hoa|khoa hoc|cong thuong|xay dung|ngoai giao|tu lenh"
    ),
    "hoi": (
        "lien hiep|nong dan|cuu chien binh|phu nu|chu thap do|nha bao|nguoi cao tuoi|khuyen hoc|"
        "dong y|dong thi dua|dong nhan dan|dong|quan chung|van hoc|luat gia|lhpn|nd\\b|ccb|ctd|"
        "cuu giao chuc|lam vuon|sinh vien"
    ),
    "doan": (
        "thanh nien|tncs|khoi|the|xa\\b|phuong\\b|truong|kiem tra|giam sat|cong tac|dai bieu"
    ),
    "to": (
        "dai bieu|bau cu|giup viec|dan pho|cong tac|thu ky|nhan dan|truong|dan van|cv\\b|hop tac|"
        "chuc dang|chuc co so|chuc chinh tri|chuc doan|chuc hoi|chuc thanh vien|chuc cong doan|dang\\b"
    ),
    "truong": (
        "chinh tri|thpt|thcs|tieu hoc|mam non|dai hoc|cao dang|ban|thon|phong|khoi|doan|ap\\b|"
        "khu pho|tieu ban|hoc|cong an|tram|cac\\b"
    ),
    "cac": (
        "co quan|don vi|dia phuong|ban\\b|so\\b|phong\\b|hoi\\b|doan the|doan kiem tra|cap|chi bo|chi, dang bo|dang bo|"
        "dang uy|huyen|quan\\b|thi xa|xa\\b|phuong\\b|thon\\b|to\\b|thanh vien|dong chi|d/c|uy vien|nganh|to chuc|truong|"
        "tap the|ca nhan|ap\\b|khu pho|khu dan cu|doan\\b|doanh nghiep|tieu ban|bo\\b|thanh uy|tinh uy|dang doan|"
        "lien doan|trung tam|bo phan|cong doan|cong ty|khoa\\b|vien\\b|cuc\\b|tac gia|thi sinh|chi hoi|chi doan|"
        "khoi thi dua|cum thi dua|hop tac xa|cong chuc|giao vien|lop\\b|nha truong"
    ),
    "moi|tung": (
        "co quan|don vi|dia phuong|chi bo|dang bo|xa\\b|can bo|dang vien|phuong\\b|to chuc|ban\\b|"
        "thon\\b|chi hoi|cap uy|dang uy|doan\\b|khu dan cu|huyen\\b|doi\\b"
    ),
    "bao": r"(?!cao|dam|ve|gom|hiem|chi|quan|ton|tri)[a-z]+",
    "dai": "phat thanh|truyen hinh|truyen thanh|ptth",
    "so": r"(?!lieu|luong|ket|sach|hieu|hoa|nguoi|tien|va|lan|diem|ngay|don|vu|ho|con|nha|tap|mo|van|de)[a-z]+",
    "phong": r"(?!chong|trao|su|phu|ngua|thu|lu|tranh|canh|quang|benh|hop|phat|tuc|cach|luu)[a-z]+",
    "thuong": "truc(?! sau)|vu",
    "ca": "nhan",
    "tap": "the",
    "nguoi": "dung dau|dai dien|dan|co uy tin",
    "nganh": "[a-z]+",
    "xa|phuong": "doan|[a-z]+,",
}
_ALONE = (
    "trung uong (?:doan|hoi|dang)|cap uy|dang uy vien|cap uy vien|tinh uy vien|dang uy|"
    "dang bo|chi bo|chi uy|chi, dang bo|huyen uy|thanh uy|tinh uy|thi uy|quan uy|dang doan|"
    "van phong|bo phan(?: tham muu| giup viec| thuong truc)?|"
    "uy ban (?:nhan dan|mat tran|mttq|kiem tra|bau cu)|uy ban|ubnd|hdnd|mat tran to quoc|"
    "mat tran|mttq|ubmttq|ubkt|ubbc|tinh doan|huyen doan|thanh doan|lien doan|cong doan|"
    "cong an|quan su|bo doi|trung tam|tram|co quan|don vi|dia phuong|co so|thanh vien|"
    "dong chi|d/c|thu truong|lanh dao|bi thu|pho bi thu|chu tich|pho chu tich|giam doc|"
    "chanh van phong|can bo|dang vien|doan vien|hoi vien|kho bac|chi cuc|cuc|ngan hang|"
    "toa an|vien kiem sat|vksnd|tand|thanh tra|tieu ban|chi hoi|chi doan|cum thi dua|"
    "khoi thi dua|ho gia dinh|nhan dan|nha truong|khu dan cu|tat ca cac|chu dau tu|thi sinh|"
    "tac gia|cong ty|doanh nghiep|giam khao|chinh quyen|hai ban|hai ben|toan the|nhung nguoi|"
    "ban|bao ve|thon|ap|quan uy"
)
_NAMED = "|".join(f"(?:{noun}) (?:{rest})" for noun, rest in _SPECIFIED.items())
_BODY = phrase(rf"(?:(?:cac|moi|tung|toan the|nhung|cho) )?(?:{_NAMED}|(?:{_ALONE})\b)")
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
    (
        r"(?:ubnd|uy ban nhan dan|hdnd|ubmttq|mttq) (?:cac )?(?:cap )?huyen",
        "2025-06-30",
        "cấp huyện",
    ),
    (r"thi tran\b", "2025-06-30", "thị trấn"),
    (r"cap huyen\b", "2025-06-30", "cấp huyện"),
)


def starts_like_body(flat: str) -> bool:
    """Whether folded words begin with the name of a body."""
    return bool(_BODY.match(flat))


def name_start(flat: str, start: int, end: int) -> int | None:
    """Where the noun that names a body ends, if one begins at `start`."""
    found = _BODY.match(flat, start, end)
    return found.end() if found else None


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
