"""One file that holds the database and the stored files, and the way back."""

import hashlib
import json
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from kheo import __version__

MANIFEST = "manifest.json"
FORMAT = "kheo.backup/1"


class BackupError(Exception):
    """A sentence that says why there is no backup, or why it cannot be restored."""


def write_backup(folder: Path) -> Path:
    """Write database and files into one archive, owner-only; return its path.

    The secret key is not in it: keep `secret_key` apart, in another place.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    at = timezone.now()
    target = folder / f"kheo-{at:%Y%m%d-%H%M%S}.tar"
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        database = _dump(Path(scratch))
        partial = Path(scratch) / target.name
        with tarfile.open(partial, "w") as archive:
            archive.add(database, database.name)
            files = _stored_files()
            for path in files:
                archive.add(path, _inside(path))
            manifest = _manifest(at, database, files)
            described = Path(scratch) / MANIFEST
            described.write_text(json.dumps(manifest, indent=1), "utf-8")
            archive.add(described, MANIFEST)
        partial.chmod(0o600)
        partial.replace(target)
    return target


def restore_backup(source: Path, *, replace: bool) -> dict[str, Any]:
    """Check every digest, then put database and files back; return the manifest.

    Raises `BackupError` and leaves everything as it was for a file that is no backup,
    is damaged, belongs to another kind of database, or where data would be lost.
    """
    if _has_data() and not replace:
        raise BackupError(
            "Cơ sở dữ liệu đang có dữ liệu; thêm --replace để thay thế. / "
            "The database holds data; say --replace to put the backup in its place."
        )
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR) as scratch:
        unpacked = Path(scratch)
        manifest = _unpack(source, unpacked)
        _load(unpacked / manifest["database"])
        _put_files(unpacked / "files")
    return manifest


def _manifest(at: datetime, database: Path, files: list[Path]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": __version__,
        "made_at": at.isoformat(),
        "vendor": connection.vendor,
        "database": database.name,
        "digests": {
            database.name: _digest(database),
            **{_inside(path): _digest(path) for path in files},
        },
    }


def _dump(folder: Path) -> Path:
    if connection.vendor == "sqlite":
        target = folder / "database.sqlite3"
        connection.ensure_connection()
        with closing(sqlite3.connect(target)) as copy:
            connection.connection.backup(copy)
        return target
    target = folder / "database.pgdump"
    _run_tool("pg_dump", "--format=custom", f"--file={target}")
    return target


def _load(dump: Path) -> None:
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(dump)) as copy:
            copy.backup(connection.connection)
    else:
        connection.close()
        _run_tool(
            "pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction",
            f"--dbname={_dsn()}", str(dump), with_dsn=False,
        )  # fmt: skip


def _run_tool(tool: str, *arguments: str, with_dsn: bool = True) -> None:
    path = shutil.which(tool)
    if path is None:
        raise BackupError(
            f"Máy chưa có {tool}; cài gói postgresql-client. / "
            f"{tool} is missing: install the PostgreSQL client."
        )
    words = [path, *([f"--dbname={_dsn()}"] if with_dsn else []), *arguments]
    done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603  our own words
    if done.returncode:
        raise BackupError(f"{tool}: {done.stderr.strip()}")


def _dsn() -> str:
    """The connection as libpq reads it, quoted."""
    fields = {
        "dbname": "NAME",
        "user": "USER",
        "password": "PASSWORD",
        "host": "HOST",
        "port": "PORT",
    }
    values = {name: str(connection.settings_dict[key]) for name, key in fields.items()}
    quoted = {n: v.replace("\\", "\\\\").replace("'", "\\'") for n, v in values.items()}
    return " ".join(f"{name}='{value}'" for name, value in quoted.items() if value)


def _unpack(source: Path, folder: Path) -> dict[str, Any]:
    try:
        with tarfile.open(source) as archive:
            archive.extractall(folder, filter="data")
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, tarfile.TarError, ValueError) as error:
        raise BackupError(
            f"{source} không phải bản sao lưu của Khéo. / {source} is no backup of Khéo."
        ) from error
    if manifest.get("format") != FORMAT or manifest["vendor"] != connection.vendor:
        raise BackupError(
            f"Bản sao lưu là của {manifest.get('vendor')}, cơ sở dữ liệu này là "
            f"{connection.vendor}. / The backup is of another kind of database."
        )
    for name, digest in manifest["digests"].items():
        if not (folder / name).is_file() or _digest(folder / name) != digest:
            raise BackupError(f"{name} bị hỏng trong bản sao lưu. / {name} is damaged.")
    return manifest


def _put_files(folder: Path) -> None:
    root = Path(settings.MEDIA_ROOT)
    kept = root.with_name(root.name + ".before-restore")
    if root.exists():
        shutil.rmtree(kept, ignore_errors=True)
        root.replace(kept)
    if folder.exists():
        shutil.move(folder, root)
    shutil.rmtree(kept, ignore_errors=True)


def _has_data() -> bool:
    tables = connection.introspection.table_names()
    if "accounts_user" not in tables:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM accounts_user")
        (count,) = cursor.fetchone()
    return bool(count)


def _stored_files() -> list[Path]:
    root = Path(settings.MEDIA_ROOT)
    return sorted(p for p in root.rglob("*") if p.is_file()) if root.exists() else []


def _inside(path: Path) -> str:
    return f"files/{path.relative_to(settings.MEDIA_ROOT).as_posix()}"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
