from django.urls import path, register_converter

from kheo.reporting import views
from kheo.reporting.converters import ActionConverter

register_converter(ActionConverter, "report_action")

app_name = "reporting"
urlpatterns = [
    path("", views.report_list, name="list"),
    path("desk/", views.desk, name="desk"),
    path("desk/accept/", views.desk_accept, name="desk_accept"),
    path("desk/paper/", views.desk_paper, name="desk_paper"),
    path("desk/summary/", views.summary, name="summary"),
    path("desk/summary/<slug:action>/", views.summary_do, name="summary_do"),
    path("desk/workbook/", views.desk_workbook, name="desk_workbook"),
    path(
        "desk/extend/<slug:programme>/<slug:definition>/<slug:body>/<str:period>/",
        views.desk_extend,
        name="desk_extend",
    ),
    path(
        "begin/<slug:programme>/<slug:definition>/<slug:body>/<str:period>/",
        views.begin,
        name="begin",
    ),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/review/", views.review, name="review"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/form.xlsx", views.fill_file, name="fill_file"),
    path("<int:pk>/form/", views.fill, name="fill"),
    path("<int:pk>/form/<uuid:upload>/", views.fill_check, name="fill_check"),
    path(
        "<int:pk>/form/<uuid:upload>/marked.xlsx",
        views.fill_marked,
        name="fill_marked",
    ),
    path("<int:pk>/pull/<slug:key>/", views.pull, name="pull"),
    path("<int:pk>/side-by-side/", views.consolidation, name="consolidation"),
    path("<int:pk>/extension/", views.extend, name="extend"),
    path("<int:pk>/statement/", views.statement, name="statement"),
    path("<int:pk>/statement/<int:version>/", views.statement, name="statement"),
    path("<int:pk>/print/", views.printed, name="print"),
    path("<int:pk>/report.docx", views.word_file, name="word"),
    path("<int:pk>/report.xlsx", views.workbook_file, name="workbook"),
    path("<int:pk>/paper/", views.issue, name="issue"),
    path("<int:pk>/paper/number/", views.number, name="number"),
    path("<int:pk>/flags/<int:flag>/", views.settle, name="settle"),
    path("<int:pk>/back/<report_action:action>/", views.give_back, name="give_back"),
    path("<int:pk>/do/<report_action:action>/", views.move, name="move"),
]
