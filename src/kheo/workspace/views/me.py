"""One's own account: what one may do where, the password, every session."""

from django.contrib import messages
from django.contrib.auth import authenticate, logout, update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kheo.accounts import services
from kheo.accounts.models import User
from kheo.accounts.queries import told_of
from kheo.core.http import Request, errors_on, status_of
from kheo.workspace.forms import ChangePasswordForm
from kheo.workspace.queries.people import administrators


@require_safe
def me(request: Request) -> HttpResponse:
    """Who I am here, and what I may do where, in words."""
    return _page(request, ChangePasswordForm())


@require_POST
def my_password(request: Request) -> HttpResponse:
    """Choose another password; other sessions end, this one goes on.

    A wrong old password is counted like one at the door, and locks as that does.
    """
    user, form = _user(request), ChangePasswordForm(request.POST)
    if form.is_valid():
        old = form.cleaned_data["old"]
        if authenticate(request, username=user.username, password=old) is None:
            form.add_error("old", _("The old password is not right."))
    if form.is_valid():
        try:
            with errors_on(form):
                services.change_password(
                    user, actor=request.actor, at=timezone.now(), **form.cleaned_data
                )
        except ValidationError as error:
            form.add_error("password", error)
    if form.errors:
        return _page(request, form)
    update_session_auth_hash(request, user)
    messages.success(
        request, _("The new password is saved; other sessions have ended.")
    )
    return redirect("workspace:me")


@require_POST
def sign_out_everywhere(request: Request) -> HttpResponse:
    """End every session, this one too."""
    user = _user(request)
    services.sign_out_everywhere(user, actor=request.actor, at=timezone.now())
    logout(request)
    messages.success(request, _("You are signed out everywhere."))
    return redirect("accounts:sign_in")


def _page(request: Request, form: ChangePasswordForm) -> HttpResponse:
    user, today = _user(request), timezone.localdate()
    roles = told_of(user.grants.filter(valid_to__gt=today), today)
    context = {
        "form": form,
        "roles": [one for one in roles if one.is_held],
        "to_come": [one for one in roles if one.is_to_come],
        "has_password": user.has_usable_password(),
        "administrators": administrators(today),
    }
    status = status_of(form) if form.is_bound else 200
    return render(request, "workspace/me.html", context, status=status)


def _user(request: Request) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user
