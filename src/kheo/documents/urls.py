from django.urls import path

from kheo.documents import views

app_name = "documents"
urlpatterns = [
    path("<uuid:pk>/", views.file_detail, name="file"),
    path("<uuid:pk>/<slug:variant>/", views.file_detail, name="variant"),
]
