"""Walk every page as every sample role, and name the slow ones.

`KHEO_DATA_DIR=… python bench/pages.py [--users a,b] [--each 4] [--rounds 3]` on a site
with a sample (`python -m kheo demo load small` in an empty folder). Each role follows
the links from its home, up to `--each` objects a page; asked in this process, without
a network, so the time is the server's own. Pages that no role can reach by links are
named at the end.
"""

import argparse
import gc
import os
import re
import statistics
import sys
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import parse_qs, urljoin, urlsplit

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kheo.config.settings")
django.setup()

from django.conf import settings  # noqa: E402  after the set-up
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import (  # noqa: E402
    Resolver404,
    URLPattern,
    URLResolver,
    get_resolver,
    resolve,
)

from kheo.accounts.queries import sample_accounts  # noqa: E402

LINK = re.compile(r'(?:href|hx-get)="([^"#]+)')
AIM = 150
NOT_WALKED = {"accounts:sign_out", "set_language", "accounts:sign_in"}


@dataclass
class Page:
    """One address as one person sees it."""

    name: str
    address: str
    person: str
    kind: str
    status: int
    queries: int
    size: int
    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    @property
    def is_html(self) -> bool:
        return self.kind.startswith("text/html")


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--users", help="names of sample accounts, with commas")
    parser.add_argument("--each", type=int, default=4, help="objects of one page")
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def names(resolver: URLResolver | None = None, space: str = "") -> Iterator[str]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from names(entry, inner)
        elif isinstance(entry, URLPattern):
            yield f"{space}{entry.name}"


def name_of(address: str) -> str | None:
    try:
        return resolve(urlsplit(address).path).view_name
    except Resolver404:
        return None


def walk(client: Client, person: str, each: int, rounds: int) -> Iterator[Page]:
    """Follow links breadth first; of each page some objects, of each some questions."""
    waiting, met = deque(["/"]), {"/"}
    taken: dict[tuple[str, str], int] = defaultdict(int)
    while waiting:
        address = waiting.popleft()
        name = name_of(address)
        if name is None or name in NOT_WALKED:
            continue
        asked = ",".join(sorted(parse_qs(urlsplit(address).query)))
        taken[name, asked] += 1
        taken[name, "*"] += 1
        if taken[name, asked] > each or taken[name, "*"] > 3 * each:
            continue
        page, body = measured(client, name, address, person, rounds)
        yield page
        if not page.is_html:
            continue
        for link in LINK.findall(body):
            target = urljoin(address, unescape(link))
            if target.startswith("/") and target not in met:
                met.add(target)
                waiting.append(target)


def measured(
    client: Client, name: str, address: str, person: str, rounds: int
) -> tuple[Page, str]:
    with CaptureQueriesContext(connection) as asked:
        answer, content = fetched(client, address)
    kind = answer.headers.get("Content-Type", "")
    page = Page(
        *(name, address, person, kind),
        *(answer.status_code, len(asked), len(content)),
    )
    for _round in range(rounds):
        begin, own = time.perf_counter(), time.process_time()
        fetched(client, address)
        page.clock.append(1000 * (time.perf_counter() - begin))
        page.processor.append(1000 * (time.process_time() - own))
    return page, content.decode("utf-8", "replace") if page.is_html else ""


def fetched(client: Client, address: str):
    answer = client.get(address)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    answer.close()
    return answer, content


def at(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def tell(pages: list[Page]) -> None:
    html = [page for page in pages if page.is_html and page.status == 200]
    print("| page | role | seen | p50 ms | p95 ms | processor p50 | queries | kB |")
    print("|---|---|---|---|---|---|---|---|")
    groups: dict[tuple[str, str], list[Page]] = defaultdict(list)
    for page in pages:
        groups[page.name, page.person].append(page)
    for (name, person), some in sorted(groups.items()):
        clock = [t for page in some for t in page.clock]
        own = [t for page in some for t in page.processor]
        print(
            f"| {name} | {person} | {len(some)} | {at(clock, 0.5):.0f}"
            f" | {at(clock, 0.95):.0f} | {at(own, 0.5):.0f}"
            f" | {max(p.queries for p in some)}"
            f" | {max(p.size for p in some) / 1000:.0f} |"
        )
    clock = [t for page in html for t in page.clock]
    own = [t for page in html for t in page.processor]
    print(
        f"\nAll pages: {len(html)}, p50 {at(clock, 0.5):.0f} ms, p95 {at(clock, 0.95):.0f}"
        f" ms (aim {AIM}); processor p50 {at(own, 0.5):.0f}, p95 {at(own, 0.95):.0f} ms."
    )
    print("\nThe slowest ten, by processor time (median of the rounds):\n")
    slow = sorted(html, key=lambda page: -statistics.median(page.processor))
    for page in slow[:10]:
        print(
            f"- {statistics.median(page.processor):.0f} ms ({page.queries} queries):"
            f" {page.name} as {page.person}, {page.address}"
        )


def main() -> int:
    said = options()
    settings.STORAGES["staticfiles"]["BACKEND"] = (
        "django.contrib.staticfiles.storage.StaticFilesStorage"
    )
    wanted = said.users.split(",") if said.users else None
    people = [u for u in sample_accounts() if not wanted or u.username in wanted]
    if not people:
        sys.exit("No sample accounts here: set KHEO_DATA_DIR to a site with a sample.")
    gc.collect()
    gc.freeze()  # as `kheo serve` does
    pages: list[Page] = []
    for person in people:
        client = Client(SERVER_NAME="localhost", raise_request_exception=False)
        client.force_login(person, "django.contrib.auth.backends.ModelBackend")
        pages += walk(client, person.username, said.each, said.rounds)
    tell(pages)
    wrong = [page for page in pages if page.status >= 400]
    print(f"\nAnswers of 400 and above: {len(wrong)}")
    for page in wrong:
        print(f"- {page.status} {page.person} {page.address}")
    missed = sorted(set(names()) - {page.name for page in pages} - NOT_WALKED)
    print(
        f"\nNot reached by a link (forms that are sent, or hidden): {', '.join(missed)}"
    )
    return 1 if any(page.status >= 500 for page in pages) else 0


if __name__ == "__main__":
    sys.exit(main())
