class DatabaseBook:
    def __init__(self, world):
        import pytest

        pytest.skip("not yet")
