"""Recompute a total from the files of `kheo export` alone, by docs/explanation/roll-up.md.

python3 tools/recompute.py FOLDER MEASURE BODY FROM TO [TREE [AS_OF_DAY [PROGRAMME]]]
"""

# fmt: off
import csv
import sys
from calendar import monthrange
from collections import defaultdict, namedtuple
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from io import StringIO
from pathlib import Path

ROOT, OPEN, DAY, ONE = "", "9999-12-31", timedelta(1), Fraction(1)  # ROOT is above all roots
Ask = namedtuple("Ask", "at first last tree as_of programme", defaults=("party", "", ""))  # noqa: PYI024  one line

class Tree:  # days are ISO texts
    def __init__(self, rows: list, bonds: list) -> None:
        self.bonds, self.spans = sorted(bonds, key=lambda b: b["on"]), defaultdict(list)
        for row in sorted(rows, key=lambda row: row["valid_from"]):
            span = (row["valid_from"], row["valid_to"] or OPEN, row["parent"])
            self.spans[row["code"]].append(span)
    def parent(self, node: str, on: str) -> str | None:  # None: the node is not there
        return next((s[2] for s in self.spans.get(node, ()) if s[0] <= on < s[1]), None)
    def end(self, node: str, on: str) -> str | None:  # when it last left the tree
        starts, ends = ({s[i] for s in self.spans.get(node, ())} for i in (0, 1))
        return max((end for end in ends - starts if end <= on), default=None)
    def above(self, node: str, on: str) -> list[str]:
        superior = self.parent(node, on) if node else None
        return [ROOT] if superior is None else [node, *self.above(superior, on)]
    def carry(self, node: str, on: str, way: tuple = ()) -> dict:  # {(bearer, is_open): share}
        if node in way or node not in self.spans:
            return {(ROOT, True): ONE}
        if self.parent(node, on) is not None:
            return {(node, False): ONE}
        end, (start, _, superior) = self.end(node, on), self.spans[node][0]
        if end is None:  # not there yet: what it was made from bears it, undivided
            found = [b for b in self.bonds if b["successor"] == node and on < b["on"] <= start]
            heirs = [(b["predecessor"], 0) for b in found if b["on"] == found[-1]["on"]]
        else:
            superior = next(span[2] for span in self.spans[node] if span[1] == end)
            found = [b for b in self.bonds if b["predecessor"] == node and end <= b["on"] <= on]
            first = [b for b in found if b["on"] == found[0]["on"]]
            heirs = [(b["successor"], Fraction(b["share"] or 0)) for b in first]
        way, whole, parts = (*way, node), [h for h, s in heirs if not s], defaultdict(Fraction)
        known = [(self.carry(h, on, way), share, False) for h, share in heirs if share]
        last = self.undivided(whole, on, way) if whole else self.carry(superior, on, way)
        rest = (last, ONE - sum(share for _, share in heirs), not whole)
        for borne, share, is_open in [*known, rest]:
            for (bearer, was_open), part in borne.items() if share else ():
                parts[bearer, was_open or is_open] += part * share
        return parts
    def undivided(self, nodes: list, on: str, way: tuple) -> dict:
        ways = [self.carry(node, on, way) for node in nodes]
        if all(borne == ways[0] for borne in ways):
            return ways[0]
        paths = [self.above(bearer, on) for borne in ways for bearer, _ in borne]
        return {(next(n for n in paths[0] if all(n in path for path in paths)), True): ONE}
    def inside(self, node: str, body: str, on: str, amount: int) -> int | None:
        parts, size, sign = self.carry(body, on), abs(amount), -1 if amount < 0 else 1
        pieces = {key: int(share * size) for key, share in parts.items()}
        order = sorted(parts, key=lambda key: pieces[key] - parts[key] * size)
        pieces |= {key: pieces[key] + 1 for key in order[: size - sum(pieces.values())]}
        mine = [piece for key, piece in pieces.items() if node in self.above(key[0], on)]
        return sign * sum(mine) if mine else None

def is_said(claim: dict, law: str, tree: Tree, ask: Ask) -> bool:
    start, end = (date.fromisoformat(claim[word]) for word in ("from", "to"))
    body, on, until = claim["body"], str(end - DAY), end + (end - start)
    months = (end.year - start.year) * 12 + end.month - start.month
    if months and start.day == end.day:  # the next window has as many months
        year, month = divmod(end.year * 12 + end.month - 1 + months, 12)
        until = date(year, month + 1, min(end.day, monthrange(year, month + 1)[1]))
    gone = tree.end(body, on) if tree.parent(body, on) is None else None
    if law == "stock":  # believed until the end of the next window
        is_heard, on = on <= ask.last < str(until), ask.last
    else:  # dated its last day, or the body's own last day if that is earlier
        on = str(date.fromisoformat(gone) - DAY) if gone and gone > claim["from"] else on
        is_heard = ask.first <= on <= ask.last
    return is_heard and tree.inside(ask.at, body, ask.as_of or on, 0) is not None

def total(files: dict, code: str, ask: Ask) -> Decimal | None:
    measure, is_place, sums = files["measures"][code], ask.tree == "places", {}
    law, decimals = measure["law"], int(measure["decimals"])
    if law == "ratio":
        top, bottom = (total(files, measure[word], ask) for word in ("numerator", "denominator"))
        exact = Fraction(top or 0) / Fraction(bottom or 1) * 100 * 10**decimals
        half_up = Decimal(int(exact + (ONE if exact >= 0 else -ONE) / 2)).scaleb(-decimals)
        return half_up if top is not None and bottom else None
    rows = [r for r in files["bodies"] if r["tree"] == ask.tree]
    own = [ask.at, ask.first, str(date.fromisoformat(ask.last) + DAY)]
    tree = Tree(files["places"] if is_place else rows, files["lineage"])
    for fact in (f for f in files["facts"] if f["measure"] == code):
        on, until, subject, key = fact["on"], fact["until"] or OPEN, fact["subject"], fact["entry"]
        day = ask.as_of or (ask.last if law == "stock" else on)
        is_heard = on <= ask.last < until if law == "stock" else ask.first <= on <= ask.last
        nodes, amount = [fact["place"]] if is_place else files["credits"][key], int(fact["amount"])
        found = [tree.inside(ask.at, node, day, amount) for node in nodes if node and is_heard]
        if law == "distinct" and not subject:  # declared: of its own body and window alone
            found = [] if is_place or [*nodes, on, until] != own else [amount]
        if ask.programme in ("", fact["programme"]) and any(piece is not None for piece in found):
            most = max((piece for piece in found if piece is not None), key=abs)
            sums.update({subject: 1} if law == "distinct" and subject else {key: most})
    told = (c for c in files["claims"] if c["measure"] == code and c["claim"] != "not_applicable")
    is_known = sums or any(not is_place and is_said(c, law, tree, ask) for c in told)
    return Decimal(sum(sums.values())).scaleb(-decimals) if is_known else None

def read(folder: Path) -> dict:
    texts = ((path.stem, StringIO(path.read_text("utf-8"))) for path in folder.glob("*.csv"))
    files = {name: list(csv.DictReader(text)) for name, text in texts}
    partners = defaultdict(list)
    for credit in files["credits"]:
        partners[credit["entry"]].append(credit["body"])
    return {**files, "credits": partners, "measures": {m["code"]: m for m in files["measures"]}}

if __name__ == "__main__":
    print(total(read(Path(sys.argv[1])), sys.argv[2], Ask(*sys.argv[3:])))
