from django.urls import path

from kheo.workspace import views

app_name = "workspace"
urlpatterns = [
    path("", views.home, name="home"),
    path("trail/", views.trail, name="trail"),
]
