"""Names and titles of those who sign.

A name is two to six words with capitals, after a rank or degree perhaps; in capitals
throughout only when it begins with one of the commonest surnames. A title is a capacity in
folded form: "phó bí thư", "chủ tịch", "trưởng ban" …
"""

import re

from .text import fold, is_capitals, squeeze

TITLE_WORDS = (
    r"(?:q\.\s*)?(?:pho\s+|uy\s+vien\s+)?(?:truong\s+ban|truong\s+tieu\s+ban|chu\s+tich|bi\s+thu|giam\s+doc|chanh\s+van\s+phong|"
    r"truong\s+phong|tong\s+bi\s+thu|thu\s+truong|bo\s+truong|thu\s+tuong|chu\s+nhiem|hieu\s+truong|"
    r"tong\s+giam\s+doc|chanh\s+thanh\s+tra|truong\s+doan|cuc\s+truong|chi\s+cuc\s+truong|chu\s+toa|thu\s+ky|"
    r"chi\s+huy\s+truong|chinh\s+uy|chinh\s+tri\s+vien|uy\s+vien|to\s+truong|pho\s+chanh|chanh\s+an|vien\s+truong|"
    r"tong\s+bien\s+tap|truong\s+thon|vu\s+truong|tong\s+thu\s+ky|truong\s+cong\s+an|dai\s+dien)"
)
TITLE = re.compile(TITLE_WORDS)
_LETTERS = [
    chr(c) for c in (*range(0x41, 0x250), *range(0x1EA0, 0x1EFA)) if chr(c).isalpha()
]
UPPER = "".join(c for c in _LETTERS if c.isupper())
_LOWER = "".join(c for c in _LETTERS if c.islower())
_RANK = r"(?:(?:TS|ThS|PGS|GS|BS|CN|KS|NGƯT|LM|Thiếu tướng|Trung tướng|Đại tá|Thượng tá|Trung tá|Thiếu tá|Đại úy|Thượng úy|Ông|Bà)\.?\s+)*"
GIVEN = rf"[{UPPER}][{_LOWER}]*(?:['’\-][{UPPER}]?[{_LOWER}]+)?"
_NAME = re.compile(rf"{_RANK}({GIVEN}(?:\s+{GIVEN}){{1,5}})")
_TRAILING_NAME = re.compile(
    rf"^(?P<before>[^{_LOWER}]*[{UPPER}]{{2}}[^{_LOWER}]*?)\s+{_RANK}(?P<name>[{UPPER}][{_LOWER}]+(?:\s+{GIVEN}){{1,5}})$"
)
_NOT_NAMES = re.compile(
    r"(?:da ky|ky boi|nguoi ky|noi nhan|cac tin|tin |bai |chu ky|phu luc|kem theo|ngay |so |"
    r"luu |dong chi|trang |thoi gian|"
    r"cong hoa|doc lap|dang cong|mau |bieu |danh sach|truong |pho |chu tich|bi thu|giam doc|"
    r"uy ban|ban |so |hoi |van phong|"
    r"ho va ten|ho ten|noi dung|ghi chu|ke hoach|bao cao|hanh phuc|chanh |co quan|email|ha noi|"
    r"tong |nghi quyet|viet nam|lien he|xem |tai ve|van ban)"
)
SURNAMES = frozenset(
    [
        "nguyen",
        "tran",
        "le",
        "pham",
        "hoang",
        "huynh",
        "phan",
        "vu",
        "vo",
        "dang",
        "bui",
        "do",
        "ho",
        "ngo",
        "duong",
        "ly",
        "trinh",
        "dinh",
        "mai",
        "ha",
        "truong",
        "lam",
        "luong",
        "dao",
        "doan",
        "vuong",
        "to",
        "thai",
        "chu",
        "la",
        "quach",
        "cao",
        "trieu",
        "lo",
        "vi",
        "nong",
        "ma",
        "be",
        "hua",
        "giang",
        "tong",
        "luu",
        "khong",
        "chau",
        "y",
        "k",
        "ksor",
        "rmah",
        "sung",
        "giang",
        "vang",
        "thao",
        "phung",
        "ta",
        "cam",
        "lu",
        "hau",
        "tang",
        "kieu",
        "thach",
        "danh",
        "son",
        "kim",
        "diep",
        "mac",
        "quan",
        "khuat",
        "nghiem",
        "tieu",
        "ung",
        "bach",
        "chau",
        "dam",
        "ninh",
        "than",
        "phi",
        "lai",
        "lo",
        "sam",
        "hoa",
        "au",
        "tien",
        "an",
    ]
)


def name_at_end(shown: str) -> re.Match[str] | None:
    found = _TRAILING_NAME.match(squeeze(shown))
    return found if found and not _NOT_NAMES.match(fold(found["name"])) else None


def name_in(shown: str) -> str | None:
    """The person's name a line consists of."""
    words = squeeze(shown).strip(" .,*")
    found = _NAME.fullmatch(words)
    if found is None or _NOT_NAMES.match(fold(words)) or is_capitals(words):
        return None
    return found[1]


def name_in_capitals(shown: str) -> str | None:
    words = squeeze(shown).strip(" .,*")
    parts = fold(words).split()
    plausible = (
        2 <= len(parts) <= 5 and parts[0] in SURNAMES and not TITLE.match(fold(words))
    )
    return (
        words
        if plausible and is_capitals(words) and words.replace(" ", "").isalpha()
        else None
    )
