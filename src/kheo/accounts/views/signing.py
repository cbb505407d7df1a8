"""Signing in and out, invitations, and the language of the pages."""

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from kheo.accounts import services
from kheo.accounts.forms.signing import PasswordForm, SignInForm
from kheo.accounts.queries import is_sample, sample_accounts
from kheo.accounts.views.carrying import Carried
from kheo.core.errors import Conflict
from kheo.core.http import errors_on, status_of

LOOPBACK = frozenset({"127.0.0.1", "::1"})


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """Django's own view: style.md's functions are for our pages, this one is its."""

    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        context = super().get_context_data(**kwargs)
        context["carried"] = self.request.POST.get("carried", "")
        if _offers_samples(self.request):
            context["sample_accounts"] = sample_accounts()
        return context

    def form_valid(self, form: SignInForm) -> HttpResponse:  # type: ignore[override]  # the form is ours
        login(self.request, form.get_user())
        return _onward(self.request, self.get_success_url())

    def form_invalid(self, form: SignInForm) -> HttpResponse:  # type: ignore[override]  # the form is ours
        return self.render_to_response(self.get_context_data(form=form), status=422)


@require_POST
@login_not_required
def sign_in_sample(request: HttpRequest, username: str) -> HttpResponse:
    """One click, only on a sample site and only from this machine."""
    if not _offers_samples(request):
        raise Http404
    user = get_object_or_404(sample_accounts(), username=username)
    login(request, user, "django.contrib.auth.backends.ModelBackend")
    return _onward(request, settings.LOGIN_REDIRECT_URL)


def signing_in_again(request: HttpRequest, carried: Carried) -> HttpResponse:
    """The page to sign in, with a form that was sent after the session had ended."""
    context = {
        "form": SignInForm(request),
        "carried": carried.sealed(),
        "sample_accounts": sample_accounts() if _offers_samples(request) else (),
    }
    return render(request, "accounts/sign_in.html", context, status=403)


def _onward(request: HttpRequest, target: str) -> HttpResponse:
    """On to the page asked for, or first to the form that waits to be sent again."""
    carried = Carried.read(request.POST.get("carried", ""))
    if carried is None or not carried.is_ours():
        return redirect(target)
    return render(request, "accounts/carried.html", {"carried": carried})


@login_not_required
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Set the first password by the one-time link."""
    now = timezone.now()
    try:
        opened = services.invitation_for(token, at=now)
    except Conflict as error:
        said = {"message": error.message}
        return render(request, "accounts/link_dead.html", said, status=error.status)
    form = PasswordForm(request.POST or None)
    if form.is_valid():
        try:
            with errors_on(form):
                user = services.accept_invitation(token, at=now, **form.cleaned_data)
        except ValidationError as error:
            form.add_error("password", error)
        if not form.errors:
            login(request, user, "django.contrib.auth.backends.ModelBackend")
            return redirect(settings.LOGIN_REDIRECT_URL)
    context = {"form": form, "person": opened.user}
    return render(request, "accounts/invitation.html", context, status=status_of(form))


def _offers_samples(request: HttpRequest) -> bool:
    """Loopback only: a proxy in front would make everybody look local, so none may be."""
    direct = "HTTP_X_FORWARDED_FOR" not in request.META
    return direct and request.META.get("REMOTE_ADDR") in LOOPBACK and is_sample()
