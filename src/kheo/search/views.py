"""The page of what was found."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode

from kheo.core.http import Request, render_part
from kheo.search.queries import Kind, find, find_one
from kheo.search.rules import LONGEST, Asked, asked


def search(request: Request) -> HttpResponse:
    """Everything that answers `q`, or one kind of it page by page."""
    question = asked(request.GET.get("q", ""))
    kind = request.GET.get("kind", "")
    if kind in set(Kind) and not question.is_empty:
        return _one(request, question, Kind(kind))
    found = find(question, request.actor, on=timezone.localdate())
    context = {"asked": question, "found": found, "longest": LONGEST}
    return render_part(request, "search/search.html", "results", context)


def _one(request: Request, question: Asked, kind: Kind) -> HttpResponse:
    page = request.GET.get("page", "1")
    answer = find_one(question, kind, request.actor, on=timezone.localdate(), page=page)
    context = {
        "asked": question,
        "answer": answer,
        "page": answer.page,
        "query": urlencode({"q": question.text, "kind": kind}),
        "longest": LONGEST,
    }
    return render(request, "search/kind.html", context)
