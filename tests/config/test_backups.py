"""A backup holds everything, is checked before it is used, and never half restored."""

import tarfile

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from kheo.accounts.models import User
from kheo.config.backups import BackupError, restore_backup, write_backup
from tests.village import make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stored(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path / "files")
    (tmp_path / "files" / "a").mkdir(parents=True)
    (tmp_path / "files" / "a" / "photo.jpg").write_bytes(b"picture")
    return tmp_path


def test_what_was_saved_comes_back(stored):
    make_user("an")
    path = write_backup(stored / "backups")
    User.objects.all().delete()
    make_user("moi")
    photo = stored / "files" / "a" / "photo.jpg"
    photo.write_bytes(b"changed")

    restore_backup(path, replace=True)

    assert [user.username for user in User.objects.all()] == ["an"]
    assert photo.read_bytes() == b"picture"


def test_the_archive_is_for_its_owner_and_holds_no_secret(stored):
    make_user("an")

    path = write_backup(stored / "backups")

    assert path.stat().st_mode & 0o777 == 0o600
    with tarfile.open(path) as archive:
        names = archive.getnames()
    assert not [name for name in names if "secret" in name]
    assert "files/a/photo.jpg" in names


def test_data_is_not_replaced_unasked(stored):
    make_user("an")
    path = write_backup(stored / "backups")

    with pytest.raises(BackupError, match="--replace"):
        restore_backup(path, replace=False)


def test_a_restore_over_a_live_site_is_refused_by_the_command_and_changes_nothing(
    stored,
):
    make_user("an")
    path = write_backup(stored / "backups")
    make_user("moi")
    photo = stored / "files" / "a" / "photo.jpg"
    photo.write_bytes(b"changed since")

    with pytest.raises(CommandError, match="--replace"):
        call_command("restore", str(path))

    assert {user.username for user in User.objects.all()} == {"an", "moi"}
    assert photo.read_bytes() == b"changed since"


def test_a_file_that_is_no_backup_changes_nothing(stored):
    make_user("an")
    wrong = stored / "wrong.tar"
    wrong.write_text("không phải")

    with pytest.raises(BackupError):
        restore_backup(wrong, replace=True)

    assert User.objects.count() == 1


def test_a_damaged_backup_is_refused(stored):
    make_user("an")
    path = write_backup(stored / "backups")
    content = path.read_bytes()
    path.write_bytes(content.replace(b"picture", b"pictures"[:7][::-1]))

    with pytest.raises(BackupError, match=r"photo\.jpg"):
        restore_backup(path, replace=True)

    assert User.objects.count() == 1
