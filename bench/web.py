"""The running server: memory after a thousand pages, and what the pages weigh.

`python bench/web.py [--pages 1000]` makes a sample site in a new folder (about a
minute), starts `kheo serve` on it, signs in eight people at once by password, walks
the pages and reads the memory of the processes from /proc. Weights are bytes as they
are sent, compressed: of a first visit with everything the page loads, and of the pages
after it, when styles, script and fonts are already there.
"""

import argparse
import gzip
import http.client
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from html import unescape
from pathlib import Path
from urllib.parse import urlencode, urljoin

LINK = re.compile(r'href="(/[^"#]*)')
LOADED = re.compile(r'(?:src|href)="(/static/[^"]+)"')
IN_STYLE = re.compile(r'url\("?([^")]+)"?\)')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
PASSWORD = "mot mat khau dai"
PASSWORDS = """
import django; django.setup()
from kheo.accounts.queries import sample_accounts
for user in sample_accounts():
    user.set_password({password!r}); user.save(); print(user.username)
"""
MOST_MEGABYTES, FIRST_KB, LATER_KB = 300, 200, 40


class Browser:
    """One person's connection, with cookies."""

    def __init__(self, port: int) -> None:
        self.link = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        self.cookies: dict[str, str] = {}

    def ask(
        self, path: str, form: dict[str, str] | None = None
    ) -> tuple[int, int, bytes, str]:
        """Give status, bytes as sent (head included), the content, and where to."""
        head = {
            "Accept-Encoding": "gzip",
            "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()),
        }
        body = None
        if form is not None:
            head["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(form)
        method = "POST" if body else "GET"
        try:
            self.link.request(method, path, body, head)
            answer = self.link.getresponse()
        except http.client.RemoteDisconnected:
            # A server closes a connection that was idle, as it may: open it again.
            self.link.close()
            self.link.request(method, path, body, head)
            answer = self.link.getresponse()
        sent = answer.read()
        size = len(sent) + sum(len(k) + len(v) + 4 for k, v in answer.getheaders())
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        if answer.headers.get("Content-Encoding") == "gzip":
            sent = gzip.decompress(sent)
        return answer.status, size, sent, answer.headers.get("Location", "")

    def sign_in(self, username: str) -> bool:
        _, _, page, _ = self.ask("/accounts/sign-in/")
        found = TOKEN.search(page.decode())
        form = {"username": username, "password": PASSWORD}
        form["csrfmiddlewaretoken"] = found.group(1) if found else ""
        status, _, _, _ = self.ask("/accounts/sign-in/", form)
        return status == 302


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(word) for word in (task / "children").read_text().split()]
    return found


