"""Paths of the programmes' pages."""

from django.urls import path

from kheo.programmes import views

app_name = "programmes"
urlpatterns = [
    path("", views.programme_list, name="list"),
    path("<slug:code>/", views.programme_detail, name="detail"),
    path("<slug:code>/days/", views.focal_days, name="focal_days"),
    path("<slug:code>/kept/", views.kept_here, name="kept_here"),
]
