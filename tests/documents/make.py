"""Bodies, actors and files of every sort, good and bad."""

import io
from datetime import UTC, datetime

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from kheo.core.access import Actor, Capability
from kheo.organisations.models import Organisation

NOON = datetime(2025, 10, 25, 5, 0, tzinfo=UTC)
EDIT = Capability.EDIT_ACTIVITIES
VIEW = Capability.VIEW_ACTIVITIES


def make_organisation(code):
    return Organisation.objects.create(code=code)


def make_actor(*bodies, capabilities=tuple(Capability)):
    reach = dict.fromkeys(capabilities, frozenset(body.pk for body in bodies))
    return Actor(name="Thử", roots=reach, writable=reach, readable=reach)


def make_image(
    width=400, height=300, *, kind="JPEG", exif=None, colour="navy", mode="RGB"
):
    picture = Image.new(mode, (width, height), colour)
    target = io.BytesIO()
    options = {} if exif is None else {"exif": exif}
    picture.save(target, kind, **options)
    return target.getvalue()


def make_located_image():
    """A photo as a telephone writes it: turned, dated, with its place on the map."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010F] = "SecretPhone"
    exif.get_ifd(0x8825)[2] = (22.0, 15.0, 30.0)
    exif.get_ifd(0x8825)[1] = "N"
    return make_image(exif=exif)


def make_pdf(*, pages=1, password="", script="", attachment=b""):
    writer = PdfWriter()
    for __ in range(pages):
        writer.add_blank_page(200, 300)
    if script:
        action = DictionaryObject()
        action[NameObject("/S")] = NameObject("/JavaScript")
        action[NameObject("/JS")] = TextStringObject(script)
        writer.root_object[NameObject("/OpenAction")] = action
    if attachment:
        writer.add_attachment("a.txt", attachment)
    if password:
        writer.encrypt(password)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()
