"""Parts of pages that are made once: the same words as made anew, escaped, and nobody else's."""

import pytest
from django.core.handlers.wsgi import get_script_name
from django.template import Context, Template
from django.template.loader import render_to_string

from participants.models import Member
from reviews.forms import DecisionForm
from reviews.templatetags.reviews_ui import decision_fields
from signals.vocabulary import SEVERITIES
from tests.reviews.following import ACTIONED, decide

TWICE = Template(
    '{% load lantern_ui %}{% part "components/kind.html" name=name label=label %}'
    '{% part "components/kind.html" name=name label=label %}'
)


def test_a_part_is_what_including_it_writes() -> None:
    template = Template(
        '{% load lantern_ui %}{% part "components/severity.html" severity=severity %}'
        '{% include "components/severity.html" with severity=severity only %}'
    )
    for severity in SEVERITIES.values():
        written = template.render(Context({"severity": severity}))
        half = len(written) // 2
        assert written[:half] == written[half:]
        assert severity.label in written


def test_a_part_escapes_and_tells_different_words_apart() -> None:
    for label in ("<b>Mail</b>", "Mail", "<b>Mail</b>"):
        written = TWICE.render(Context({"name": "email", "label": label}))
        assert written == 2 * render_to_string("components/kind.html", {"name": "email", "label": label})
        assert ("<b>" in written, "&lt;b&gt;" in written) == (False, label != "Mail")


def test_fields_that_nobody_has_filled_in_are_as_the_form_writes_them() -> None:
    for policy in ("4.2 <Safety>", "", "4.2 <Safety>"):
        form = DecisionForm(initial={"policy": policy})
        assert decision_fields(form) == render_to_string("reviews/_decision_fields.html", {"form": form})
    assert decision_fields(DecisionForm(initial={"policy": "4.2 <Safety>"})).count("4.2 &lt;Safety&gt;") == 1
    assert 'id="other_policy"' in decision_fields(DecisionForm(auto_id="other_%s"))
    assert 'id="other_policy"' not in decision_fields(DecisionForm())


def test_what_somebody_sent_is_shown_to_her_alone() -> None:
    sent = DecisionForm({"verdict": "dismissed", "reason": "Words of hers"})
    assert not sent.is_valid()
    shown = decision_fields(sent)
    assert "Words of hers" in shown
    assert "Choose why it led to nothing." in shown
    untouched = decision_fields(DecisionForm())
    assert "Words of hers" not in untouched
    assert "Choose why" not in untouched


@pytest.mark.django_db
def test_the_form_begins_with_the_policy_that_one_named_last_oneself(alice: Member, bob: Member) -> None:
    decide(bob, alice, {**ACTIONED, "policy": "4.2 <Safety>"})
    assert "4.2 &lt;Safety&gt;" in decision_fields(DecisionForm.beginning(bob))
    assert "4.2" not in decision_fields(DecisionForm.beginning(alice))


def test_a_request_does_not_say_where_the_portal_stands() -> None:
    """Servers take a header SCRIPT_NAME for the path above the portal; the links of a part would lead there for all."""
    assert get_script_name({"SCRIPT_NAME": "/elsewhere", "PATH_INFO": "/reviews/"}) == ""
