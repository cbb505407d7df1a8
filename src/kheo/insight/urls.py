from django.urls import path

from kheo.insight import views

app_name = "insight"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("overview.<slug:kind>", views.overview_file, name="overview_file"),
    path("sent/", views.sent, name="sent"),
    path("sent.<slug:kind>", views.sent_file, name="sent_file"),
    path("board/", views.board, name="board"),
    path("board.<slug:kind>", views.board_file, name="board_file"),
    path(
        "board/c/<slug:programme>/<int:year>/<slug:period>/<slug:at>/<slug:measure>/",
        views.cell,
        name="cell",
    ),
    path("map/", views.commune_map, name="map"),
    path("map.<slug:kind>", views.map_file, name="map_file"),
    path("measure/", views.measure, name="measure"),
    path("measure.<slug:kind>", views.measure_file, name="measure_file"),
    path("rows/", views.entry_rows, name="rows"),
    path("rows.<slug:kind>", views.rows_file, name="rows_file"),
    path("tables/<slug:table>.csv", views.table_file, name="table"),
    path("places/<slug:code>/", views.place, name="place"),
    path("places/<slug:code>/figures.<slug:kind>", views.place_file, name="place_file"),
]
