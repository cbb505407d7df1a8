"""Reads for planning and logging: what may be chosen, who sees which lines."""

from kheo.activities.queries.choices import (
    charges_on,
    communes_in_charge,
    hosted_places,
    hosts_of,
    leads_for,
    measures_of,
    other_communes,
    partners_for,
    typed_measures,
    weekdays_of,
)
from kheo.activities.queries.names import (
    Described,
    described,
)
from kheo.activities.queries.parties import (
    PartyView,
    done_of,
    is_in_charge,
    lines_for,
    own_party,
    parties_for,
)

__all__ = [
    "Described",
    "PartyView",
    "charges_on",
    "communes_in_charge",
    "described",
    "done_of",
    "hosted_places",
    "hosts_of",
    "is_in_charge",
    "leads_for",
    "lines_for",
    "measures_of",
    "other_communes",
    "own_party",
    "parties_for",
    "partners_for",
    "typed_measures",
    "weekdays_of",
]
