"""What happens to a text on its way to a reader, without changing what it says."""

import re
import textwrap
import unicodedata

OLD_AND_NEW = (
    ("òa", "oà"),
    ("óa", "oá"),
    ("ỏa", "oả"),
    ("õa", "oã"),
    ("ọa", "oạ"),
    ("ủy", "uỷ"),
    ("úy", "uý"),
    ("ùy", "uỳ"),
    ("ụy", "uỵ"),
    ("ũy", "uỹ"),
    ("óe", "oé"),
    ("ỏe", "oẻ"),
)


def wrapped(width):
    def wrap(text):
        lines = text.split("\n")
        return "\n".join(
            textwrap.fill(line, width)
            if len(line) > width and "|" not in line and "   " not in line
            else line
            for line in lines
        )

    return wrap


def new_tone_marks(text):
    for old, new in OLD_AND_NEW:
        text = re.sub(rf"{old}(?!\w)", new, text)
        text = re.sub(rf"{old.upper()}(?!\w)", new.upper(), text)
    return text


def bold_inside_words(text):
    """Marks as converters leave them: inside every fifth word."""
    words = re.split(r"(?<=\s)(?=\w)", text)
    return "".join(
        re.sub(r"^(\w)(\w{2})", r"\1**\2**", word) if number % 5 == 0 else word
        for number, word in enumerate(words)
    )


def page_numbers(text):
    lines = []
    for number, line in enumerate(text.split("\n")):
        if number and number % 25 == 0:
            lines += ["", str(number // 25 + 1), ""]
        lines.append(line)
    return "\n".join(lines)


def pages_inside_sentences(text):
    lines, before = [], ""
    for number, line in enumerate(wrapped(74)(text).split("\n")):
        if number > 20 and number % 25 == 0 and line and before:
            lines += ["", f"Trang {number // 25 + 1}/9", ""]
        lines.append(line)
        before = line
    return "\n".join(lines)


def misread_ones(text):
    return re.sub(r"(?<![\d\w])1(?=\d[/ ])", "l", text)


MUTATIONS = {
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "carriage returns": lambda text: text.replace("\n", "\r\n"),
    "en dashes": lambda text: text.replace("-", "–"),
    "non-breaking hyphens": lambda text: text.replace("-", "‑"),
    "non-breaking spaces": lambda text: re.sub(r"(?<=\w) (?=\w)", "\u00a0", text),
    "zero-width spaces": lambda text: text.replace("a", "a\u200b"),
    "new tone marks": new_tone_marks,
    "wrapped at 74": wrapped(74),
    "wrapped at 90": wrapped(90),
    "bold inside words": bold_inside_words,
    "page numbers": page_numbers,
    "pages inside sentences": pages_inside_sentences,
    "blank lines": lambda text: re.sub(r"\n(?=\S)", "\n\n", text),
    "eth for d with stroke": lambda text: text.replace("Đ", "Ð"),
    "letters for ones": misread_ones,
}
