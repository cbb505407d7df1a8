"""People: the list, the bodies they are of, somebody new, one person."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kheo.accounts import services
from kheo.accounts.forms.people import (
    ALL,
    AddPersonForm,
    FindPeopleForm,
    FindUnitsForm,
    NameForm,
)
from kheo.accounts.models import User
from kheo.accounts.queries import (
    Keeping,
    account_of,
    administrators_on,
    bodies_named,
    found_people,
    is_sample,
    keeping_of,
    people_on_page,
    told_of,
)
from kheo.accounts.queries.history import history_of_account
from kheo.accounts.queries.units import found_units, units_on_page, without_reporter
from kheo.accounts.services.rights import require_kept, require_people
from kheo.accounts.views.links import link_shown
from kheo.core.access import Role
from kheo.core.http import Request, errors_on, status_of

A_PAGE = 50
SHORTEST_QUESTION = 2


def keeping_or_404(request: Request) -> Keeping:
    """What may be looked after; for who looks after nobody these are no pages."""
    keeping = keeping_of(request.actor, timezone.localdate())
    if not (keeping.is_whole or keeping.bodies):
        raise Http404
    return keeping


def person_or_404(keeping: Keeping, pk: int) -> User:
    """Somebody who may be named; that there are others is not told."""
    return get_object_or_404(keeping.people_seen(), pk=pk)


def person_kept(request: Request, pk: int) -> User:
    """Somebody whose account one looks after; 403 for who only may be named."""
    keeping = keeping_or_404(request)
    user = person_or_404(keeping, pk)
    require_kept(request.actor, user, on=keeping.day)
    return user


def person_of_administrator(request: Request, pk: int) -> User:
    """Somebody, for an administrator; 403 for who else may name the person."""
    user = person_or_404(keeping_or_404(request), pk)
    require_people(request.actor)
    return user


@require_safe
def people(request: Request) -> HttpResponse:
    """Who has an account, with roles and the state of the account."""
    keeping, now = keeping_or_404(request), timezone.now()
    form = FindPeopleForm(request.GET, keeping=keeping)
    asked = form.cleaned_data if form.is_valid() else {}
    found = found_people(keeping=keeping, at=now, **asked)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    query.pop("mark", None)
    shown = people_on_page(list(page.object_list), keeping=keeping, at=now)
    context = {
        "form": form,
        "page": page,
        "people": shown,
        "needs_links": any(one.account and one.account.needs_link for one in shown),
        "query": query.urlencode(),
        "all_marked": request.GET.get("mark") == "all",
        "is_narrowed": any(asked.values()),
        "is_lonely": keeping.is_whole and administrators_on(keeping.day).count() == 1,
        "is_whole": keeping.is_whole,
    }
    return render(request, "accounts/people.html", context, status=status_of(form))


@require_safe
def units(request: Request) -> HttpResponse:
    """The bodies whose people one looks after: who is there, and where nobody is yet."""
    keeping = keeping_or_404(request)
    form = FindUnitsForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    lacking = without_reporter(keeping)
    wanted = None if asked.get("show") == ALL else lacking
    found = found_units(keeping, q=asked.get("q", ""), lacking=wanted)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "form": form,
        "page": page,
        "units": units_on_page(list(page.object_list), keeping),
        "query": query.urlencode(),
        "lacking": len(lacking),
        "is_narrowed": bool(asked.get("q")),
    }
    return render(request, "accounts/units.html", context, status=status_of(form))


def person_add(request: Request) -> HttpResponse:
    """Somebody new: the account, the first role, and the link, which is shown once."""
    keeping, now = keeping_or_404(request), timezone.now()
    form = AddPersonForm(
        request.POST or None, keeping=keeping, initial=_asked(request, keeping)
    )
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


def _asked(request: Request, keeping: Keeping) -> dict[str, str]:
    """The body and the role that a link to the empty form names."""
    asked = bodies_named(
        request.GET.get("at", ""), keeping.day, among=keeping.near
    ).the_one
    if asked is None:
        return {}
    return {"organisation": asked.label, "role": str(Role.CLERK)}


@require_safe
def person(request: Request, pk: int) -> HttpResponse:
    """One account: how it stands, which roles, what was done to it.

    Of somebody with roles elsewhere too: the name and the roles that one may end.
    """
    keeping = keeping_or_404(request)
    user = person_or_404(keeping, pk)
    is_kept = keeping.keeps(user)
    roles = told_of(keeping.grants().filter(user=user), keeping.day)
    context = {
        "person": user,
        "is_whole": keeping.is_whole,
        "is_kept": is_kept,
        "account": account_of(user, at=timezone.now()) if is_kept else None,
        "held": [one for one in roles if not one.is_past],
        "past": [one for one in roles if one.is_past],
        "history": history_of_account(user, keeping) if is_kept else [],
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
    user = person_kept(request, pk)
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
    user = person_of_administrator(request, pk)
    if request.method == "POST":
        services.deactivate(user, actor=request.actor, at=timezone.now())
        messages.success(request, _("The account is closed; its sessions have ended."))
        return redirect(user)
    context = {"person": user, "may_close": may_close(user)}
    return render(request, "accounts/person_close.html", context)


@require_POST
def person_reopen(request: Request, pk: int) -> HttpResponse:
    user = person_of_administrator(request, pk)
    services.reactivate(user, actor=request.actor, at=timezone.now())
    messages.success(request, _("The account is open again."))
    return redirect(user)


@require_POST
def person_unlock(request: Request, pk: int) -> HttpResponse:
    user = person_of_administrator(request, pk)
    services.unlock(user, actor=request.actor, at=timezone.now())
    messages.success(request, _("The person can try again at once."))
    return redirect(user)


@require_POST
def person_link(request: Request, pk: int) -> HttpResponse:
    """A new one-time link; the older ones are dead from now on."""
    user, now = person_kept(request, pk), timezone.now()
    token = services.invite(user, actor=request.actor, at=now)
    return link_shown(request, user, token, at=now)


@require_safe
def bodies(request: Request) -> HttpResponse:
    """The bodies that fit what is being typed, to choose from."""
    keeping = keeping_or_404(request)
    text = request.GET.get("organisation", "").strip()
    found = None
    if len(text) >= SHORTEST_QUESTION:
        found = bodies_named(text, keeping.day, among=keeping.near)
    return render(request, "accounts/body_choices.html", {"bodies": found})
