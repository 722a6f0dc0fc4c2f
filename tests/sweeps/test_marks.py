"""Each view says whom it is for."""

from lantern.lib.marks import mark_of
from participants.policies import GRANTS, Action
from tests.sweeps.urls import every_url

PUBLIC = {
    "home",
    "livez",
    "readyz",
    "metrics",
    "csp_report",
    "account_login",
    "account_logout",
    "accounts:code",
    "accounts:abandon",
    "accounts:enroll",
    "accounts:passkey_begin",
    "accounts:passkey_complete",
    "accounts:password_forgotten",
    "accounts:password_asked",
    "accounts:password_choose",
    "sign_on",
    "openid_connect_login",
    "openid_connect_callback",
    "accounts:letters",
    "accounts:letter",
    "participants:join",
    "participants:open_invitation",
    "programme:list",
    "programme:governance",
    "programme:apply",
    "programme:link",
    "programme:draft",
    "programme:submit",
    "transparency:index",
    "transparency:year",
    "transparency:file",
    "transparency:definitions",
    "transparency:method",
    "transparency:check",
    "transparency:schema",
    "transparency:snapshot",
    "transparency:sums",
    "transparency:edition",
    "transparency:edition_file",
    "transparency:edition_snapshot",
    "transparency:edition_sums",
    "accessibility",
    "security_txt",
}


PERSONAL = {
    "accounts:confirm",
    "accounts:kept",
    "accounts:stay",
    "accounts:session_left",
    "accounts:security",
    "accounts:factor_remove",
    "accounts:authenticator_new",
    "accounts:passkey_new",
    "accounts:passkey_new_begin",
    "accounts:passkey_new_complete",
    "accounts:recovery",
    "accounts:sessions",
    "accounts:session_end",
    "accounts:sessions_end_others",
    "accounts:password",
    "accounts:email",
    "accounts:email_code",
    "accounts:letter_choices",
}


def test_every_view_bears_a_mark_and_only_the_named_ones_are_public() -> None:
    marks = {name: mark_of(pattern.callback) for name, pattern in every_url()}
    assert len(marks) > 25
    assert [name for name, mark in marks.items() if mark is None] == []
    assert {name for name, mark in marks.items() if mark and not mark.passed} == PUBLIC
    assert {name for name, mark in marks.items() if mark and mark.passed and mark.action is None} == PERSONAL


def test_every_mark_names_an_action_that_is_granted() -> None:
    asked = {mark.action for _, pattern in every_url() if (mark := mark_of(pattern.callback)) and mark.action}
    assert asked <= {action.value for action in Action}
    assert set(GRANTS) == set(Action)


def test_every_address_has_a_name_of_its_own() -> None:
    names = [name for name, _ in every_url()]
    assert len(names) == len(set(names))
