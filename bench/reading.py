"""How fast, how soon and in how much memory a directive is read.

Run from the root of the checkout: `python bench/reading.py`. Figures are processor seconds of
one core, so that a busy machine does not change them much.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

import docx  # noqa: E402 - after the path

from kheo.directives.reading import read  # noqa: E402
from kheo.directives.reading.extract import load  # noqa: E402

TEXTS = ROOT / "tests" / "directives" / "reading" / "texts"
COMMAND = (
    f"import sys; sys.path.insert(0, {str(ROOT / 'src')!r});"
    "from kheo.directives.reading.command import main; sys.exit(main(sys.argv[1:]))"
)


def speed(texts):
    """Kilobytes of UTF-8 a second, the best of five rounds."""
    size = sum(len(text.encode()) for text in texts)
    best = min(_seconds(lambda: [read(text) for text in texts]) for _ in range(5))
    return size / best / 1000


def _seconds(work):
    started = time.process_time()
    work()
    return time.process_time() - started


def start_up(path):
    """Processor seconds of the whole command on a short text, the best of five."""
    seconds = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-c", COMMAND, str(path)], check=True, capture_output=True
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(
            after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        )
    return min(seconds)


def long_word_file(folder, texts):
    """A .docx of about forty pages (2,300 letters a page) of the invented texts."""
    document = docx.Document()
    letters = 0
    while letters < 40 * 2300:
        for text in texts:
            for line in text.split("\n"):
                document.add_paragraph(line)
            letters += len(text)
    path = Path(folder) / "long.docx"
    document.save(str(path))
    return path


def main():
    files = sorted(TEXTS.glob("*.txt"))
    texts = [path.read_text(encoding="utf-8") for path in files]
    with tempfile.TemporaryDirectory() as folder:
        word = long_word_file(folder, texts)
        opened = _seconds(lambda: read(load(word)))
        peak = _peak(word)
    figures = {
        "kilobytes_a_second": round(speed(texts)),
        "kilobytes_a_second_one_long_text": round(speed(["\n".join(texts) * 10])),
        "command_seconds": round(start_up(files[0]), 2),
        "word_file_of_forty_pages_seconds": round(opened, 2),
        "peak_megabytes_word_file": peak,
    }
    print(json.dumps(figures, indent=1))


def _peak(path):
    """The command's own report of its largest size, on the long file."""
    report = (
        "import resource, sys; sys.argv = ['kheo', sys.argv[1]];"
        f"sys.path.insert(0, {str(ROOT / 'src')!r});"
        "from kheo.directives.reading.command import main; main(sys.argv[1:]);"
        "sys.stderr.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))"
    )
    done = subprocess.run(
        [sys.executable, "-c", report, str(path)], check=True, capture_output=True
    )
    return int(done.stderr.split()[-1]) // 1024


if __name__ == "__main__":
    main()
