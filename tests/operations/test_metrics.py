"""Metrics are numbers of the moment, for whoever has the key."""

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings

from audit.sealing import seal_all
from participants.models import Member
from tests.world import share

pytestmark = pytest.mark.django_db


def _told(client: Client) -> dict[str, float]:
    answer = client.get("/metrics", headers={"authorization": f"Bearer {settings.METRICS_KEY}"})
    assert answer.status_code == 200
    lines = [line.split() for line in answer.content.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in lines}


def test_metrics_tell_what_waits_and_for_how_long(client: Client, alice: Member) -> None:
    seal_all()
    before = _told(client)
    assert before["lantern_events_unsealed"] == 0
    share(alice)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_pendingevent")
        ((pending,),) = cursor.fetchall()
    after = _told(client)
    assert after["lantern_events_unsealed"] == pending > 0
    assert after["lantern_signals_to_route"] == before["lantern_signals_to_route"] + 1
    assert after["lantern_events_unsealed_oldest_seconds"] >= 0


@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer wrong", "Basic x", "Bearer é"])
def test_metrics_do_not_exist_without_the_key(client: Client, given: str) -> None:
    assert client.get("/metrics", headers={"authorization": given}).status_code == 404


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer "])
def test_metrics_do_not_exist_without_a_key_file(client: Client, given: str) -> None:
    with override_settings(METRICS_KEY=""):
        assert client.get("/metrics", headers={"authorization": given}).status_code == 404
