"""From a paper to an editable Word file in the form of its day."""

from kheo.stationery.formats import rule_set
from kheo.stationery.paper import Paper
from kheo.stationery.word.body import write_annexes, write_body
from kheo.stationery.word.canvas import blank_canvas, finish
from kheo.stationery.word.foot import write_foot, write_marks
from kheo.stationery.word.head import write_head

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def word(paper: Paper) -> bytes:
    """The paper as .docx, in the rules of form in force on its day.

    Equal papers make equal bytes. Raises `RuleBroken` where no rules are known for the
    day, or where they do not know the form of signing.
    """
    canvas = blank_canvas(paper, rule_set(paper.family, paper.on).format)
    write_head(canvas)
    write_body(canvas)
    write_foot(canvas)
    write_annexes(canvas)
    write_marks(canvas)
    return finish(canvas)
