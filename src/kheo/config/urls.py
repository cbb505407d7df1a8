"""Every path of the site, by context."""

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from kheo.config import health

urlpatterns = [
    path("", include("kheo.workspace.urls")),
    path("accounts/", include("kheo.accounts.urls")),
    path("organisations/", include("kheo.organisations.urls")),
    path("plans/", include("kheo.ledger.urls")),
    path("programmes/", include("kheo.programmes.urls")),
    path("assignments/", include("kheo.assignments.urls")),
    path("activities/", include("kheo.activities.urls")),
    path("reports/", include("kheo.reporting.urls")),
    path("insight/", include("kheo.insight.urls")),
    path("search/", include("kheo.search.urls")),
    path("files/", include("kheo.documents.urls")),
    path("language/", login_not_required(set_language), name="set_language"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
]
