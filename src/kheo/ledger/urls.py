from django.urls import path

from kheo.ledger import views

app_name = "ledger"
urlpatterns = [
    path("", views.plan_new, name="plan_new"),
    path("apply/", views.plan_apply, name="plan_apply"),
]
