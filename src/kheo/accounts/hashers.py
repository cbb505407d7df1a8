"""Argon2 at a size that eight people signing in at once can afford."""

from threading import BoundedSemaphore

from django.contrib.auth import hashers

AT_ONCE = 2
"""More at once than a small server has cores takes more memory and no less time."""
_turns = BoundedSemaphore(AT_ONCE)


class Argon2PasswordHasher(hashers.Argon2PasswordHasher):
    """19 MiB and two passes (OWASP's minimum); the default took 839 MB for eight."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        with _turns:
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with _turns:
            return super().verify(password, encoded)
