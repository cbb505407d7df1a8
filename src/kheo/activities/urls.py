from django.urls import path, register_converter

from kheo.activities import views
from kheo.activities.converters import ActionConverter
from kheo.activities.views import calendars, hosting

register_converter(ActionConverter, "activity_action")

app_name = "activities"
urlpatterns = [
    path("", views.activity_list, name="list"),
    path("plan/", views.activity_plan, name="plan"),
    path("month/", views.month_entry, name="month_entry"),
    path("month/share/", views.month_share, name="month_share"),
    path("month/slips/", views.month_slips, name="month_slips"),
    path("rotation/", views.rotation, name="rotation"),
    path("rotation/<int:place>/", views.commune_rotation, name="commune_rotation"),
    path("teams/<int:organisation>/", views.teams, name="teams"),
    path("<int:pk>/", views.activity_detail, name="detail"),
    path("<int:pk>/change/", views.activity_change, name="change"),
    path("<int:pk>/log/", views.activity_log, name="log"),
    path("<int:pk>/photo/", views.photo_add, name="photo_add"),
    path("<int:pk>/share/", views.activity_share, name="share"),
    path("<int:pk>/slip/", views.activity_slip, name="slip"),
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
    path("calendar/", calendars.calendar, name="calendar"),
    path("calendar/feeds/", calendars.feeds, name="feeds"),
    path("calendar/feeds/<int:pk>/revoke/", calendars.feed_revoke, name="feed_revoke"),
    path("calendar/<slug:body>/file/", calendars.calendar_file, name="calendar_file"),
    path(
        "calendar/<slug:body>/<int:year>/",
        calendars.calendar_year,
        name="calendar_year",
    ),
    path(
        "calendar/<slug:body>/<int:year>/<int:month>/",
        calendars.calendar_month,
        name="calendar_month",
    ),
    path(
        "calendar/<slug:body>/<int:year>/<int:month>/<int:day>/",
        calendars.calendar_day,
        name="calendar_day",
    ),
    path("feeds/<str:token>.ics", calendars.feed, name="feed"),
    path("<int:pk>/correct-day/", hosting.correct_day, name="correct_day"),
]
