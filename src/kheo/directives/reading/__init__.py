"""From the text of a directive to everything it asks, each with its place. No Django.

`read` is the whole; its parts stand alone, each on plain strings or on a laid-out text:
`text` (normal form), `layout` (paragraphs), `symbols`, `kinds`, `dates`, `times` with
`recurring`, `relative` and `absorbed`, `bodies`, `verbs`, `actors`, `targets`, `outline`,
`head` with `stamp` and `subject`, `foot` with `persons`, `citations`, `parts`, `clauses`,
`obligations`, `anomalies`. `extract` turns files into text, `page` a reading into a page to
look at, `command` is `kheo read`.
"""

from .model import (
    Anomaly,
    Citation,
    Document,
    Obligation,
    Reading,
    Recipient,
    Section,
    Signature,
    Stamp,
    Target,
)
from .reader import read

__all__ = [
    "Anomaly",
    "Citation",
    "Document",
    "Obligation",
    "Reading",
    "Recipient",
    "Section",
    "Signature",
    "Stamp",
    "Target",
    "read",
]
