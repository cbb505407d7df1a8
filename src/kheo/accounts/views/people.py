"""The people of the site: the list, somebody new, one person."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kheo.accounts import services
from kheo.accounts.forms.people import AddPersonForm, FindPeopleForm, NameForm
from kheo.accounts.models import User
from kheo.accounts.queries import (
    account_of,
    administrators_on,
    bodies_named,
    found_people,
    is_sample,
    people_on_page,
    told_of,
)
from kheo.accounts.queries.history import history_of_account
from kheo.accounts.views.links import link_shown
from kheo.core.access import Capability
from kheo.core.http import Request, errors_on, status_of

A_PAGE = 50
SHORTEST_QUESTION = 2


def require_administrator(request: Request) -> None:
    """These pages are no pages for anybody else."""
    if not request.actor.holds_everywhere(Capability.MANAGE_PEOPLE):
        raise Http404


def person_or_404(request: Request, pk: int) -> User:
    require_administrator(request)
    return get_object_or_404(User.objects.all(), pk=pk)


@require_safe
def people(request: Request) -> HttpResponse:
    """Who has an account, with roles and the state of the account."""
    require_administrator(request)
    day, now = timezone.localdate(), timezone.now()
    form = FindPeopleForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    found = found_people(day=day, at=now, **asked)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    query.pop("mark", None)
    shown = people_on_page(list(page.object_list), day=day, at=now)
    context = {
        "form": form,
        "page": page,
        "people": shown,
        "needs_links": any(one.account.needs_link for one in shown),
        "query": query.urlencode(),
        "all_marked": request.GET.get("mark") == "all",
        "is_narrowed": any(asked.values()),
        "administrators": administrators_on(day).count(),
    }
    return render(request, "accounts/people.html", context, status=status_of(form))


def person_add(request: Request) -> HttpResponse:
    """Somebody new: the account, the first role, and the link, which is shown once."""
    require_administrator(request)
    now = timezone.now()
    form = AddPersonForm(request.POST or None, day=timezone.localdate())
    if form.is_valid():
        with errors_on(form):
            joined = services.add_person(
                actor=request.actor, at=now, is_sample=is_sample(), **form.cleaned_data
            )
    if form.is_bound and not form.errors:
        if joined.token:
            return link_shown(request, joined.user, joined.token, at=now, is_new=True)
        messages.info(
            request, _("This person was added already; the link was shown then.")
        )
        return redirect(joined.user)
    context = {"form": form, "bodies": form.offered}
    return render(request, "accounts/person_add.html", context, status=status_of(form))


@require_safe
def person(request: Request, pk: int) -> HttpResponse:
    """One account: how it stands, which roles, what was done to it."""
    user = person_or_404(request, pk)
    day, now = timezone.localdate(), timezone.now()
    roles = told_of(user.grants.all(), day)
    context = {
        "person": user,
        "account": account_of(user, at=now),
        "held": [one for one in roles if not one.is_past],
        "past": [one for one in roles if one.is_past],
        "history": history_of_account(user, day),
        "is_oneself": user.pk == request.actor.user_id,
        "may_close": may_close(user),
    }
    return render(request, "accounts/person.html", context)


def may_close(user: User) -> bool:
    """Whether somebody else could still administer the accounts."""
    able = administrators_on(timezone.localdate())
    is_one = able.filter(pk=user.pk).exists()
    return not is_one or able.exclude(pk=user.pk).exists()


def person_change(request: Request, pk: int) -> HttpResponse:
    """Correct a name or a title."""
    user = person_or_404(request, pk)
    initial = {"name": user.name, "title": user.title}
    form = NameForm(request.POST or None, initial=initial)
    if form.is_valid():
        with errors_on(form):
            services.change_person(
                user, actor=request.actor, at=timezone.now(), **form.cleaned_data
            )
    if form.is_bound and not form.errors:
        messages.success(request, _("Name and title are saved."))
        return redirect(user)
    context = {"form": form, "person": user}
    return render(
        request, "accounts/person_change.html", context, status=status_of(form)
    )


def person_close(request: Request, pk: int) -> HttpResponse:
    """Say what closing the account means; then close it."""
    user = person_or_404(request, pk)
    if request.method == "POST":
        services.deactivate(user, actor=request.actor, at=timezone.now())
        messages.success(request, _("The account is closed; its sessions have ended."))
        return redirect(user)
    context = {"person": user, "may_close": may_close(user)}
    return render(request, "accounts/person_close.html", context)


@require_POST
def person_reopen(request: Request, pk: int) -> HttpResponse:
    user = person_or_404(request, pk)
    services.reactivate(user, actor=request.actor, at=timezone.now())
    messages.success(request, _("The account is open again."))
    return redirect(user)


@require_POST
def person_unlock(request: Request, pk: int) -> HttpResponse:
    user = person_or_404(request, pk)
    services.unlock(user, actor=request.actor, at=timezone.now())
    messages.success(request, _("The person can try again at once."))
    return redirect(user)


@require_POST
def person_link(request: Request, pk: int) -> HttpResponse:
    """A new one-time link; the older ones are dead from now on."""
    user, now = person_or_404(request, pk), timezone.now()
    token = services.invite(user, actor=request.actor, at=now)
    return link_shown(request, user, token, at=now)


@require_safe
def bodies(request: Request) -> HttpResponse:
    """The bodies that fit what is being typed, to choose from."""
    require_administrator(request)
    text = request.GET.get("organisation", "").strip()
    found = None
    if len(text) >= SHORTEST_QUESTION:
        found = bodies_named(text, timezone.localdate())
    return render(request, "accounts/body_choices.html", {"bodies": found})
