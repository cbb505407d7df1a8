from django.contrib.auth.views import LogoutView
from django.urls import path

from kheo.accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign_in"),
    path(
        "sign-in/sample/<slug:username>/", views.sign_in_sample, name="sign_in_sample"
    ),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("invitation/<str:token>/", views.invitation, name="invitation"),
]
