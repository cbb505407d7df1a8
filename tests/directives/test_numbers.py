from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.utils import translation

from kheo.audit.models import AuditEntry
from kheo.core.access import Actor, Capability
from kheo.core.errors import Conflict, NotAllowed, RuleBroken
from kheo.directives.models import (
    NumberingChoice,
    NumberRegister,
    NumberScope,
    NumberSource,
    PaperNumber,
)
from kheo.directives.queries import holes, numbering_of
from kheo.directives.rules import Family, PaperSymbol, check_number, format_number
from kheo.directives.services import (
    cancel_number,
    choose_numbering,
    open_register,
    take_number,
)
from kheo.organisations.models import Organisation
from tests.real_database import on_disk

NOON = datetime(2025, 10, 24, 5, 0, tzinfo=UTC)
ON = date(2025, 10, 24)
ID = UUID(int=7)
CLIENTS, EACH = 20, 5


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def make_actor(*bodies):
    scope = {Capability.NUMBER_PAPERS: frozenset(body.pk for body in bodies)}
    return Actor(roots=scope, writable=scope)


def make_body(code="ban", *, source=NumberSource.KHEO, **choice):
    body = Organisation.objects.create(code=code)
    choose_numbering(body, source=source, actor=make_actor(body), at=NOON, **choice)
    return body


def take(body, *, file_id=None, type_code="BC", on=ON, actor=None):
    return take_number(
        id=file_id or uuid4(),
        organisation=body,
        type_code=type_code,
        on=on,
        subject="Báo cáo tháng 10",
        actor=actor or make_actor(body),
        at=NOON,
    )


@pytest.mark.django_db
def test_numbers_run_from_one_per_body_type_and_year():
    body, other = make_body(), make_body("khac")

    numbers = [take(body).number for __ in range(3)]

    assert numbers == [1, 2, 3]
    assert take(body, type_code="KH").number == 1
    assert take(other).number == 1
    assert take(body, on=date(2026, 1, 1)).number == 1
    assert take(body, on=date(2025, 12, 31)).number == 4


@pytest.mark.django_db
def test_by_term_numbers_run_through_the_years_until_the_next_term():
    body = make_body(scope=NumberScope.TERM, term="2025-2030")
    assert [take(body, on=date(year, 3, 1)).number for year in (2026, 2027)] == [1, 2]

    choose_numbering(
        body,
        source=NumberSource.KHEO,
        scope=NumberScope.TERM,
        term="2030-2035",
        actor=make_actor(body),
        at=NOON,
    )

    assert take(body, on=date(2030, 12, 1)).number == 1


@pytest.mark.django_db
def test_without_a_choice_numbers_come_from_the_offices_own_register():
    body = Organisation.objects.create(code="ban")
    assert numbering_of(body).source == NumberSource.OFFICE

    with pytest.raises(Conflict, match="own register"):
        take(body)

    assert not NumberRegister.objects.exists()


@pytest.mark.django_db
def test_the_choice_can_be_taken_back_and_numbers_stay():
    body = make_body()
    taken = take(body)

    choose_numbering(body, source=NumberSource.OFFICE, actor=make_actor(body), at=NOON)

    with pytest.raises(Conflict):
        take(body)
    assert list(PaperNumber.objects.all()) == [taken]
    assert NumberingChoice.objects.count() == 1


@pytest.mark.django_db
def test_a_term_must_be_named():
    with pytest.raises(RuleBroken, match="Name the term"):
        make_body(scope=NumberScope.TERM, term=" ")


@pytest.mark.django_db
def test_the_same_request_twice_takes_one_number():
    body = make_body()

    first, again = take(body, file_id=ID), take(body, file_id=ID)

    assert first == again
    assert take(body).number == 2
    assert AuditEntry.objects.filter(verb="number.take").count() == 2


@pytest.mark.django_db
def test_an_id_used_for_another_paper_is_refused_and_takes_nothing():
    body, other = make_body(), make_body("khac")
    take(body, file_id=ID)

    with pytest.raises(Conflict, match="already been numbered"):
        take(other, file_id=ID)
    with pytest.raises(Conflict, match="already been numbered"):
        take(body, file_id=ID, type_code="KH")

    assert take(other).number == 1
    assert take(body, type_code="KH").number == 1