def megabytes(pid: int, what: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(what):
            return int(line.split()[1]) / 1024
    return 0.0


def web_processes(serve: int) -> list[int]:
    """The server's own processes; the worker for messages is another program."""
    own = [serve]
    for child in children(serve):
        words = Path(f"/proc/{child}/cmdline").read_text().split("\0")
        if "worker" not in words:
            own.append(child)
    return own


def wait_for(port: int) -> None:
    until = time.monotonic() + 600
    while time.monotonic() < until:
        try:
            if Browser(port).ask("/healthz")[0] == 200:
                return
        except OSError:
            time.sleep(0.5)
    sys.exit("The server did not answer within ten minutes.")


def static_of(browser: Browser, page: bytes) -> dict[str, int]:
    """Everything a page loads, and the fonts its styles name, by address and bytes."""
    found: dict[str, int] = {}
    waiting = deque(dict.fromkeys(LOADED.findall(page.decode())))
    while waiting:
        address = waiting.popleft()
        if address in found:
            continue
        _, size, content, _ = browser.ask(address)
        found[address] = size
        if address.endswith(".css"):
            for link in IN_STYLE.findall(content.decode()):
                if not link.startswith("data:"):
                    waiting.append(urljoin(address, link))
    return found


def walk(browser: Browser, count: int) -> list[tuple[str, int, float]]:
    """Ask `count` pages, following links and beginning again when they end."""
    seen: list[tuple[str, int, float]] = []
    waiting, met = deque(["/"]), {"/"}
    known: list[str] = []
    while len(seen) < count:
        path = waiting.popleft() if waiting else known[len(seen) % len(known)]
        begin = time.perf_counter()
        status, size, page, _ = browser.ask(path)
        spent = 1000 * (time.perf_counter() - begin)
        if status != 200 or not page.lstrip().startswith(b"<!"):
            continue
        seen.append((path, size, spent))
        known.append(path)
        if len(met) < count:
            for link in LINK.findall(page.decode()):
                target = unescape(link)
                if target not in met and not target.startswith("/static/"):
                    met.add(target)
                    waiting.append(target)
    return seen


def say(what: str, value: object) -> None:
    print(f"| {what} | {value} |", flush=True)


def measure(port: int, serve: int, people: list[str], count: int) -> bool:
    print("| what | measured |\n|---|---|")
    say("web process at rest", memory(serve))
    eight = [people[n % len(people)] for n in range(8)]
    browsers = [Browser(port) for _ in eight]
    signed: list[bool] = []
    threads = [
        threading.Thread(target=lambda b=b, name=name: signed.append(b.sign_in(name)))
        for b, name in zip(browsers, eight, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    say("eight sign-ins at once", f"{sum(signed)} of 8 signed in; {memory(serve)}")
    _, first, page, _ = browsers[0].ask("/")
    static = static_of(browsers[0], page)
    for address, size in static.items():
        say(f"loaded once: {address.rsplit('/', 1)[1]}", f"{size / 1000:.1f} kB")
    whole = (first + sum(static.values())) / 1000
    say("first visit, everything", f"{whole:.0f} kB (aim {FIRST_KB})")
    pages: list[tuple[str, int, float]] = []
    for browser in browsers:
        pages += walk(browser, count // len(browsers))
    sizes = sorted((size, path) for path, size, _ in pages)
    times = sorted(spent for _, _, spent in pages)
    say("pages walked", len(pages))
    say(
        "their bytes: median, p95, most",
        f"{sizes[len(sizes) // 2][0] / 1000:.1f},"
        f" {sizes[int(len(sizes) * 0.95)][0] / 1000:.1f},"
        f" {sizes[-1][0] / 1000:.1f} kB (aim {LATER_KB}; {sizes[-1][1]})",
    )
    say(
        "their time on loopback: median, p95",
        f"{statistics.median(times):.0f}, {times[int(len(times) * 0.95)]:.0f} ms",
    )
    say("web process after them", f"{memory(serve)} (aim {MOST_MEGABYTES} MB)")
    most = max(megabytes(pid, "VmHWM") for pid in web_processes(serve))
    return (
        all(signed)
        and most <= MOST_MEGABYTES
        and whole <= FIRST_KB
        and sizes[-1][0] <= LATER_KB * 1000
    )


def memory(serve: int) -> str:
    found = [
        f"{megabytes(pid, 'VmRSS'):.0f} MB now, {megabytes(pid, 'VmHWM'):.0f} MB at most"
        for pid in web_processes(serve)
    ]
    return "; ".join(found)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, default=1000)
    said = parser.parse_args()
    kept = os.environ.get("KHEO_DATA_DIR")
    folder = kept or tempfile.mkdtemp(prefix="kheo-bench-")
    around = {
        **os.environ,
        "KHEO_DATA_DIR": folder,
        "DJANGO_SETTINGS_MODULE": "kheo.config.settings",
    }
    port = free_port()
    words = [sys.executable, "-m", "kheo", "serve", "--sample", "small"]
    serve = subprocess.Popen(
        [*words, "--port", str(port)], env=around, stdout=subprocess.DEVNULL
    )
    try:
        wait_for(port)
        code = PASSWORDS.format(password=PASSWORD)
        told = subprocess.run(
            [sys.executable, "-c", code],
            env=around,
            check=True,
            capture_output=True,
            text=True,
        )
        is_kept = measure(port, serve.pid, told.stdout.split(), said.pages)
    finally:
        serve.terminate()
        serve.wait(timeout=120)
    print("\nAll within the budgets." if is_kept else "\nA budget was missed.")
    return 0 if is_kept else 1


if __name__ == "__main__":
    sys.exit(main())
