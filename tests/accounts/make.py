"""Administrators and what they fill in."""

from datetime import date
from io import BytesIO
from uuid import uuid4

import openpyxl

from kheo.accounts import services
from kheo.accounts.queries import actor_of
from kheo.core.access import SYSTEM, Role
from tests.village import NOON, make_user

SINCE = date(2020, 1, 1)
WORDS = "một câu của riêng tôi"


def administrator(username="quan-tri", **said):
    """Somebody who can sign in and administer accounts."""
    user = make_user(username, **said)
    services.grant_role(
        user,
        Role.ADMINISTRATOR,
        organisation=None,
        actor=SYSTEM,
        at=NOON,
        valid_from=SINCE,
    )
    return user


def acting(user):
    return actor_of(user, NOON.date())


def filled(**said):
    """The form of a new person as a browser sends it."""
    return {
        "client_id": str(uuid4()),
        "name": "Nông Thị Lan",
        "title": "Cán bộ tổng hợp",
        "username": "",
        "role": "clerk",
        "organisation": "cell-a",
        "own_only": "own",
        "tree": "party",
        "valid_from": "01/01/2024",
        "valid_to": "",
    } | said


HEADINGS = (
    *("Họ và tên", "Chức danh", "Tên đăng nhập", "Vai trò", "Đơn vị, tổ chức"),
    *("Chỉ riêng cấp này", "Từ ngày"),
)


def table(*rows, headings=HEADINGS):
    """A workbook with these rows below the headings."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(headings)
    for row in rows:
        sheet.append(row)
    target = BytesIO()
    book.save(target)
    return target.getvalue()
