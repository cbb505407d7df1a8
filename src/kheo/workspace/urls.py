from django.urls import path

from kheo.workspace.views import me, work

app_name = "workspace"
urlpatterns = [
    path("", work.home, name="home"),
    path("trail/", work.trail, name="trail"),
    path("me/", me.me, name="me"),
    path("me/password/", me.my_password, name="my_password"),
    path("me/sign-out-everywhere/", me.sign_out_everywhere, name="sign_out_everywhere"),
]
