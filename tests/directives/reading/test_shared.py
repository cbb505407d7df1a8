"""The five development texts, where they lie beside the checkout."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SHARED = ROOT.parent / "shared" / "directives"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(
        not SHARED.is_dir(), reason="the development texts are not beside this checkout"
    ),
]


@pytest.fixture(scope="module")
def score():
    reader = f"{sys.executable} -m tests.directives.reading.reader"
    done = subprocess.run(
        [sys.executable, str(SHARED / "score.py"), "--reader", reader, "--json"],
        capture_output=True,
        cwd=ROOT,
        check=False,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["total"]


def test_every_field_of_the_head_is_right(score):
    assert score["header"]["all"] == 1.0


@pytest.mark.parametrize(
    ("field", "goal"),
    [
        ("dues", 0.95),
        ("citations", 0.98),
        ("targets", 0.9),
        ("recipients", 0.95),
        ("anomalies", 0.9),
    ],
)
def test_lists_reach_their_goal(score, field, goal):
    assert score[field]["f1"] >= goal


def test_those_who_act_and_receive_are_named(score):
    assert score["dues"]["actors"] >= 0.9
    assert score["dues"]["receivers"] >= 0.9
