"""Every setting that an operator can make, read from the environment with its type."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

TRUE = frozenset({"1", "true", "yes", "on"})
OWNER_ONLY_FOLDER = 0o700
OWNER_ONLY_FILE = 0o600


@dataclass(frozen=True, slots=True)
class Environment:
    """Typed access to one mapping of variables; names start with `KHEO_`."""

    variables: Mapping[str, str]

    def text(self, name: str, default: str = "") -> str:
        return self.variables.get(f"KHEO_{name}", default).strip()

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.text(name)
        return value.lower() in TRUE if value else default

    def number(self, name: str, default: int) -> int:
        value = self.text(name)
        if not value:
            return default
        try:
            return int(value)
        except ValueError as error:
            raise SystemExit(
                f"KHEO_{name} must be a whole number, not “{value}”."
            ) from error

    def words(self, name: str, default: str = "") -> list[str]:
        return [w.strip() for w in self.text(name, default).split(",") if w.strip()]

    def folder(self, name: str) -> Path | None:
        """An existing folder to read from; `None` where none is named."""
        value = self.text(name)
        if not value:
            return None
        path = Path(value).expanduser().resolve()
        if not path.is_dir():
            raise SystemExit(
                f"KHEO_{name}: không có thư mục {path}. / There is no folder {path}."
            )
        return path

    def data_dir(self) -> Path:
        """The folder of everything that stays, made for its owner only."""
        folder = Path(self.text("DATA_DIR") or "var").expanduser().resolve()
        try:
            folder.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
        except OSError as error:
            raise SystemExit(
                f"Không ghi được vào thư mục dữ liệu {folder} ({error.strerror}). "
                "Hãy đặt KHEO_DATA_DIR tới một thư mục ghi được.\n"
                f"Cannot write to the data folder {folder}: "
                "set KHEO_DATA_DIR to a folder you may write to."
            ) from error
        return folder

    def secret_key(self, folder: Path) -> str:
        """The given secret, or the one made at first start and kept for the owner."""
        if given := self.text("SECRET_KEY"):
            return given
        path = folder / "secret_key"
        if not path.exists():
            _write_secret(path)
        return path.read_text("ascii").strip()


def _write_secret(path: Path) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        handle = os.open(path, flags, OWNER_ONLY_FILE)
    except FileExistsError:
        return  # another process of the same start was quicker; its secret holds
    except OSError as error:
        raise SystemExit(
            f"Không ghi được vào thư mục dữ liệu {path.parent} ({error.strerror}). "
            "Hãy đặt KHEO_DATA_DIR tới một thư mục ghi được.\n"
            f"Cannot write to the data folder {path.parent}: "
            "set KHEO_DATA_DIR to a folder you may write to."
        ) from error
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(64))
