"""Old Word files (.doc, .rtf), turned into .docx by LibreOffice when it is present."""

import tempfile
from pathlib import Path

from . import archive
from .limits import Unreadable, run


def text_of(path: Path) -> str:
    """The text of an old Word file; macros never run in this conversion."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source.doc"
        source.write_bytes(path.read_bytes())
        profile = f"-env:UserInstallation=file://{folder}/profile"
        arguments = [
            profile,
            "--headless",
            "--norestore",
            "--convert-to",
            "docx",
            "--outdir",
            f"{folder}/out",
            str(source),
        ]
        run("soffice", arguments, missing="needs_libreoffice")
        made = Path(folder) / "out" / "source.docx"
        if not made.is_file():
            raise Unreadable("damaged")
        return archive.text_of(made)
