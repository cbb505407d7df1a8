"""Roles of one person: given, ended."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from kheo.accounts import services
from kheo.accounts.forms.people import EndGrantForm, GrantForm
from kheo.accounts.queries import told_of
from kheo.accounts.views.people import keeping_or_404, person_kept, person_or_404
from kheo.core.http import Request, errors_on, status_of


def grant_add(request: Request, pk: int) -> HttpResponse:
    """Give one more role."""
    keeping, user = keeping_or_404(request), person_kept(request, pk)
    form = GrantForm(request.POST or None, keeping=keeping)
    if form.is_valid():
        with errors_on(form):
            services.grant_role(
                user, actor=request.actor, at=timezone.now(), **form.cleaned_data
            )
    if form.is_bound and not form.errors:
        messages.success(request, _("The role is given."))
        return redirect(user)
    context = {
        "form": form,
        "person": user,
        "bodies": form.offered,
        "is_oneself": user.pk == request.actor.user_id,
    }
    return render(request, "accounts/grant_add.html", context, status=status_of(form))


def grant_end(request: Request, pk: int, grant: int) -> HttpResponse:
    """End a role on a day."""
    keeping, today = keeping_or_404(request), timezone.localdate()
    user = person_or_404(keeping, pk)
    rows = keeping.grants().filter(user=user, valid_to__gt=today).select_related("user")
    row = get_object_or_404(rows, pk=grant)
    form = EndGrantForm(request.POST or None, initial={"on": today})
    if form.is_valid():
        with errors_on(form):
            services.end_grant(
                row, actor=request.actor, at=timezone.now(), **form.cleaned_data
            )
    if form.is_bound and not form.errors:
        messages.success(request, _("The role ends on that day."))
        return redirect(user)
    [told] = told_of(keeping.grants().filter(pk=row.pk), today)
    context = {"form": form, "person": user, "told": told}
    return render(request, "accounts/grant_end.html", context, status=status_of(form))
