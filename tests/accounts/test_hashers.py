"""Hashing is dear in memory, so only so many passwords are hashed at once."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from django.contrib.auth import hashers as django_hashers

from kheo.accounts.hashers import AT_ONCE, Argon2PasswordHasher


def test_eight_sign_ins_at_once_hash_two_by_two(monkeypatch):
    inside, most, lock = 0, 0, Lock()

    def verify(self, password, encoded):
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(0.02)
        with lock:
            inside -= 1
        return password == encoded

    monkeypatch.setattr(django_hashers.Argon2PasswordHasher, "verify", verify)
    hasher = Argon2PasswordHasher()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: hasher.verify("a", "ab"[n % 2]), range(8)))

    assert answers == [True, False] * 4
    assert most == AT_ONCE


def test_a_hashed_password_is_known_again_and_no_other_is():
    hasher = Argon2PasswordHasher()
    encoded = hasher.encode("mot mat khau dai", "m" * 22)

    assert hasher.verify("mot mat khau dai", encoded)
    assert not hasher.verify("mot mat khau khac", encoded)
