"""Pages of figures."""

from kheo.insight.views.boards import board, board_file, cell
from kheo.insight.views.files import table_file
from kheo.insight.views.measures import measure, measure_file
from kheo.insight.views.places import place
from kheo.insight.views.rows import entry_rows

__all__ = [
    "board",
    "board_file",
    "cell",
    "entry_rows",
    "measure",
    "measure_file",
    "place",
    "table_file",
]
