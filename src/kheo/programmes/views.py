"""The programmes in force, one programme with its rules, and what is set for it here."""

from datetime import date

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from kheo.audit.models import AuditEntry
from kheo.audit.queries import history_of
from kheo.core.access import Actor, Capability
from kheo.core.calendar import VIETNAM
from kheo.core.http import Request, errors_on, status_of
from kheo.core.periods import Interval
from kheo.core.text import number_in
from kheo.organisations.models import Organisation
from kheo.organisations.queries import named_on
from kheo.programmes import services
from kheo.programmes.forms import FocalDayForm, KeptHereForm
from kheo.programmes.models import Programme
from kheo.programmes.pack import Pack
from kheo.programmes.queries import (
    deadlines_in,
    focal_days_by,
    keepings_of,
    packs_of,
    programmes_on,
)
from kheo.programmes.regime import YEARS_RECKONED, last_day_of


def programme_list(request: Request) -> HttpResponse:
    """What runs today, and what has run or will."""
    today = timezone.localdate()
    running = programmes_on(today)
    codes = [one.programme.code for one in running]
    others = [
        (programme, packs_of(programme.code)[-1])
        for programme in Programme.objects.exclude(code__in=codes).order_by("code")
    ]
    context = {"running": running, "others": others, "today": today}
    return render(request, "programmes/programme_list.html", context)


def programme_detail(request: Request, code: str) -> HttpResponse:
    """The rules of one version with their sources, and the deadlines of a year."""
    programme = get_object_or_404(Programme.objects.select_related("home"), code=code)
    today = timezone.localdate()
    packs = packs_of(code)
    pack = _version(packs, request.GET.get("version"), today)
    year = _year(request.GET.get("year"), pack, today)
    span = Interval(date(year, 1, 1), date(year + 1, 1, 1))
    context = {
        "programme": programme,
        "pack": pack,
        "packs": packs,
        "year": year,
        "deadlines": deadlines_in(code, span),
        "milestones": [(one, last_day_of(one)) for one in pack.milestones],
        "is_known_year": VIETNAM.is_known(year),
        "may_set_days": bool(request.actor.holds(Capability.REVIEW_REPORTS)),
        "keepings": keepings_of(programme),
        "may_keep": services.may_manage(programme, request.actor),
        "history": _history(programme, request.actor),
    }
    return render(request, "programmes/programme_detail.html", context)


def _history(programme: Programme, actor: Actor) -> QuerySet[AuditEntry]:
    """What happened to the programme itself, and what bodies that one sees did to it."""
    seen = Organisation.objects.visible_to(actor).values("pk")
    own = Q(organisation_id=None) | Q(organisation_id__in=seen)
    return history_of(programme).filter(own)


def focal_days(request: Request, code: str) -> HttpResponse:
    """The earlier days of the bodies one receives reports for; set another."""
    programme = get_object_or_404(Programme, code=code)
    if not request.actor.holds(Capability.REVIEW_REPORTS):
        raise Http404
    today = timezone.localdate()
    pack = _version(packs_of(code), None, today)
    bodies = _receiving(request, today)
    form = FocalDayForm(request.POST or None, pack=pack, bodies=bodies, today=today)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            services.set_focal_day(
                programme, **form.cleaned_data, actor=request.actor, at=timezone.now()
            )
        if not form.errors:
            return redirect("programmes:focal_days", code=code)
    context = {
        "programme": programme,
        "pack": pack,
        "form": form,
        "days": focal_days_by(programme, bodies, today),
    }
    template = "programmes/focal_days.html"
    return render(request, template, context, status=status_of(form))


def kept_here(request: Request, code: str) -> HttpResponse:
    """Since when the reports of each group are kept here; set another day."""
    programme = get_object_or_404(Programme.objects.select_related("home"), code=code)
    if not services.may_manage(programme, request.actor):
        raise Http404
    pack = _version(packs_of(code), None, timezone.localdate())
    form = KeptHereForm(request.POST or None, keepings=keepings_of(programme))
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            services.keep_since(
                programme, form.cleaned_data, actor=request.actor, at=timezone.now()
            )
        if not form.errors:
            messages.success(request, _("Saved since when reports are kept here."))
            return redirect(f"{programme.get_absolute_url()}#kept-here")
    context = {"programme": programme, "pack": pack, "form": form}
    template = "programmes/kept_here.html"
    return render(request, template, context, status=status_of(form))


def _receiving(request: Request, today: date) -> QuerySet[Organisation]:
    """The bodies that exist today and for which this person checks reports."""
    mine = Organisation.objects.visible_to(request.actor, Capability.REVIEW_REPORTS)
    return named_on(today).filter(pk__in=mine).order_by("versions__sort_name", "pk")


def _version(packs: list[Pack], asked: str | None, today: date) -> Pack:
    """The version that begins on the day asked; else the one of today, or the last."""
    if not packs:
        raise Http404
    for pack in packs:
        if asked and pack.valid.start.isoformat() == asked:
            return pack
    if asked:
        raise Http404
    begun = [pack for pack in packs if pack.valid.start <= today]
    return (begun or packs)[-1]


def _year(asked: str | None, pack: Pack, today: date) -> int:
    """The year asked; else this year, kept within the version's own time."""
    year = number_in(asked or "")
    if year is not None and year in YEARS_RECKONED:
        return year
    last = pack.valid.until.year - 1 if pack.valid.until else today.year
    return max(min(today.year, last), pack.valid.start.year)
