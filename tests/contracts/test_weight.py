"""What a first visit loads beside its page stays small; bench/web.py weighs the whole."""

import gzip
import re
from pathlib import Path
from urllib.parse import urljoin

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from kheo.config.assets import make_fonts
from tests.village import make_user

pytestmark = pytest.mark.django_db
MOST = 160_000
"""Of the 200 kB of a first visit 40 are left to the page itself."""
LOADED = re.compile(r'(?:src|href)="(/static/[^"]+)"')
IN_STYLE = re.compile(r'url\("?([^")]+)"?\)')
PACKED = (".woff2", ".png", ".jpg")


def content_of(address, fonts):
    name = address.removeprefix(settings.STATIC_URL).partition("#")[0]
    made = fonts / name.rsplit("/", 1)[-1]
    if made.exists():
        return made.read_bytes()
    path = finders.find(name)
    assert path, f"{address} is loaded, and not there"
    return Path(path).read_bytes()


def weights(page, fonts):
    """Bytes as they are sent, by address: pages, styles and what these load."""
    waiting, found = LOADED.findall(page), {}
    while waiting:
        address = waiting.pop()
        if address in found:
            continue
        content = content_of(address, fonts)
        is_packed = address.endswith(PACKED)
        found[address] = len(content) if is_packed else len(gzip.compress(content, 6))
        if address.endswith(".css"):
            links = IN_STYLE.findall(content.decode())
            waiting += [urljoin(address, s) for s in links if not s.startswith("data:")]
    return found


def test_styles_script_and_fonts_of_a_first_visit_weigh_little(client, tmp_path):
    make_fonts(tmp_path)
    client.force_login(make_user())

    found = weights(client.get("/").content.decode(), tmp_path)

    kinds = {address.rsplit(".", 1)[-1] for address in found}
    assert {"css", "js", "woff2"} <= kinds
    assert sum(found.values()) <= MOST, found
