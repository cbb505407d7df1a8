from django.urls import path

from kheo.assignments import views

app_name = "assignments"
urlpatterns = [
    path("", views.charge_list, name="list"),
    path("add/", views.charge_add, name="add"),
    path("table/", views.table_page, name="table"),
    path("table/import/", views.table_import, name="table_import"),
    path("<int:pk>/end/", views.charge_end, name="end"),
]
