"""The board: a programme's figures at a glance, by the bodies below one's own."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from kheo.core.http import Request
from kheo.insight.pages import board_page, label_of, sheet_of, unallocated_words
from kheo.insight.queries.boards import board_of
from kheo.insight.queries.series import breaks_below
from kheo.insight.queries.windows import windows_of
from kheo.insight.views.asking import days_form, frame_of, require_figures
from kheo.insight.views.choosing import absence_of, chosen, homes, path_of
from kheo.insight.views.files import file_of
from kheo.insight.views.overview import title_of
from kheo.insight.wording import listed_days


def board(request: Request) -> HttpResponse:
    """Measures by children, for one window of one programme."""
    found = chosen(request)
    frame, window = found.frame, found.window
    if frame is None or window is None:
        context: dict[str, object] = {"form": found.form, "tab": "board"}
        return render(request, "insight/board.html", context, status=found.status)
    period = {"year": str(window.period.year), "period": window.code}
    page = board_page(frame, board_of(frame), period)
    context = {
        "form": found.form,
        "frame": frame,
        "page": page,
        "tab": "board",
        "query": request.GET.urlencode(),
        "label": label_of(frame),
        "path": path_of(request, frame),
        "homes": homes(request, frame),
        "absence": absence_of(request, frame),
        "title": title_of(window),
        "reorganised": listed_days(breaks_below(frame, frame.interval)),
        "unallocated": unallocated_words(page),
        "excel": f"{reverse('insight:board_file', args=['xlsx'])}?{frame.query()}",
        "csv": f"{reverse('insight:board_file', args=['csv'])}?{frame.query()}",
    }
    return render(request, "insight/board.html", context)


def board_file(request: Request, kind: str) -> HttpResponse:
    """The same table as Excel or CSV."""
    form = days_form(request.GET)
    if not form.is_valid():
        raise Http404
    frame = frame_of(request, form)
    sheet = sheet_of(frame, board_page(frame, board_of(frame)))
    return file_of(sheet, kind, f"{frame.at.code}-{frame.interval.last}")


def cell(
    request: Request, programme: str, year: int, period: str, at: str, measure: str
) -> HttpResponse:
    """From the short address of a cell to the measure's page."""
    require_figures(request.actor)
    found = [w for w in windows_of(programme, year) if w.code == period]
    if not found:
        raise Http404
    words = {
        "measure": measure,
        "at": at,
        "from": found[0].interval.start.isoformat(),
        "to": found[0].interval.last.isoformat(),
        "programme": programme,
        "structure": request.GET.get("structure", ""),
    }
    asked = urlencode({name: word for name, word in words.items() if word})
    return redirect(f"{reverse('insight:measure')}?{asked}")