@pytest.mark.django_db
def test_a_number_of_a_paper_that_failed_is_given_to_the_next():
    body = make_body()
    take(body)

    with transaction.atomic():
        assert take(body).number == 2
        transaction.set_rollback(True)

    assert take(body).number == 2
    assert holes(NumberRegister.objects.get()) == []


@pytest.mark.django_db
def test_a_cancelled_number_stays_with_its_reason_and_is_not_given_again():
    body = make_body()
    number = take(body)

    cancel_number(number, reason="Soạn nhầm", actor=make_actor(body), at=NOON)
    cancel_number(number, reason="lần hai", actor=make_actor(body), at=NOON)

    number.refresh_from_db()
    assert (number.number, number.cancelled_reason) == (1, "Soạn nhầm")
    assert take(body).number == 2
    assert AuditEntry.objects.filter(verb="number.cancel").count() == 1


@pytest.mark.django_db
def test_cancelling_needs_a_reason():
    body = make_body()
    number = take(body)

    with pytest.raises(RuleBroken, match="Say why"):
        cancel_number(number, reason="  ", actor=make_actor(body), at=NOON)

    number.refresh_from_db()
    assert number.cancelled_at is None


@pytest.mark.django_db
def test_a_sequence_may_begin_where_the_paper_register_stopped_but_only_once():
    body = make_body()
    actor = make_actor(body)

    open_register(body, type_code="BC", on=ON, first=37, actor=actor, at=NOON)
    open_register(body, type_code="BC", on=ON, first=38, actor=actor, at=NOON)

    assert take(body).number == 38
    with pytest.raises(Conflict, match="already been taken"):
        open_register(body, type_code="BC", on=ON, first=50, actor=actor, at=NOON)
    with pytest.raises(RuleBroken, match="begin with 01"):
        open_register(body, type_code="KH", on=ON, first=0, actor=actor, at=NOON)
    assert holes(NumberRegister.objects.get(type_code="BC")) == []


@pytest.mark.django_db
def test_a_stranger_may_neither_choose_nor_take_nor_cancel():
    body = make_body()
    number, stranger = take(body), make_actor(Organisation.objects.create(code="x"))

    with pytest.raises(NotAllowed):
        take(body, actor=stranger)
    with pytest.raises(NotAllowed):
        cancel_number(number, reason="x", actor=stranger, at=NOON)
    with pytest.raises(NotAllowed):
        choose_numbering(body, source=NumberSource.OFFICE, actor=stranger, at=NOON)
    with pytest.raises(NotAllowed):
        open_register(body, type_code="A", on=ON, first=9, actor=stranger, at=NOON)

    assert NumberRegister.objects.get().next_number == 2
    assert numbering_of(body).source == NumberSource.KHEO


@pytest.mark.django_db
def test_the_database_refuses_a_number_twice_whoever_writes():
    number = take(make_body())
    number.pk = uuid4()

    with pytest.raises(IntegrityError), transaction.atomic():
        number.save(force_insert=True)


@pytest.mark.django_db
def test_numbers_are_listed_to_those_who_see_the_bodys_reports():
    body, other = make_body(), make_body("khac")
    mine, __ = take(body), take(other)
    scope = {Capability.VIEW_REPORTS: frozenset({body.pk})}
    actor = Actor(roots=scope, readable=scope)

    assert list(PaperNumber.objects.visible_to(actor)) == [mine]
    assert list(NumberRegister.objects.visible_to(actor)) == [mine.register]
    assert not PaperNumber.objects.visible_to(Actor()).exists()


@pytest.fixture
def _on_disk(transactional_db, tmp_path):
    with on_disk(tmp_path):
        yield


def race(work):
    """Run `work(order)` for many clients at once, each on its own connection."""
    start = Barrier(CLIENTS)

    def client(order):
        start.wait()
        try:
            return work(order)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(client, range(CLIENTS)))


@pytest.mark.usefixtures("_on_disk")
def test_twenty_clients_take_a_hundred_numbers_without_gap_or_twin():
    body = make_body()

    numbers = race(lambda _order: [take(body).number for __ in range(EACH)])

    taken = sorted(number for each in numbers for number in each)
    assert taken == list(range(1, CLIENTS * EACH + 1))
    assert holes(NumberRegister.objects.get()) == []


