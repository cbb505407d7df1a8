"""The receiver's own report on a window: words, approval, number."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from kheo.core.access import Capability
from kheo.core.errors import DomainError, RuleBroken
from kheo.core.forms import bring_back
from kheo.core.http import Request, errors_on, status_of
from kheo.directives.models import NumberSource
from kheo.directives.queries import numbering_of
from kheo.reporting.forms import NoteForm, NumberForm, SummaryForm, SummaryNumberForm
from kheo.reporting.models import Summary
from kheo.reporting.queries.people import is_own, may_at
from kheo.reporting.queries.summaries import (
    Ground,
    excerpts_below,
    since_approved,
    summary_content,
    summary_of,
    summary_stamp,
)
from kheo.reporting.queries.window_papers import reporting_sentences
from kheo.reporting.services.summaries import (
    approve_summary,
    issue_summary,
    number_summary,
    reopen_summary,
    save_summary,
)
from kheo.reporting.views.frames import Desk, desk_of
from kheo.reporting.workflow import SUMMARY_WORKFLOW, SummaryAction, SummaryState


def summary(request: Request) -> HttpResponse:
    """Write the words beside the figures; take over those of the received reports."""
    found, ground, known = _asked(request)
    is_draft = known is None or known.state == SummaryState.DRAFT
    may_edit = is_draft and _may(request, Capability.EDIT_REPORTS, found)
    content = known.content if known and known.content else None
    if content is None:
        content = summary_content(ground, known.words if known else {})
    excerpts = excerpts_below(ground)
    form = SummaryForm(
        request.POST or None,
        words=content["words"],
        excerpts=excerpts,
        taken=known.taken if known else {},
        initial={"revision": known.revision if known else 0},
    )
    if form.is_bound and not may_edit:
        return _not_now(request, found, is_draft=is_draft)
    if form.is_valid():
        with errors_on(form):
            save_summary(
                ground,
                words=form.texts(),
                taken=form.taken_now(),
                revision=form.cleaned_data["revision"],
                actor=request.actor,
                at=timezone.now(),
            )
        if not form.errors:
            messages.success(request, _("The draft was saved."))
            return redirect(address_of(found))
        if known is not None:
            known.refresh_from_db(fields=["revision"])
            bring_back(form, "revision", known.revision)
    context = {
        "desk": found,
        "summary": known,
        "content": content,
        "since": {} if is_draft else since_approved(ground, content),
        "form": form,
        "may_edit": may_edit,
        "may_review": _may(request, Capability.REVIEW_REPORTS, found),
        "situation": reporting_sentences(content),
        "moves": _moves(request, found, known),
        "stamp": summary_stamp(known.revision, content) if known else "",
        "note_form": NoteForm(),
        "may_number": _may_number(request, found, known),
        "number_form": SummaryNumberForm(
            initial={"number": known.number if known else ""}
        ),
        "counter_form": _counter_form(found),
    }
    return render(request, "reporting/summary.html", context, status=status_of(form))


def summary_do(request: Request, action: str) -> HttpResponse:
    """Approve, reopen, or record the number; always back to the page."""
    if request.method != "POST":
        raise Http404
    found, ground, known = _asked(request)
    if known is None:
        raise Http404
    try:
        text = _done(request, action, ground, known)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, text)
    return redirect(address_of(found))


def address_of(found: Desk) -> str:
    return f"{reverse('reporting:summary')}?{found.query}"


def _done(request: Request, action: str, ground: Ground, known: Summary) -> str:
    actor, now = request.actor, timezone.now()
    if action == SummaryAction.APPROVE:
        seen = request.POST.get("seen", "")
        approve_summary(known, ground, actor=actor, at=now, seen=seen)
        return _("The figures were approved.")
    if action == SummaryAction.REOPEN:
        reopen_summary(known, note=request.POST.get("note", ""), actor=actor, at=now)
        return _("The report is a draft again.")
    if action == "number":
        form: Any = SummaryNumberForm(request.POST)
        if not form.is_valid():
            return _refused(form)
        issue_summary(known, actor=actor, at=now, **form.cleaned_data)
        return _("Number and date were recorded.")
    form = NumberForm(request.POST)
    if not form.is_valid():
        return _refused(form)
    number_summary(known, actor=actor, at=now, **form.cleaned_data)
    return _("The paper was numbered.")


def _refused(form: Any) -> str:
    sentences = [str(one) for errors in form.errors.values() for one in errors]
    raise RuleBroken(" ".join(sentences))


def _asked(request: Request) -> tuple[Desk, Ground, Summary | None]:
    """The desk, its ground and its summary; only for the receiver's own people."""
    today = timezone.localdate()
    found = desk_of(request, today, is_own=True)
    if found is None:
        raise Http404
    ground = Ground.of(found.receiver, found.programme, found.window, today)
    known = summary_of(ground, request.actor)
    if known is None and not is_own(request.actor, found.receiver.pk, today):
        raise PermissionDenied
    return found, ground, known


def _may(request: Request, capability: Capability, found: Desk) -> bool:
    return may_at(request.actor, capability, found.receiver.pk, timezone.localdate())


def _moves(request: Request, found: Desk, known: Summary | None) -> list[Any]:
    if known is None:
        return []
    return SUMMARY_WORKFLOW.available(
        SummaryState(known.state), lambda needed: _may(request, needed, found)
    )


def _may_number(request: Request, found: Desk, known: Summary | None) -> bool:
    is_approved = known is not None and known.state == SummaryState.APPROVED
    return is_approved and _may(request, Capability.EDIT_REPORTS, found)


def _counter_form(found: Desk) -> NumberForm | None:
    """Our own counter, only where the body chose it."""
    if numbering_of(found.receiver).source != NumberSource.KHEO:
        return None
    return NumberForm(initial={"on": timezone.localdate()})


def _not_now(request: Request, found: Desk, *, is_draft: bool) -> HttpResponse:
    if is_draft:
        raise PermissionDenied
    text = _("These figures are approved: reopen the report first.")
    messages.info(request, text)
    return redirect(address_of(found))
