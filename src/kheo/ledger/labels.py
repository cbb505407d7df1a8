"""The ledger's terms as pages say them to people who do not keep ledgers."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kheo.ledger.models import Law

HOW_IT_ADDS_UP: Mapping[str, Promise] = {
    Law.FLOW: _("a sum over time"),
    Law.STOCK: _("what stands at the end"),
    Law.DISTINCT: _("each counted once"),
    Law.RATIO: _("a share of two sums"),
}
