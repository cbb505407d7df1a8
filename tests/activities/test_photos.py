"""Pictures of a day: sent twice they are one, and only their own body removes them."""

import re

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from kheo.activities.models import Photo
from tests.activities.make import sign_in
from tests.documents.make import make_image
from tests.village import NOON, make_village, plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def village(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel(NOON, tick=False):
        yield make_village()


def added(client, activity):
    address = f"/activities/{activity.pk}/photo/"
    page = client.get(address).content.decode()
    client_id = re.search(r'name="client_id" value="([^"]+)"', page)[1]
    for _time in range(2):
        file = SimpleUploadedFile("anh.jpg", make_image(), "image/jpeg")
        said = {"client_id": client_id, "caption": "Đoạn đường", "picture": file}
        assert client.post(address, said).status_code == 302
    return Photo.objects.get()


@pytest.mark.parametrize("other", ["cell-b", "xa-1"], ids=["partner", "commune"])
def test_a_photo_is_added_once_and_removed_by_its_own_unit_alone(
    client, village, other
):
    activity = plan(village, partners=["cell-b"])
    sign_in(client, village, "clerk", "cell-a")
    photo = added(client, activity)
    remove = f"/activities/photo/{photo.pk}/remove/now/"
    assert remove in client.get(activity.get_absolute_url()).content.decode()

    sign_in(client, village, "clerk", other)
    page = client.get(activity.get_absolute_url()).content.decode()
    assert "Đoạn đường" in page
    assert remove not in page
    assert client.post(remove).status_code == 403
    assert Photo.objects.filter(pk=photo.pk).exists()

    sign_in(client, village, "clerk", "cell-a", "xa-2")
    assert client.post(remove).status_code == 302
    assert not Photo.objects.exists()
