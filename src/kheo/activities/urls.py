from django.urls import path, register_converter

from kheo.activities import views
from kheo.activities.converters import ActionConverter
from kheo.activities.views import hosting

register_converter(ActionConverter, "activity_action")

app_name = "activities"
urlpatterns = [
    path("", views.activity_list, name="list"),
    path("plan/", views.activity_plan, name="plan"),
    path("<int:pk>/", views.activity_detail, name="detail"),
    path("<int:pk>/change/", views.activity_change, name="change"),
    path("<int:pk>/log/", views.activity_log, name="log"),
    path("<int:pk>/photo/", views.photo_add, name="photo_add"),
    path("<int:pk>/roster/", views.roster, name="roster"),
    path("<int:pk>/<activity_action:action>/", views.activity_move, name="move"),
    path("photo/<int:pk>/<slug:variant>/", views.photo_file, name="photo"),
    path("photo/<int:pk>/remove/now/", views.photo_remove, name="photo_remove"),
    path("codes/", views.household_codes, name="codes"),
    path("room/", hosting.room, name="room"),
    path("hosting/", hosting.hosting, name="hosting"),
    path("hosting/<slug:body>/limits/", hosting.limits, name="host_limits"),
    path(
        "hosting/<slug:body>/limits/<int:pk>/drop/",
        hosting.limit_drop,
        name="host_limit_drop",
    ),
    path(
        "hosting/<slug:body>/<int:year>/<int:month>/",
        hosting.month_page,
        name="host_month",
    ),
    path(
        "hosting/<slug:body>/<int:year>/<int:month>/confirm/",
        hosting.month_confirm,
        name="host_confirm",
    ),
    path("<int:pk>/correct-day/", hosting.correct_day, name="correct_day"),
]
