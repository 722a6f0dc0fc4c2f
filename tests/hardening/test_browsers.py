"""Cookies, transport and reports of browsers."""

import logging
import subprocess
import sys

import pytest
from django.test import Client
from django.test.utils import override_settings

from lantern.installation.folders import PROJECT

SHOW = """
from lantern import settings as s
print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE)
print(s.SESSION_COOKIE_HTTPONLY, s.SECURE_HSTS_SECONDS > 31_536_000)
"""
REPORTS = {
    '{"csp-report": {"effective-directive": "img-src", "blocked-uri": "https://x.example/mira"}}': "img-src",
    '[{"body": {"effectiveDirective": "script-src-elem", "documentURL": "/mira"}}]': "script-src-elem",
    '{"csp-report": {"effective-directive": "mira"}}': "another",
    "{": "unreadable",
    "[]": "unreadable",
    "3": "unreadable",
}


@pytest.mark.django_db
@pytest.mark.parametrize(("body", "told"), REPORTS.items())
def test_v3_4_7_reports_of_the_policy_tell_the_rule_only(
    client: Client, body: str, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    assert client.post("/csp-report", body, content_type="application/csp-report").status_code == 204
    (line,) = [record.getMessage() for record in caplog.records if record.name == "lantern.views"]
    assert line.endswith(f": {told}")
    assert "mira" not in line


@pytest.mark.django_db
def test_v3_4_7_the_policy_names_where_to_report(client: Client) -> None:
    for url in ("/", "/nowhere/", "/livez"):
        assert "report-uri /csp-report" in client.get(url)["Content-Security-Policy"]


@pytest.mark.django_db
@override_settings(SECURE_SSL_REDIRECT=True, SECURE_HSTS_SECONDS=63_072_000)
def test_v3_4_1_every_answer_under_https_says_to_stay_there(client: Client) -> None:
    for url in ("/", "/accounts/login/", "/nowhere/", "/livez"):
        assert "max-age=63072000" in client.get(url, secure=True)["Strict-Transport-Security"]
    assert client.get("/accounts/login/").status_code == 301


def test_v3_3_1_cookies_of_an_installation_under_https_belong_to_its_host() -> None:
    told = subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=PROJECT,
        env={"LANTERN_HTTPS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == ["__Host-session", "__Host-csrf", "True", "True", "True", "True"]
