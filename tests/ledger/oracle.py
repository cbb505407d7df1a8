"""The rules of the ledger once more, told as naively as they are written down.

Nothing here is fast, and nothing is shared with the code under test but the dated tree
itself: every total goes through every fact, every membership through a whole subtree.
"""

from datetime import timedelta
from fractions import Fraction

from kheo.core.lineage import apportion


class Oracle:
    def __init__(self, tree, facts, claims=()):
        self.tree = tree
        self.facts = list(facts)
        self.claims = list(claims)

    def value(self, law, node, interval, structure=None, is_said=None):
        day_of = self.day_of(law, interval, structure)
        hits = [
            f for f in self.in_time(law, interval) if self.touches(f, node, day_of(f))
        ]
        said = self.said(law, node, interval, structure) if is_said is None else is_said
        if not hits and not said:
            return None
        if law == "distinct":
            return len({fact.subject for fact in hits})
        return sum(self.contribution(fact, node, day_of(fact)) for fact in hits)

    def rows(self, law, node, interval, structure=None):
        """Children, `=own`, `=shared`, `=unallocated` below a node."""
        day_of = self.day_of(law, interval, structure)
        facts = self.in_time(law, interval)
        rows = {}
        for child in self.children(law, node, interval, structure):
            mine = [
                f
                for f in facts
                if child in self.tree.children(node, day_of(f))
                and self.touches(f, child, day_of(f))
            ]
            said = self.child_said(law, child, node, interval, structure)
            if not mine and not said:
                rows[child] = None
            elif law == "distinct":
                rows[child] = len({fact.subject for fact in mine})
            else:
                rows[child] = sum(self.contribution(f, child, day_of(f)) for f in mine)
        value = self.value(law, node, interval, structure)
        own = self.at_node(law, facts, node, day_of, is_open=False)
        unallocated = self.at_node(law, facts, node, day_of, is_open=True)
        below = sum(v or 0 for v in rows.values())
        if value is None:
            rows.update({"=own": None, "=shared": None, "=unallocated": None})
        else:
            rows["=own"] = own
            rows["=unallocated"] = unallocated
            rows["=shared"] = value - own - unallocated - below
        return rows

    def by_dimension(self, law, node, interval, name, structure=None):
        day_of = self.day_of(law, interval, structure)
        groups = {}
        for fact in self.in_time(law, interval):
            if self.touches(fact, node, day_of(fact)):
                groups.setdefault(fact.dimensions.get(name, "=none"), []).append(fact)
        if law == "distinct":
            return {
                key: len({f.subject for f in facts}) for key, facts in groups.items()
            }
        return {
            key: sum(self.contribution(f, node, day_of(f)) for f in facts)
            for key, facts in groups.items()
        }

    def in_time(self, law, interval):
        last = interval.end - timedelta(days=1)
        if law == "stock":
            return [
                f
                for f in self.facts
                if f.on <= last and (f.until is None or last < f.until)
            ]
        found = [f for f in self.facts if interval.start <= f.on <= last]
        return [f for f in found if f.subject] if law == "distinct" else found

    def day_of(self, law, interval, structure):
        if structure is None and law != "stock":
            return lambda fact: fact.on
        day = structure or interval.end - timedelta(days=1)
        return lambda _fact: day

    def is_inside(self, bearer, node, day):
        if node is None:
            return True
        return bearer is not None and bearer in self.tree.subtree(node, day)

    def touches(self, fact, node, day):
        return any(
            self.is_inside(part.bearer, node, day)
            for body in fact.credits
            for part in self.tree.carry(body, day)
        )

    def contribution(self, fact, node, day):
        return self.largest(
            fact, day, lambda part: self.is_inside(part.bearer, node, day)
        )

    def at_node(self, law, facts, node, day_of, *, is_open):
        def is_here(part):
            return part.bearer == node and part.is_open is is_open

        if law == "distinct":
            return len(
                {
                    fact.subject
                    for fact in facts
                    for body in fact.credits
                    for part in self.tree.carry(body, day_of(fact))
                    if is_here(part)
                }
            )
        return sum(self.largest(fact, day_of(fact), is_here) for fact in facts)

    def largest(self, fact, day, is_wanted):
        sums = []
        for body in fact.credits:
            parts = self.tree.carry(body, day)
            pieces = apportion(fact.amount, parts)
            sums.append(
                sum(p for part, p in zip(parts, pieces, strict=True) if is_wanted(part))
            )
        return max(sums) if fact.amount >= 0 else min(sums)

    def children(self, law, node, interval, structure):
        if structure is not None:
            return self.tree.children(node, structure)
        if law == "stock":
            return self.tree.children(node, interval.end - timedelta(days=1))
        found, day = set(), interval.start
        while day < interval.end:
            found.update(self.tree.children(node, day))
            day += timedelta(days=1)
        return found

    def said(self, law, node, interval, structure):
        return any(
            claim.kind != "not_applicable"
            and (day := self.heard(law, claim, interval)) is not None
            and self.bears(claim.body, node, structure or day)
            for claim in self.claims
        )

    def child_said(self, law, child, node, interval, structure):
        for claim in self.claims:
            day = self.heard(law, claim, interval)
            if claim.kind == "not_applicable" or day is None:
                continue
            looked = structure or day
            if child in self.tree.children(node, looked) and self.bears(
                claim.body, child, looked
            ):
                return True
        return False

    def bears(self, body, node, day):
        return any(
            self.is_inside(part.bearer, node, day)
            for part in self.tree.carry(body, day)
        )

    def heard(self, law, claim, interval):
        last = interval.end - timedelta(days=1)
        said_on = claim.window.end - timedelta(days=1)
        if law == "stock":
            return last if said_on <= last < self.next_end(claim.window) else None
        day = self.dated(claim.body, claim.window)
        return day if interval.start <= day <= last else None

    def dated(self, body, window):
        day = window.end - timedelta(days=1)
        while day >= window.start:
            if self.tree.exists(body, day):
                return day
            day -= timedelta(days=1)
        return window.end - timedelta(days=1)

    def next_end(self, window):
        start, end = window.start, window.end
        months = (end.year - start.year) * 12 + end.month - start.month
        if start.day != end.day or months == 0:
            return end + (end - start)
        month = end.month - 1 + months
        return end.replace(year=end.year + month // 12, month=month % 12 + 1)

    def completeness(self, node, interval, expected, structure=None):
        said = {(c.body, c.window) for c in self.claims if c.kind != "not_applicable"}
        excused = {
            (c.body, c.window) for c in self.claims if c.kind == "not_applicable"
        }
        owed = [p for p in set(expected) | said if p in said or p not in excused]
        here = []
        for body, window in owed:
            day = self.dated(body, window)
            if day in interval and self.bears(body, node, structure or day):
                here.append((body, window))
        return len(here), len([p for p in here if p in said])


def percent(numerator, denominator, decimals):
    if numerator is None or not denominator:
        return None
    exact = Fraction(100 * 10**decimals * numerator, denominator)
    return int(exact + Fraction(1, 2)) if exact >= 0 else -int(Fraction(1, 2) - exact)
