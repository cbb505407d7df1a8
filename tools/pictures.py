"""Every page as every role, at both widths and in both languages, as pictures.

    python tools/pictures.py http://127.0.0.1:8000 FOLDER [--as USER …] [--only WORD …]

Walks the links of a running sample from each account's first page, takes one page of
each kind, writes a picture and what axe, the width and the console say of it. The
last line says how many pages have something serious; the exit code too.
"""

import argparse
import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urldefrag, urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Error, Page, sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
WIDTHS = {"wide": (1440, 900), "phone": (390, 844)}
LEFT_OUT = re.compile(
    r"\.(xlsx|docx|pdf|csv|json|ics|zip|png|jpg)$|/(export|word|excel)/"
)
ADDRESSES = (
    "links => links.map(one => new URL(one.getAttribute('href'), location).href)"
)
"""Of links in charts too, whose `href` is no text."""
MOST_KINDS = 60
SERIOUS = {"serious", "critical"}


@dataclass
class Seen:
    """What one page looked like in one way."""

    name: str
    address: str
    problems: list[str] = field(default_factory=list)


def kind_of(path: str) -> str:
    """The page's kind: its path without the numbers and codes that say which one."""
    return re.sub(r"/[^/]*[\d_-][^/]*", "/n", path).strip("/") or "home"


def sign_in(page: Page, site: str, username: str) -> None:
    page.goto(f"{site}/accounts/sign-in/")
    page.locator(f'form[action$="/sample/{username}/"] button').click()
    page.wait_for_load_state()


def accounts(page: Page, site: str) -> list[str]:
    page.goto(f"{site}/accounts/sign-in/")
    forms = page.locator('form[action*="/sample/"]').evaluate_all(
        "forms => forms.map(form => form.getAttribute('action'))"
    )
    return [action.rstrip("/").rsplit("/", 1)[-1] for action in forms]


def kinds(page: Page, site: str) -> dict[str, str]:
    """One address for each kind of page that links lead to."""
    found: dict[str, str] = {"home": "/"}
    waiting = ["/"]
    while waiting and len(found) < MOST_KINDS:
        if not _opens(page, site + waiting.pop(0)):
            continue
        for link in _links(page, site):
            kind = kind_of(urlsplit(link).path)
            if kind not in found:
                found[kind] = link
                waiting.append(link)
    return found


def _opens(page: Page, address: str) -> bool:
    """Whether the address is a page; a download is none."""
    try:
        answer = page.goto(address)
    except Error:
        return False
    return answer is not None and "html" in answer.headers.get("content-type", "")


def _links(page: Page, site: str) -> list[str]:
    hrefs = page.locator("a[href]").evaluate_all(ADDRESSES)
    ours = [urldefrag(one).url for one in hrefs if one.startswith(site)]
    paths = [one.removeprefix(site) for one in ours]
    return [one for one in paths if not LEFT_OUT.search(urlsplit(one).path)]


def problems(page: Page) -> list[str]:
    """What a person would stumble over, in words; empty when all is well."""
    wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    found = [f"{wide} px too wide"] if wide > 0 else []
    heads = page.locator("h1").count()
    if heads != 1:
        found.append(f"{heads} h1")
    for rule in Axe().run(page).response["violations"]:
        if rule["impact"] in SERIOUS:
            found += [f"{rule['id']}: {node['html'][:160]}" for node in rule["nodes"]]
    return found


def walk(
    browser: Browser, site: str, folder: Path, username: str, only: list[str]
) -> list[Seen]:
    seen = []
    found: dict[str, str] = {}
    for width, (across, down) in WIDTHS.items():
        for language in ("vi", "en"):
            context = browser.new_context(
                viewport={"width": across, "height": down}, locale=language
            )
            page = context.new_page()
            sign_in(page, site, username)
            found = found or kinds(page, site)
            for kind, address in found.items():
                if only and not any(word in kind for word in only):
                    continue
                name = f"{kind.replace('/', '_')}-{username}-{width}-{language}"
                if not _opens(page, site + address):
                    continue
                one = Seen(name, address, problems(page))
                page.screenshot(path=folder / f"{name}.png", full_page=True)
                seen.append(one)
            context.close()
    return seen


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--as", dest="usernames", nargs="*", default=[])
    parser.add_argument("--only", nargs="*", default=[], help="words of page kinds")
    said = parser.parse_args()
    said.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=FLAGS
        )
        page = browser.new_page()
        usernames = said.usernames or accounts(page, said.site)
        page.close()
        seen = [
            one
            for username in usernames
            for one in walk(browser, said.site, said.folder, username, said.only)
        ]
        browser.close()
    report = {one.name: [one.address, *one.problems] for one in seen}
    (said.folder / "report.json").write_text(
        json.dumps(report, ensure_ascii=False, indent=1), "utf-8"
    )
    bad = [one for one in seen if one.problems]
    for one in bad:
        print(one.name, one.address, *one.problems, sep="\n  ")
    print(f"{len(seen)} pictures, {len(bad)} with something to mend")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
