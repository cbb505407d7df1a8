"""Packs for tests: files of this folder, and a small pack to spoil."""

from pathlib import Path

from kheo.programmes.pack import load_pack

HERE = Path(__file__).parent / "packs"

SMALL = """\
pack: 1
code: small
name: {vi: Chuyên đề nhỏ, en: A small programme}
valid: {from: 2024-01-01}
documents:
  - {code: paper, number: 01-HD/X, issuer: {vi: Ban, en: Board}}
groups:
  - {code: above, name: {vi: Trên, en: Above}, kinds: [board], source: {document: paper, clause: I}}
  - {code: below, name: {vi: Dưới, en: Below}, kinds: [cell], source: {document: paper, clause: I}}
dimensions:
  - {code: size, name: {vi: Cỡ, en: Size}, values: [{code: big, name: {vi: To, en: Big}}]}
measures:
  - {code: metres, name: {vi: Mét, en: Metres}, law: flow, unit: {vi: m, en: m}, origin: work_item, dimensions: [size], source: {document: paper, clause: I}}
  - {code: living, name: {vi: Đang có, en: Running}, law: stock, unit: {vi: cái, en: each}, origin: declared, source: {document: paper, clause: I}}
  - {code: metres-all, name: {vi: Mét tất cả, en: All metres}, law: flow, unit: {vi: m, en: m}, origin: declared, source: {document: paper, clause: I}}
  - {code: share, name: {vi: Phần, en: Share}, law: ratio, numerator: metres, denominator: metres-all, unit: {vi: "%", en: "%"}, decimals: 1, origin: parts, source: {document: paper, clause: I}}
outlines:
  - code: plain
    name: {vi: Đề cương, en: Outline}
    paragraphs: [{key: results, title: {vi: Kết quả, en: Results}}]
    source: {document: paper, clause: I}
forms:
  - code: table
    name: {vi: Biểu, en: Table}
    cells:
      - {key: metres, measure: metres}
      - {key: metres-big, measure: metres, where: [{dimension: size, value: big}]}
    source: {document: paper, clause: I}
reports:
  - code: monthly
    name: {vi: Báo cáo tháng, en: Monthly report}
    content: {vi: Kết quả, en: Results}
    reporter: below
    receiver: above
    channel: {vi: Văn bản, en: On paper}
    frequency: month
    due:
      before: {day: 25}
      source: {document: paper, clause: II}
    outline: plain
    forms: [table]
    source: {document: paper, clause: II}
"""


def read_pack(name):
    path = HERE / f"{name}.yaml"
    return load_pack(path.read_text(encoding="utf-8"), path.name)


def small(*changes):
    """The small pack with pieces of its text replaced; each must occur."""
    text = SMALL
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text
