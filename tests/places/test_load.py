"""Loading the whole country: what stands in the tables, and that repeating is safe."""

from collections import Counter
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from kheo.audit.models import AuditEntry
from kheo.core.access import SYSTEM, Actor
from kheo.core.errors import NotAllowed
from kheo.places import dataset
from kheo.places.models import Place, PlaceLineage, PlaceReach, PlaceVersion
from kheo.places.queries import (
    by_official_code,
    children_on,
    find,
    place_tree,
    subtree_on,
    version_on,
)
from kheo.places.rules import Amend, PlaceKind, Tier
from kheo.places.services import Loaded, add_hamlet, load_places

from .make import LAW, NOON, REFORM, change

pytestmark = pytest.mark.django_db
S0 = date(2021, 10, 1)


def load():
    return load_places(actor=SYSTEM, at=NOON)


def test_the_country_is_loaded_as_shipped_and_loading_again_changes_nothing():
    told, shown = StringIO(), StringIO()

    call_command("places", "load", stdout=shown, stderr=told)
    tables = [PlaceVersion, PlaceLineage, PlaceReach, AuditEntry]
    counts = [table.objects.count() for table in tables]
    again = load()
    call_command("places", "load", stdout=shown)

    assert again == Loaded()
    assert "rows created, 0 changed, 0 removed" in shown.getvalue()
    assert "already loaded" in shown.getvalue()
    assert [table.objects.count() for table in tables] == counts
    assert Place.objects.count() == len({v.code for v in dataset.versions()})
    assert PlaceVersion.objects.filter(is_end=False).count() == len(dataset.versions())
    assert PlaceLineage.objects.count() == len(dataset.transfers())
    assert AuditEntry.objects.filter(verb="place.load").count() == 1
    assert (
        f"reach: {Place.objects.count()} / {Place.objects.count()}" in told.getvalue()
    )

    old = by_official_code("08", tier=Tier.PROVINCE, day=S0)
    new = by_official_code("08", tier=Tier.PROVINCE, day=REFORM)
    before = Counter(v.kind for v in subtree_on(old.place, S0))
    since = Counter(v.kind for v in subtree_on(new.place, REFORM))
    assert (old.place.code, new.place.code) == ("vn-08", "vn25-08")
    assert children_on(old.place, S0).count() == 7
    assert (before["xa"], before["phuong"], before["thi_tran"]) == (121, 10, 6)
    assert (since["xa"], since["phuong"], since["tinh"]) == (117, 7, 1)
    assert not subtree_on(old.place, REFORM).exists()
    assert find("hung loi", REFORM)[0].place.code == "vn25-02455"

    tree = place_tree()
    district = Place.objects.get(code="vn-075")
    split = Place.objects.get(code="vn-02494")
    assert not list(tree.dangling())
    assert _borne(tree, old.place) == [(new.place_id, False)]
    assert _borne(tree, district) == [(new.place_id, True)]
    assert _borne(tree, split) == [(new.place_id, True)]


def _borne(tree, place):
    return [(part.bearer, part.is_open) for part in tree.carry(place.pk, REFORM)]


def test_loading_again_repairs_shipped_rows_and_leaves_our_own():
    load()
    commune = Place.objects.get(code="vn25-02455")
    hamlet = add_hamlet(commune, name="Toạt", on=REFORM, actor=SYSTEM, at=NOON)
    renamed = change(Amend(commune.code, name="Hùng Lợi Mới"), on=date(2027, 1, 1))[0]
    shipped = PlaceVersion.objects.get(place=commune, valid_from=REFORM)
    PlaceVersion.objects.filter(pk=shipped.pk).update(name="Xã Sai", folded="sai")
    PlaceLineage.objects.filter(successor=commune)[0].delete()
    stray = PlaceVersion.objects.create(
        place=commune,
        valid_from=date(2026, 3, 1),
        name="Xã Lạ",
        kind=PlaceKind.XA.value,
        source="shipped",
    )

    loaded = load()

    shipped.refresh_from_db()
    assert loaded == Loaded(created=1, changed=1, removed=1)
    assert (shipped.name, shipped.folded) == ("Xã Hùng Lợi", "xa hung loi")
    assert not PlaceVersion.objects.filter(pk=stray.pk).exists()
    assert version_on(hamlet, REFORM).parent == commune
    assert version_on(renamed, date(2027, 1, 1)).basis == LAW


def test_a_stranger_loads_nothing():
    with pytest.raises(NotAllowed):
        load_places(actor=Actor(name="Người đọc"), at=NOON)

    assert not Place.objects.exists()
