"""A site as a new user starts it, and a real browser to walk through it."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from io import BytesIO
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = {"wide": (1440, 900), "phone": (390, 844)}
START_SECONDS = 600
PATIENCE = 12_000
PICTURES = os.environ.get("KHEO_PICTURES")
SAMPLE = "province" if PICTURES else "small"
"""Pictures tell the story of the sample that the tutorial starts; tests need less."""
PICTURE_WIDTH = 960
PICTURE_COLOURS = 96
AXE = {"rules": {"target-size": {"enabled": True}}}
LANDMARKS = ("main", "header", "footer")


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The address of a served sample, started by the command that people use."""
    folder = tmp_path_factory.mktemp("site")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ["serve", "--sample", SAMPLE, "--port", str(port)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("KHEO_")}
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "kheo", *words],
        env=environment | {"KHEO_DATA_DIR": str(folder / "data")},
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    log.close()
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(f"{address}/readyz", process, folder / "log")
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)


def _wait(address, process, log):
    for _second in range(START_SECONDS):
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            pass
        assert process.poll() is None, log.read_text()
        time.sleep(1)
    raise TimeoutError(log.read_text())


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=FLAGS
        )
        yield chromium
        chromium.close()


def keep(picture, path):
    """A picture for the docs: as wide as a page of text, few colours, few bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.open(BytesIO(picture)).convert("RGB")
    if image.width > PICTURE_WIDTH:
        height = round(image.height * PICTURE_WIDTH / image.width)
        image = image.resize((PICTURE_WIDTH, height), Image.Resampling.LANCZOS)
    few = image.quantize(
        PICTURE_COLOURS,
        method=Image.Quantize.MAXCOVERAGE,
        kmeans=2,  # else the grey ground turns pink or blue
        dither=Image.Dither.NONE,
    )
    few.save(path, optimize=True)


class Person:
    """Somebody at a browser: signs in, walks, looks, takes pictures."""

    def __init__(self, browser, site, *, width="wide", language="vi", script=True):
        size = WIDTHS[width]
        self.site, self.width = site, width
        self.context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale=language,
            java_script_enabled=script,
            accept_downloads=True,
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.errors = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._heard)

    def _heard(self, message):
        expected = "Failed to load resource" in message.text
        if message.type == "error" and not expected:
            self.errors.append(message.text)

    def sign_in(self, username):
        self.page.goto(f"{self.site}/accounts/sign-in/")
        form = f'form[action$="/sample/{username}/"] button'
        self.page.locator(form).click()
        self.page.wait_for_load_state()
        return self

    def go(self, path):
        return self.page.goto(f"{self.site}{path}")

    def see(self, name, *, picture=False):
        """The page fits, has its parts, axe finds nothing serious; a picture is kept."""
        overflow = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow <= 0, f"{name}: {overflow} px too wide at {self.width}"
        assert self.page.locator("h1").count() == 1, name
        assert self.page.title().split(" – ")[0].strip(), name
        assert self.page.locator("html").get_attribute("lang") in {"vi", "en"}
        for landmark in LANDMARKS:
            assert self.page.locator(landmark).count() == 1, f"{name}: {landmark}"
        if PICTURES and picture:
            keep(self.page.screenshot(), Path(PICTURES) / f"{name}-{self.width}.png")
        found = Axe().run(self.page, options=AXE).response["violations"]
        serious = [
            (rule["id"], [node["html"][:200] for node in rule["nodes"]][:3])
            for rule in found
            if rule["impact"] in {"serious", "critical"}
        ]
        assert serious == [], name
        assert self.errors == [], name

    def text(self):
        return re.sub(r"\s+", " ", self.page.inner_text("body"))

    def leave(self):
        self.context.close()


@pytest.fixture
def person(browser, site):
    """Make people: `person("dau-moi", width="phone")` is signed in."""
    made = []

    def make(username=None, **said):
        one = Person(browser, site, **said)
        made.append(one)
        return one.sign_in(username) if username else one

    yield make
    for one in made:
        one.leave()
