"""`kheo read FILE [--json|--text|--html]`: exit 0, 1 when the file cannot be read, 2 for a
wrong call.
"""

import argparse
import json
import os
import sys
from itertools import pairwise
from pathlib import Path

from . import messages
from .evidence import check_evidence
from .extract import Unreadable, load
from .page import page_of
from .reader import read


def main(argv: list[str]) -> int:
    """Read one file and print what it says; never raises for a bad file."""
    language = _language(argv)
    parser = _parser(language)
    try:
        options = parser.parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    path = Path(options.file)
    try:
        text = load(path)
        reading = read(text, language=language)
        if not options.text:
            check_evidence(reading)
    except Unreadable as error:
        sys.stderr.write(
            messages.say(f"file.{error.key}", language, **error.values) + "\n"
        )
        return 1
    except OSError as error:
        sys.stderr.write(f"{path.name}: {error.strerror}\n")
        return 1
    if options.text:
        return _write(reading.text)
    if options.html:
        return _write(page_of(reading, name=path.name, language=language))
    return _write(json.dumps(reading.as_json(), ensure_ascii=False, indent=1) + "\n")


def _language(argv: list[str]) -> str:
    """`--lang` before the parser exists, for its own words; else the locale."""
    chosen = next((b for a, b in pairwise(argv) if a == "--lang"), "")
    return chosen if chosen in messages.LANGUAGES else messages.language_of(os.environ)


def _parser(language: str) -> argparse.ArgumentParser:
    def said(key: str) -> str:
        return messages.say(f"command.{key}", language)

    parser = argparse.ArgumentParser(
        prog="kheo read", description=said("description"), add_help=False
    )
    parser.add_argument("file", help=said("file"))
    forms = parser.add_mutually_exclusive_group()
    for name in ("json", "text", "html"):
        forms.add_argument(f"--{name}", action="store_true", help=said(name))
    parser.add_argument("--lang", choices=messages.LANGUAGES, help=said("lang"))
    parser.add_argument("-h", "--help", action="help", help=said("help"))
    return parser


def _write(words: str) -> int:
    """Print as UTF-8 whatever the terminal's encoding; a closed pipe is not an error."""
    try:
        sys.stdout.buffer.write(words.encode("utf-8", "replace"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
