"""Handing out stored bytes, to those who may see the body they belong to."""

from uuid import UUID

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from kheo.core.http import Request
from kheo.documents.models import StoredFile
from kheo.documents.rules import Variant

NO_ACTIVE_CONTENT = "default-src 'none'; sandbox"


@require_safe
def file_detail(
    request: Request, pk: UUID, variant: str = Variant.MAIN
) -> HttpResponseBase:
    """The file for who may see its own body; everyone else, and after withdrawal, 404."""
    files = StoredFile.objects.visible_to(request.actor).kept()
    return respond(get_object_or_404(files, pk=pk), variant, request=request)


def respond(
    file: StoredFile, variant: str = Variant.MAIN, *, request: HttpRequest | None = None
) -> HttpResponseBase:
    """The bytes with safe headers; the caller has already asked who may see them.

    Pictures show in the page, everything else is offered for saving. Browsers keep a
    private copy but ask again each time, so a withdrawn file is gone for them too.
    """
    if variant not in set(Variant) or file.withdrawn_at is not None:
        raise Http404
    shown = Variant(variant)
    if shown is Variant.THUMBNAIL and not file.is_image:
        raise Http404
    etag = quote_etag(f"{file.sha256[:32]}-{shown}")
    response = _not_modified(request, etag) or _whole(file, shown)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = NO_ACTIVE_CONTENT
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _not_modified(request: HttpRequest | None, etag: str) -> HttpResponseBase | None:
    if request is None:
        return None
    return get_conditional_response(request, etag=etag)


def _whole(file: StoredFile, variant: Variant) -> HttpResponseBase:
    try:
        stream = default_storage.open(file.path(variant))
    except FileNotFoundError as error:
        raise Http404 from error
    is_small = variant is Variant.THUMBNAIL
    return FileResponse(
        stream,
        as_attachment=not file.is_image,
        filename=file.name,
        content_type="image/jpeg" if is_small else file.media_type,
    )
