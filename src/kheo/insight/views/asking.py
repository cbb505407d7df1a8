"""From an address to a frame: what is not visible does not exist."""

from datetime import date

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from kheo.core.access import Actor
from kheo.core.http import Request
from kheo.core.periods import Interval
from kheo.insight.forms import ON_DAY, DaysForm
from kheo.insight.queries.frames import RECORDED_WORD, TODAY_WORD, Frame
from kheo.insight.queries.scope import SEE
from kheo.ledger.models import Measure
from kheo.ledger.queries import measure_of
from kheo.organisations.models import Organisation
from kheo.programmes.models import Programme

KEPT = ("measure", "at", "programme", "where")
"""What the filters of a page carry along unseen."""


def require_figures(actor: Actor) -> None:
    """Who may see no figures at all finds no such page."""
    if not actor.holds(SEE):
        raise Http404


def days_form(data: QueryDict) -> DaysForm:
    """The filters as the address has them; a day may stand for the structure."""
    return DaysForm(spelt(data))


def frame_of(request: Request, form: DaysForm) -> Frame:
    """The frame that a valid form names; 404 for bodies out of sight."""
    require_figures(request.actor)
    interval: Interval = form.cleaned_data["interval"]
    return require_visible(
        Frame(
            actor=request.actor,
            at=get_object_or_404(Organisation, code=request.GET.get("at", "")),
            interval=interval,
            today=timezone.localdate(),
            programme=programme_of(request.GET),
            structure=form.cleaned_data["look"],
        )
    )


def require_visible(frame: Frame) -> Frame:
    if not (frame.is_visible and frame.is_restatable):
        raise Http404
    return frame


def programme_of(data: QueryDict) -> str | None:
    code = data.get("programme", "")
    if code and not Programme.objects.filter(code=code).exists():
        raise Http404
    return code or None


def measure_asked(data: QueryDict) -> Measure:
    try:
        return measure_of(data.get("measure", ""))
    except Measure.DoesNotExist as error:
        raise Http404 from error


def ask_again(request: Request, form: DaysForm, title: str) -> HttpResponse:
    """Only the filters, with what is wrong beside the field."""
    context = {"form": form, "kept": kept(request.GET), "title": title}
    return render(request, "insight/ask.html", context, status=422)


def kept(data: QueryDict) -> list[tuple[str, str]]:
    return [(name, str(data[name])) for name in KEPT if data.get(name)]


def spelt(data: QueryDict) -> dict[str, str]:
    """Addresses write a day where the form has a choice and a day."""
    words = {name: str(data.get(name, "")) for name in data}
    asked = words.get("structure") or RECORDED_WORD
    if asked not in (RECORDED_WORD, TODAY_WORD, ON_DAY) and _is_day(asked):
        words["on"], asked = asked, ON_DAY
    return words | {"structure": asked}


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
