"""A database on disk for tests with many clients: SQLite in memory locks differently."""

import sqlite3
from contextlib import contextmanager

from django.db import connection


@contextmanager
def on_disk(folder):
    """On SQLite, go on in a file with the same tables; PostgreSQL is one already.

    Only for tests with `transaction=True`: nothing may be open when it begins.
    """
    if connection.vendor != "sqlite" or not connection.is_in_memory_db():
        yield
        return
    path = folder / "clients.sqlite3"
    connection.ensure_connection()
    memory, name = connection.connection, connection.settings_dict["NAME"]
    with sqlite3.connect(path) as copy:
        memory.backup(copy)
    # As on a site that was prepared: two first clients would quarrel over changing it.
    copy.execute("PRAGMA journal_mode=WAL")
    copy.close()
    connection.connection = None
    connection.settings_dict["NAME"] = str(path)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = name
        connection.connection = memory
