"""Every change to places: loading, plans of change, hamlets, profiles."""

from kheo.places.services.borders import Imported, import_borders
from kheo.places.services.changes import add_hamlet, apply_plan, merge_places
from kheo.places.services.loading import Loaded, load_places
from kheo.places.services.profiles import set_profile

__all__ = [
    "Imported",
    "Loaded",
    "add_hamlet",
    "apply_plan",
    "import_borders",
    "load_places",
    "merge_places",
    "set_profile",
]
