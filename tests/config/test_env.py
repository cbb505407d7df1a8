"""Settings from the environment, the secret, the checks of a public site."""

import stat

import pytest

from kheo.config.checks import site_is_safe_to_reach
from kheo.config.env import Environment


def test_values_have_types_and_defaults():
    env = Environment(
        {"KHEO_A": " x ", "KHEO_N": "7", "KHEO_F": "On", "KHEO_L": "a, b,"}
    )

    assert env.text("A") == "x"
    assert env.number("N", 1) == 7
    assert env.number("MISSING", 1) == 1
    assert env.flag("F")
    assert not env.flag("MISSING")
    assert env.words("L") == ["a", "b"]


def test_a_number_that_is_none_is_named():
    with pytest.raises(SystemExit, match="KHEO_N"):
        Environment({"KHEO_N": "bảy"}).number("N", 1)


def test_the_secret_is_made_once_and_for_the_owner_only(tmp_path):
    env = Environment({})

    first, second = env.secret_key(tmp_path), env.secret_key(tmp_path)

    assert first == second
    assert len(first) > 50
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_a_given_secret_is_not_written_down(tmp_path):
    assert Environment({"KHEO_SECRET_KEY": "x"}).secret_key(tmp_path) == "x"
    assert not list(tmp_path.iterdir())


def test_the_data_folder_is_for_its_owner(tmp_path):
    folder = Environment({"KHEO_DATA_DIR": str(tmp_path / "a" / "b")}).data_dir()

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_made_says_what_to_do(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(SystemExit, match="KHEO_DATA_DIR"):
        Environment({"KHEO_DATA_DIR": str(tmp_path / "file" / "x")}).data_dir()


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"ALLOWED_HOSTS": ["127.0.0.1"], "DEBUG": True, "HTTPS": False}, []),
        ({"ALLOWED_HOSTS": ["kheo.vn"], "DEBUG": False, "HTTPS": True}, []),
        (
            {"ALLOWED_HOSTS": ["*"], "DEBUG": True, "HTTPS": False},
            ["kheo.E001", "kheo.E002", "kheo.E003"],
        ),
    ],
)
def test_a_site_others_reach_must_be_safe(settings, said, found):
    for name, value in said.items():
        setattr(settings, name, value)

    assert [error.id for error in site_is_safe_to_reach()] == found
