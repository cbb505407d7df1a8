"""Pictures of a day: added with a caption, seen by those who see the day."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kheo.activities import services
from kheo.activities.forms import PhotoForm
from kheo.activities.models import Activity, Photo
from kheo.activities.queries import own_party
from kheo.core.access import Capability
from kheo.core.http import Request, errors_on, status_of
from kheo.documents.services import store_image, withdraw
from kheo.documents.views import respond


def photo_add(request: Request, pk: int) -> HttpResponse:
    """Take one picture; the cleaning of the image stays outside the transaction."""
    rows = Activity.objects.visible_to(request.actor, Capability.EDIT_ACTIVITIES)
    activity = get_object_or_404(rows.select_related("organisation"), pk=pk)
    form = PhotoForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        now = timezone.now()
        upload = form.cleaned_data["picture"]
        with errors_on(form):
            file = store_image(
                id=form.cleaned_data["client_id"],
                content=upload.read(),
                name=upload.name,
                organisation=own_party(activity, request.actor).organisation,
                actor=request.actor,
                at=now,
                on=activity.on,
            )
            services.add_photo(
                activity,
                client_id=form.cleaned_data["client_id"],
                file=file,
                caption=form.cleaned_data["caption"],
                actor=request.actor,
                at=now,
            )
    if form.is_bound and not form.errors:
        messages.success(request, _("The photo was added."))
        return redirect(activity)
    context = {"form": form, "activity": activity}
    return render(request, "activities/photo_add.html", context, status=status_of(form))


def photo_file(request: Request, pk: int, variant: str) -> HttpResponseBase:
    """The picture itself, for whoever may see the activity."""
    photo = _photo(request, pk)
    return respond(photo.file, variant, request=request)


@require_POST
def photo_remove(request: Request, pk: int) -> HttpResponse:
    """Remove a picture and its stored file."""
    photo = _photo(request, pk)
    activity, file, now = photo.activity, photo.file, timezone.now()
    services.remove_photo(photo, actor=request.actor, at=now)
    withdraw(file, actor=request.actor, at=now, reason="photo removed")
    messages.success(request, _("The photo was removed."))
    return redirect(activity)


def _photo(request: Request, pk: int) -> Photo:
    seen = Activity.objects.visible_to(request.actor)
    photos = Photo.objects.filter(activity__in=seen)
    return get_object_or_404(
        photos.select_related("activity", "file__organisation"), pk=pk
    )
