"""How the C library hands out memory to the threads of a web process."""

import ctypes

ARENA_MAX, MMAP_THRESHOLD = -8, -3
"""The numbers of glibc's `mallopt`."""
POOLS = 2
LARGE = 1_000_000


def be_thrifty() -> None:
    """Let threads share few pools, and give large blocks back as soon as they are free.

    By default each thread keeps a pool of its own, and what one sign-in took for its
    password stays taken: after eight at once the process was half as large again. Does
    nothing where the C library is not glibc.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    mallopt(ARENA_MAX, POOLS)
    mallopt(MMAP_THRESHOLD, LARGE)
