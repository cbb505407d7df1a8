"""The page that people look at."""

from html.parser import HTMLParser

from kheo.directives.reading import read
from kheo.directives.reading.page import page_of

from .scoring import gold_files, text_of


class Page(HTMLParser):
    """Anchors, links, balance, and the text of the paper."""

    def __init__(self):
        super().__init__()
        self.anchors, self.links, self.open, self.sources, self.paper = (
            [],
            [],
            [],
            [],
            [],
        )

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.anchors += [given["id"]] if "id" in given else []
        self.links += [given["href"][1:]] if "href" in given else []
        self.sources += [given[k] for k in ("src", "action") if k in given]
        if tag != "meta":
            self.open.append((tag, given.get("class")))

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        if ("div", "paper") in self.open:
            self.paper.append(data)


def test_the_page_holds_the_whole_text_and_every_finding_leads_to_its_place():
    for name in gold_files():
        reading = read(text_of(name))
        page = Page()
        page.feed(page_of(reading, name=name))

        assert "".join(page.paper) == reading.text
        assert page.open == []
        assert set(page.links) <= set(page.anchors)
        assert len(page.anchors) == len(set(page.anchors))
        assert page.sources == []


def test_the_page_shows_text_as_text():
    reading = read("Số 12-KH/TU\n<script>alert(1)</script> & trước ngày 15/6/2025")

    html = page_of(reading, name="<b>x</b>")

    assert "<script" not in html
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    assert "http" not in html


def test_the_page_speaks_both_languages():
    reading = read(text_of("12-cover-letter-and-plan.json"))

    assert "Việc có thời hạn" in page_of(reading, name="x")
    english = page_of(reading, name="x", language="en")
    assert "Duties with a time" in english
    assert "by 01/11" not in english
    assert "from 11/01" not in english


def test_the_text_beside_the_findings_is_scrolled_by_keyboard_too():
    html = page_of(read(text_of("12-cover-letter-and-plan.json")), name="x")

    assert '<section class="text" tabindex="0"' in html
