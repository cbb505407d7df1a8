"""What the pages on organisations say is what the code does."""

import re
from pathlib import Path

import pytest
from tests.organisations.make import AFTER, NOON, SYSTEM, make_body

from kheo.core.lineage import Part
from kheo.organisations.models import Kind, Organisation, Tier
from kheo.organisations.queries import carry, children_on
from kheo.organisations.rules import COLUMNS, Details, PlanText
from kheo.organisations.services import apply_plan, parse_plan

DOCS = Path(__file__).parents[2] / "docs"
REFERENCE = (DOCS / "reference" / "organisations.md").read_text("utf-8")
HOW_TO = (DOCS / "how-to" / "reorganise.md").read_text("utf-8")

STEPS = ["create", "amend", "rename", "merge", "split", "extract", "move", "end"]


@pytest.mark.parametrize(
    "word",
    [
        *Kind.values,
        *Tier.values,
        *COLUMNS,
        *STEPS,
        *Details.model_fields,
        *PlanText.model_fields,
    ],
)
def test_the_reference_names_every_kind_step_field_and_column(word):
    assert f"`{word}`" in REFERENCE


def test_the_reference_names_every_audit_verb():
    source = Path(__file__).parents[2] / "src" / "kheo" / "organisations" / "services"
    text = "".join(path.read_text("utf-8") for path in source.glob("*.py"))
    verbs = set(re.findall(r'"((?:organisation|plan|group|tree)\.[a-z]+)"', text))

    assert len(verbs) == 9
    assert {verb for verb in verbs if f"`{verb}`" not in REFERENCE} == set()


@pytest.mark.django_db
def test_the_plan_of_the_how_to_can_be_carried_out():
    block = re.search(r"```yaml\n(.*?)```", HOW_TO, re.DOTALL).group(1)
    plan = parse_plan("\n".join(line.removeprefix("   ") for line in block.split("\n")))
    province = make_body("tinh-uy")
    for code in ("ban-dan-van", "ban-tuyen-giao", "dang-uy-khoi", "huyen-uy-yen-son"):
        make_body(code, province)
    khoi = Organisation.objects.get(code="dang-uy-khoi")
    for code in ("chi-bo-a", "chi-bo-b"):
        make_body(code, khoi)
    make_body("dang-uy-xa-c", Organisation.objects.get(code="huyen-uy-yen-son"))

    apply_plan(plan, actor=SYSTEM, at=NOON)

    assert {body.code for body in children_on(province, AFTER)} == {
        "ban-tgdv",
        "du-co-quan-dang",
        "du-ubnd-tinh",
        "dang-uy-xa-c",
    }
    assert carry([khoi.pk], AFTER)[khoi.pk] == (Part(province.pk, 1, is_open=True),)
