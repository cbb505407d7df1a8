from django.urls import path

from kheo.insight import views

app_name = "insight"
urlpatterns = [
    path("", views.board, name="board"),
    path("board.<slug:kind>", views.board_file, name="board_file"),
    path(
        "c/<slug:programme>/<int:year>/<slug:period>/<slug:at>/<slug:measure>/",
        views.cell,
        name="cell",
    ),
    path("measure/", views.measure, name="measure"),
    path("measure.<slug:kind>", views.measure_file, name="measure_file"),
    path("rows/", views.entry_rows, name="rows"),
    path("tables/<slug:table>.csv", views.table_file, name="table"),
    path("places/<slug:code>/", views.place, name="place"),
]
