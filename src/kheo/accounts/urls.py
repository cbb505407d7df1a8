from django.contrib.auth.views import LogoutView
from django.urls import path

from kheo.accounts.views import grants, people, signing, tables

app_name = "accounts"
urlpatterns = [
    path("sign-in/", signing.SignIn.as_view(), name="sign_in"),
    path(
        "sign-in/sample/<slug:username>/",
        signing.sign_in_sample,
        name="sign_in_sample",
    ),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("invitation/<str:token>/", signing.invitation, name="invitation"),
    path("people/", people.people, name="people"),
    path("people/add/", people.person_add, name="person_add"),
    path("people/units/", people.units, name="units"),
    path("people/bodies/", people.bodies, name="bodies"),
    path("people/table/", tables.table, name="table"),
    path("people/table/apply/", tables.table_apply, name="table_apply"),
    path("people/table/links/", tables.table_links, name="table_links"),
    path("people/table/template/", tables.table_template, name="table_template"),
    path("people/links/", tables.links_again, name="links_again"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/change/", people.person_change, name="person_change"),
    path("people/<int:pk>/close/", people.person_close, name="person_close"),
    path("people/<int:pk>/reopen/", people.person_reopen, name="person_reopen"),
    path("people/<int:pk>/unlock/", people.person_unlock, name="person_unlock"),
    path("people/<int:pk>/link/", people.person_link, name="person_link"),
    path("people/<int:pk>/roles/add/", grants.grant_add, name="grant_add"),
    path("people/<int:pk>/roles/<int:grant>/end/", grants.grant_end, name="grant_end"),
]