@pytest.mark.usefixtures("_on_disk")
def test_twenty_clients_sending_one_request_take_one_number():
    body = make_body()

    numbers = race(lambda _order: take(body, file_id=ID).number)

    assert numbers == [1] * CLIENTS
    assert NumberRegister.objects.get().next_number == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    "connection.vendor != 'postgresql'",
    reason="KHEO_DATABASE_URL is not PostgreSQL: SQLite lets one writer in at a time",
)
def test_on_postgresql_rollbacks_in_the_crowd_leave_no_gap():
    body = make_body()

    def every_third_fails(order):
        with transaction.atomic():
            number = take(body).number
            if order % 3 == 0:
                transaction.set_rollback(True)
                return None
        return number

    numbers = race(every_third_fails)

    kept = sorted(number for number in numbers if number)
    assert kept == list(range(1, len(kept) + 1))
    assert len(kept) == CLIENTS - len(range(0, CLIENTS, 3))
    assert connection.vendor == "postgresql"


@pytest.mark.parametrize(
    ("text", "family", "read"),
    [
        ("02-HD/BDVTU", Family.PARTY, PaperSymbol(2, "HD", "BDVTU")),
        ("Số 02-HD/BCĐ", Family.PARTY, PaperSymbol(2, "HD", "BCĐ")),
        ("Số: 84 - CV/ĐU", Family.PARTY, PaperSymbol(84, "CV", "ĐU")),
        ("số 427 – KH / TU", Family.PARTY, PaperSymbol(427, "KH", "TU")),
        ("60-CTr/ĐUK", Family.PARTY, PaperSymbol(60, "CTr", "ĐUK")),
        ("1147\u2011QĐ/BTGDVTW", Family.PARTY, PaperSymbol(1147, "QĐ", "BTGDVTW")),
        ("So 3-BC/CB\u00a0", Family.PARTY, PaperSymbol(3, "BC", "CB")),
        ("Số: 123/BC-UBND", Family.STATE, PaperSymbol(123, "BC", "UBND")),
        ("0124/KH-UBND", Family.STATE, PaperSymbol(124, "KH", "UBND")),
        ("07/2023/QĐ-UBND", Family.STATE, PaperSymbol(7, "QĐ", "UBND", 2023)),
        ("9086/BNV-CTTN&BĐG", Family.STATE, PaperSymbol(9086, "", "BNV-CTTN&BĐG")),
        ("356/2025/NĐ-CP", Family.STATE, PaperSymbol(356, "", "NĐ-CP", 2025)),
        ("16/KH-MTTQ-BTT", Family.FRONT, PaperSymbol(16, "KH", "MTTQ-BTT")),
        ("249/MTTQ-BTT", Family.FRONT, PaperSymbol(249, "", "MTTQ-BTT")),
    ],
)
def test_numbers_are_read_as_people_and_offices_write_them(text, family, read):
    assert check_number(text, family) == read


@pytest.mark.parametrize(
    ("text", "family", "sentence"),
    [
        ("", Family.PARTY, "Write it like 02-BC/BTGDVTU"),
        ("hai", Family.PARTY, "Write it like 02-BC/BTGDVTU"),
        ("BC/BTGDVTU", Family.PARTY, "Write it like 02-BC/BTGDVTU"),
        ("123/BC-UBND", Family.PARTY, "as State papers are"),
        ("02-BC/BTGDVTU", Family.STATE, "as Party papers are.*123/BC-UBND"),
        ("02-BC/BTGDVTU", Family.FRONT, "16/KH-MTTQ-BTT"),
        ("0-BC/TU", Family.PARTY, "begin with 01"),
        ("02-BC/TU; DROP TABLE", Family.PARTY, "not a number of a paper"),
        ("ĐẾN Số: 6062 Ngày: 13/9/2021", Family.PARTY, "not a number of a paper"),
    ],
)
def test_what_is_no_number_is_refused_with_an_example(text, family, sentence):
    with pytest.raises(RuleBroken, match=sentence) as refused:
        check_number(text, family)

    assert refused.value.field == "number"


@pytest.mark.parametrize(
    ("family", "code", "symbol"),
    [
        (Family.PARTY, "BC", "BTGDVTU"),
        (Family.STATE, "QyĐ", "UBND"),
        (Family.FRONT, "KH", "MTTQ-BTT"),
    ],
)
@pytest.mark.parametrize("number", [1, 9, 10, 427])
def test_what_is_written_is_read_back(family, code, symbol, number):
    written = format_number(family, number, code, symbol)

    assert check_number(written, family) == PaperSymbol(number, code, symbol)
