"""The live entries behind a figure."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from kheo.core.http import Request
from kheo.insight.pages import days_of, label_of
from kheo.insight.queries.entries import described, entries_behind
from kheo.insight.queries.labels import every_pack, name_of, said, unit_of
from kheo.insight.views.asking import (
    ask_again,
    days_form,
    frame_of,
    kept,
    measure_asked,
    require_figures,
)
from kheo.insight.wording import Scribe
from kheo.ledger.rules import dimensions_of

PER_PAGE = 50


def entry_rows(request: Request) -> HttpResponse:
    """The live entries behind a figure, as far as the actor may see them."""
    require_figures(request.actor)
    asked = measure_asked(request.GET)
    form = days_form(request.GET)
    if not form.is_valid():
        return ask_again(request, form, name_of(asked))
    frame = frame_of(request, form)
    where = _where(request)
    entries = entries_behind(frame, asked, dimensions=where)
    pages = Paginator(entries.order_by("-on", "-pk"), PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    scribe = Scribe()
    words = request.GET.copy()
    words.pop("page", None)
    labels = _value_names()
    context = {
        "form": form,
        "kept": kept(request.GET),
        "frame": frame,
        "days": days_of(frame),
        "measure": asked,
        "name": name_of(asked),
        "unit": unit_of(asked),
        "label": label_of(frame),
        "where": ", ".join(labels.get(pair, pair[1]) for pair in where.items()),
        "page": page,
        "query": words.urlencode(),
        "count": pages.count,
        "lines": [
            (
                line,
                scribe.text(line.entry.amount, line.entry.measure.decimals),
                ", ".join(labels.get(p, p[1]) for p in line.dimensions.items()),
            )
            for line in described(list(page.object_list), request.actor)
        ],
        "measure_href": f"{reverse('insight:measure')}?{frame.query(measure=asked.code)}",
    }
    return render(request, "insight/rows.html", context)


def _where(request: Request) -> dict[str, str]:
    return dimensions_of(request.GET.get("where", ""))


def _value_names() -> dict[tuple[str, str], str]:
    return {
        (dimension.code, value.code): said(value.name)
        for pack in every_pack()
        for dimension in pack.dimensions
        for value in dimension.values
    }
