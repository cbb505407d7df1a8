"""Time papers out, tables in, photos kept and numbers taken by twenty clients at once.

Run in an empty database: `KHEO_DATA_DIR=$(mktemp -d) python bench/papers.py`.
"""

import io
import os
import random
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kheo.config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402  after the set-up
from django.db import connections  # noqa: E402
from PIL import Image  # noqa: E402

from kheo.core.access import SYSTEM  # noqa: E402
from kheo.directives.models import NumberRegister, NumberSource  # noqa: E402
from kheo.directives.queries import holes  # noqa: E402
from kheo.directives.services import choose_numbering, take_number  # noqa: E402
from kheo.documents.services import clean_image, store_image  # noqa: E402
from kheo.organisations.models import Organisation  # noqa: E402
from kheo.stationery.marking import mark_errors  # noqa: E402
from kheo.stationery.paper import (  # noqa: E402
    Annex,
    Column,
    Family,
    Heading,
    Paper,
    Paragraph,
    Row,
    SignOff,
    Table,
)
from kheo.stationery.tables import Kind, Wanted, read_table  # noqa: E402
from kheo.stationery.word import word  # noqa: E402
from kheo.stationery.workbook import Sheet, workbook  # noqa: E402

NOON = datetime(2026, 1, 5, 5, tzinfo=UTC)
ON = date(2026, 1, 5)
CLIENTS, EACH = 20, 25
COLUMNS = (
    Column("STT", 5),
    Column("Đơn vị", 30),
    Column("Lượt người"),
    Column("Mét", decimals=1),
    Column("Đồng"),
    Column("Ghi chú", 20),
)
WANTED = (
    Wanted("body", ("Đơn vị",), is_required=True),
    Wanted("persons", ("Lượt người",), Kind.INTEGER),
    Wanted("metres", ("Mét",), Kind.DECIMAL),
)


def timed(name, action, *, times):
    spans = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        spans.append((time.perf_counter() - start) * 1000)
    report(name, spans)


def report(name, spans):
    middle, worst = statistics.median(spans), max(spans)
    print(f"| {name} | {len(spans)} | {middle:,.1f} | {worst:,.1f} |")


def rows(count):
    return tuple(
        Row((n, f"Đảng ủy xã {n}", n * 3, Decimal(n) / 2, n * 1000, "=đã nhận"))
        for n in range(count)
    )


def paper():
    table = Table(COLUMNS, rows(124))
    return Paper(
        family=Family.PARTY,
        superior="Tỉnh ủy Tuyên Quang",
        issuer="Ban Tuyên giáo và Dân vận",
        symbol="BTGDVTU",
        type_code="BC",
        type_name="Báo cáo",
        place="Tuyên Quang",
        on=ON,
        subject="kết quả tháng 12 năm 2025",
        blocks=(Heading("Kết quả"), *(Paragraph("Một đoạn văn. " * 40),) * 20),
        sign_off=SignOff("Trưởng Ban", "Mẫu"),
        annexes=(Annex("Phụ lục", "Theo xã", (table,), is_landscape=True),),
    )


def photo():
    """Twelve megapixels of noise and sky, as a telephone sends them."""
    noise = Image.frombytes("L", (1000, 750), random.Random(1).randbytes(750_000))
    target = io.BytesIO()
    noise.resize((4000, 3000)).convert("RGB").save(target, "JPEG", quality=85)
    return target.getvalue()


def take_in_a_crowd(body):
    spans = []

    def client(_order):
        for _ in range(EACH):
            start = time.perf_counter()
            take_number(
                id=uuid4(),
                organisation=body,
                type_code="BC",
                on=ON,
                subject="Báo cáo",
                actor=SYSTEM,
                at=NOON,
            )
            spans.append((time.perf_counter() - start) * 1000)
        connections.close_all()

    start = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(client, range(CLIENTS)))
    seconds = time.perf_counter() - start
    report(f"take a number, {CLIENTS} clients at once", spans)
    register = NumberRegister.objects.get()
    wrong = len(holes(register)) + abs(register.next_number - 1 - len(spans))
    print(f"\n{len(spans) / seconds:.0f} numbers a second; gaps or twins: {wrong}")


def main():
    call_command("migrate", verbosity=0)
    body = Organisation.objects.create(code=f"bench-{uuid4().hex[:8]}")
    choose_numbering(body, source=NumberSource.KHEO, actor=SYSTEM, at=NOON)
    sheet = Sheet("Tháng 12", COLUMNS, rows(20_000))
    filled = workbook([sheet], author="Ban", on=ON)
    small = workbook([Sheet("Tháng", COLUMNS, rows(200))], author="Ban", on=ON)
    errors = read_table(small, (*WANTED, Wanted("x", ("Ghi chú",), Kind.DATE))).errors
    sent = photo()
    print("| what | times | median ms | worst ms |\n|---|---|---|---|")
    timed("Word report with an annex of 124 rows", lambda: word(paper()), times=10)
    timed(
        "Excel table, 20,000 x 6",
        lambda: workbook([sheet], author="Ban", on=ON),
        times=3,
    )
    timed("read 20,000 x 6", lambda: read_table(filled, WANTED), times=3)
    timed(
        f"mark {len(errors)} cells of 200 rows",
        lambda: mark_errors(small, errors),
        times=3,
    )
    timed(
        f"clean a photo of 12 megapixels, {len(sent) / 1e6:.1f} MB",
        lambda: clean_image(sent, "a.jpg"),
        times=5,
    )
    timed(
        "clean, keep and record it",
        lambda: store_image(
            id=uuid4(),
            content=sent,
            name="a.jpg",
            organisation=body,
            actor=SYSTEM,
            at=NOON,
        ),
        times=5,
    )
    take_in_a_crowd(body)


if __name__ == "__main__":
    main()
