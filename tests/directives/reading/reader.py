"""`kheo read FILE --json` without installing the package: for the scorer."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "src"))

from kheo.directives.reading.command import main

if __name__ == "__main__":
    sys.exit(main([*sys.argv[1:], "--json"]))
