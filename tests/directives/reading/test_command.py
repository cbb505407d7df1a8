"""`kheo read`: what it prints, what it refuses, in which language."""

import json
from pathlib import Path

import pytest

from kheo.directives.reading import messages
from kheo.directives.reading.command import main
from kheo.directives.reading.extract import limits
from kheo.directives.reading.text import normalise

from .scoring import TEXTS

PLAN = str(TEXTS / "01-party-guidance-2026.txt")
ENGLISH = (
    "The committee shall report to the provincial board before 15 June every year. "
    * 20
)
NOVEL = (
    "Buổi sáng hôm ấy trời mưa nhỏ, cô gái đứng bên hiên nhà nhìn ra con đường đất đỏ. "
    "Anh không nói gì, chỉ cúi đầu bước đi thật chậm như người đang nhớ lại một chuyện cũ. "
) * 20


def test_json_has_the_contract_s_shape(capsysbinary):
    assert main([PLAN, "--json"]) == 0

    printed = json.loads(capsysbinary.readouterr().out)
    assert printed["schema"] == "kheo.directive/1"
    assert list(printed["documents"][0]) == [
        "family",
        "number",
        "symbol",
        "kind",
        "kind_name",
        "issued_on",
        "place",
        "issuer",
        "subject",
        "signatures",
        "citations",
        "addressees",
        "recipients",
        "stamps",
        "outline",
        "obligations",
        "targets",
        "anomalies",
    ]
    assert list(printed["documents"][0]["obligations"][0]) == [
        "kind",
        "actors",
        "receiver",
        "action",
        "due",
        "at",
    ]


def test_text_is_what_offsets_point_into(capsysbinary):
    assert main([PLAN, "--text"]) == 0
    text = capsysbinary.readouterr().out.decode()
    main([PLAN])
    document = json.loads(capsysbinary.readouterr().out)["documents"][0]

    assert text == normalise(text)
    assert [text[a:b] for a, b in (c["at"] for c in document["citations"])] == [
        "399-QĐ/TW",
        "08-CTr/TU",
    ]


@pytest.mark.parametrize(
    ("words", "reason"),
    [(ENGLISH, "not_vietnamese"), (NOVEL, "not_a_directive"), ("1 2 3", "no_text")],
)
def test_what_is_no_directive_is_refused_with_a_sentence(
    tmp_path, capsys, words, reason
):
    path = tmp_path / "file.txt"
    path.write_text(words, encoding="utf-8")

    assert main([str(path), "--lang", "vi"]) == 1

    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == messages.say(f"file.{reason}") + "\n"


def test_sentences_are_vietnamese_unless_the_locale_is_english(
    tmp_path, capsys, monkeypatch
):
    path = tmp_path / "empty.txt"
    path.touch()
    said = []
    for locale, arguments in (
        ("vi_VN.UTF-8", []),
        ("en_GB.UTF-8", []),
        ("vi_VN.UTF-8", ["--lang", "en"]),
    ):
        monkeypatch.setenv("LC_ALL", locale)
        assert main([str(path), *arguments]) == 1
        said.append(capsys.readouterr().err)

    assert said == ["Tệp rỗng.\n", "The file is empty.\n", "The file is empty.\n"]


def test_a_wrong_call_is_two(capsys):
    assert main([]) == 2
    assert main([PLAN, "--json", "--html"]) == 2
    assert main(["--help"]) == 0
    assert "kheo read" in capsys.readouterr().out


def test_every_sentence_exists_in_both_languages():
    for key, sentences in messages._SENTENCES.items():
        assert len(sentences) == 2, key
        assert all(sentences), key
        assert set(_fields(sentences[0])) == set(_fields(sentences[1])), key


def test_every_reason_to_refuse_has_its_sentence():
    source = "".join(
        p.read_text(encoding="utf-8") for p in limits_folder().rglob("*.py")
    )
    named = {
        piece.split('"')[1]
        for piece in source.split("Unreadable(")[1:]
        if piece.lstrip().startswith('"')
    }

    assert {f"file.{key}" for key in named} <= set(messages._SENTENCES)
    assert "locked" in named


def limits_folder():
    return Path(limits.__file__).parents[1]


def _fields(sentence):
    return [piece.split("}")[0].split(":")[0] for piece in sentence.split("{")[1:]]
