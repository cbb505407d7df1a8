"""Loaded before the settings are: tests have a data folder and a secret of their own."""

import os
import tempfile
from pathlib import Path

FOLDER = os.environ.setdefault("KHEO_DATA_DIR", tempfile.mkdtemp(prefix="kheo-tests-"))
os.environ.setdefault("KHEO_SECRET_KEY", "only for tests")
(Path(FOLDER) / "static").mkdir(parents=True, exist_ok=True)
