"""Pages of figures."""

from kheo.insight.views.boards import board, board_file, cell
from kheo.insight.views.files import table_file
from kheo.insight.views.maps import commune_map, map_file
from kheo.insight.views.measures import measure, measure_file
from kheo.insight.views.overview import overview, overview_file
from kheo.insight.views.places import place, place_file
from kheo.insight.views.rows import entry_rows, rows_file
from kheo.insight.views.sent import sent, sent_file

__all__ = [
    "board",
    "board_file",
    "cell",
    "commune_map",
    "entry_rows",
    "map_file",
    "measure",
    "measure_file",
    "overview",
    "overview_file",
    "place",
    "place_file",
    "rows_file",
    "sent",
    "sent_file",
    "table_file",
]
