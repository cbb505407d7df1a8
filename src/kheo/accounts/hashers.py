"""Argon2 at a size that eight people signing in at once can afford."""

from django.contrib.auth import hashers


class Argon2PasswordHasher(hashers.Argon2PasswordHasher):
    """19 MiB and two passes (OWASP's minimum); the default took 839 MB for eight."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
