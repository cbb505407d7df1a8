"""Many people by one table: a trial first, then all of them, then the links to hand out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kheo.accounts import services
from kheo.accounts.forms.people import PeopleTableForm
from kheo.accounts.models import User
from kheo.accounts.queries import is_sample
from kheo.accounts.queries.bodies import every_body
from kheo.accounts.queries.people import Wanted
from kheo.accounts.queries.units import without_reporter
from kheo.accounts.services import Added
from kheo.accounts.tables import (
    MOST_PEOPLE,
    Handout,
    Scope,
    Table,
    as_workbook,
    links_file,
    people_again,
    plain_rows,
    read_people,
    template_file,
)
from kheo.accounts.views.links import address_of
from kheo.accounts.views.people import keeping_or_404
from kheo.core.errors import Conflict, DomainError
from kheo.core.http import Request, sentence_of, status_of
from kheo.core.text import numbers_in
from kheo.organisations.queries import names_on
from kheo.stationery.marking import mark_errors
from kheo.stationery.tables import CellError
from kheo.stationery.workbook import MEDIA_TYPE

ROWS, LINKS = "kheo.accounts.rows", "kheo.accounts.links"
AN_HOUR = 60 * 60
"""How long a trial or a list of links on a page can still be used."""


def table(request: Request) -> HttpResponse:
    """Ask for a table; try it; say what it would do, or every cell that is wrong."""
    scope = Scope.of(keeping_or_404(request))
    if request.method != "POST":
        return _page(request, PeopleTableForm())
    form = PeopleTableForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form)
    content = form.cleaned_data["file"].read()
    try:
        read = read_people(content, day=timezone.localdate(), scope=scope)
        done, errors = _tried(request, read)
    except DomainError as error:
        form.add_error("file", sentence_of(error))
        return _page(request, form)
    if errors and "give_back" in request.POST:
        marked = mark_errors(as_workbook(content), errors)
        return _file(marked, "nguoi-dung-o-sai.xlsx", status=422)
    if errors:
        return _page(request, form, errors=errors)
    rows = _sealed(request, plain_rows(read.people))
    return _page(
        request, PeopleTableForm(), done=done, rows=rows, unfilled=read.unfilled
    )


def _tried(request: Request, read: Table) -> tuple[list[Added], Sequence[CellError]]:
    """What the rows would do, and all errors: those of cells and those of rules."""
    done: list[Added] = []
    errors = read.errors
    try:
        done = services.try_all(
            read.people,
            actor=request.actor,
            at=timezone.now(),
            is_sample=is_sample(),
        )
    except services.RowsRefused as refusal:
        errors = read.errors_of(refusal.errors)
    return done, errors


def _sealed(request: Request, rows: list[list[Any]]) -> str:
    """The rows as the confirming form carries them: for this person, for an hour."""
    return signing.dumps([request.actor.user_id, rows], salt=ROWS, compress=True)


def _opened(request: Request, sealed: str, salt: str) -> Any:
    try:
        owner, held = signing.loads(sealed, salt=salt, max_age=AN_HOUR)
    except signing.BadSignature as error:
        raise Conflict(_("This page is too old. Read the table again.")) from error
    if owner != request.actor.user_id:
        raise Conflict(_("This page is too old. Read the table again."))
    return held


@require_POST
def table_apply(request: Request) -> HttpResponse:
    """Take over what was tried; the links are shown now and never again."""
    keeping_or_404(request)
    rows = _opened(request, request.POST.get("rows", ""), ROWS)
    now = timezone.now()
    try:
        done = services.add_all(
            people_again(rows), actor=request.actor, at=now, is_sample=is_sample()
        )
    except services.RowsRefused as refusal:
        errors = [CellError(f"A{one.line}", one.message) for one in refusal.errors]
        return _page(request, PeopleTableForm(), errors=errors, status=409)
    return _links_page(request, done, now)


def _links_page(request: Request, done: Sequence[Added], at: datetime) -> HttpResponse:
    context = {
        **_links(request, [(one.user, one.token) for one in done if one.token], at),
        "done": done,
        "new": sum(one.is_new for one in done),
        "given": sum(one.has_new_role and not one.is_new for one in done),
        "unchanged": sum(one.is_unchanged for one in done),
    }
    answer = render(request, "accounts/table_links.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
def links_again(request: Request) -> HttpResponse:
    """New links for the people marked on the list: a table, and slips to cut."""
    keeping = keeping_or_404(request)
    marked = set(numbers_in(request.POST.getlist("person")))
    if not marked:
        messages.error(request, _("Mark at least one person."))
        return redirect(f"{reverse('accounts:people')}?state={Wanted.EXPIRED}")
    people, now = list(keeping.people_seen().filter(pk__in=marked)), timezone.now()
    made = services.invite_again(people, actor=request.actor, at=now)
    kept = {one.user.pk for one in made}
    context = {
        **_links(request, [(one.user, one.token) for one in made], now),
        "left": [user for user in people if user.pk not in kept],
    }
    answer = render(request, "accounts/links_again.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _links(
    request: Request, made: Sequence[tuple[User, str]], at: datetime
) -> dict[str, object]:
    """The links as a page shows them, and sealed for the workbook of the same."""
    links = [
        [user.name, user.title, user.username, address_of(request, token)]
        for user, token in made
    ]
    until = services.invitation_ends(at)
    held = [request.actor.user_id, [until.isoformat(), links]]
    return {
        "links": [Handout(*link) for link in links],
        "until": until,
        "sealed": signing.dumps(held, salt=LINKS, compress=True),
    }


@require_POST
def table_links(request: Request) -> HttpResponse:
    """The links that the page shows, as a workbook."""
    keeping_or_404(request)
    until, links = _opened(request, request.POST.get("links", ""), LINKS)
    content = links_file(
        [Handout(*link) for link in links],
        until=datetime.fromisoformat(until),
        on=timezone.localdate(),
        is_sample=is_sample(),
    )
    return _file(content, "duong-dan-tai-khoan.xlsx")


@require_safe
def table_template(request: Request) -> HttpResponse:
    """The empty table, or with a row for each body where nobody can report yet."""
    keeping = keeping_or_404(request)
    lacking = without_reporter(keeping) if "lacking" in request.GET else ()
    bodies = every_body(keeping.day, among=lacking)[:MOST_PEOPLE]
    content = template_file(
        on=keeping.day,
        is_sample=is_sample(),
        scope=Scope.of(keeping),
        lacking=[body.label for body in bodies],
    )
    return _file(content, "mau-danh-sach-nguoi-dung.xlsx")


def _page(
    request: Request,
    form: PeopleTableForm,
    *,
    done: Sequence[Added] = (),
    rows: str = "",
    errors: Sequence[CellError] = (),
    unfilled: int = 0,
    status: int = 0,
) -> HttpResponse:
    names = names_on({one.row.organisation.pk for one in done}, timezone.localdate())
    context = {
        "form": form,
        "done": [(one, names[one.row.organisation.pk]) for one in done],
        "rows": rows,
        "errors": errors,
        "unfilled": unfilled,
        "new": sum(one.is_new for one in done),
        "given": sum(one.has_new_role and not one.is_new for one in done),
        "unchanged": sum(one.is_unchanged for one in done),
    }
    status = status or (422 if errors else status_of(form))
    return render(request, "accounts/table.html", context, status=status)


def _file(content: bytes, name: str, *, status: int = 200) -> HttpResponse:
    response = HttpResponse(content, content_type=MEDIA_TYPE, status=status)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
