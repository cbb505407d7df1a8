from django.urls import path

from kheo.organisations import views

app_name = "organisations"
urlpatterns = [
    path("", views.organisation_list, name="list"),
    path("plans/", views.plan_new, name="plan_new"),
    path("plans/apply/", views.plan_apply, name="plan_apply"),
    path("<slug:code>/", views.organisation_detail, name="detail"),
]
