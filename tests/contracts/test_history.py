"""Whatever is recorded can be read in plain words, in both languages."""

import pytest
from django.utils.translation import override

from kheo.activities.workflow import ActivityAction
from kheo.audit.wording import SENTENCES, plain
from kheo.config.reference import audit_verbs
from kheo.reporting.workflow import ReportAction

ACTIONS = {"activity.…": ActivityAction, "report.…": ReportAction}
"""Verbs made of an action of a lifecycle."""


def every_verb():
    for verb in audit_verbs():
        if verb in ACTIONS:
            yield from (verb.replace("…", action) for action in ACTIONS[verb])
        else:
            yield verb


@pytest.mark.parametrize("verb", sorted(set(every_verb())))
def test_every_verb_has_a_sentence_in_both_languages(verb):
    assert "…" not in verb, "name its lifecycle in ACTIONS"
    said = {}
    for language in ("vi", "en"):
        with override(language):
            said[language] = plain(verb)

    assert said["vi"] != said["en"] != verb


def test_no_sentence_is_left_of_a_verb_that_nobody_writes():
    assert set(SENTENCES) == set(every_verb())
