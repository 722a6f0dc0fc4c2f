"""`seed_demo`, `demo_people` and `demo_code`: the demo world, and nothing of it anywhere else."""

import json

import pytest

from tests.running import PASSWORD, RunningInstallation

COMPANIES = ("northwind", "harbor", "pixelforge", "cloudnine", "meridian")
TEAM = {"ana": "analyst", "ben": "analyst", "lee": "lead", "kim": "admin"}


def test_people_only_makes_people_and_no_work(lantern: RunningInstallation) -> None:
    assert lantern.number("SELECT count(*) FROM signals_contribution") == 0
    assert lantern.number("SELECT count(*) FROM reviews_decision") == 0
    assert lantern.number("SELECT count(*) FROM transparency_edition") == 0
    assert lantern.number("SELECT count(*) FROM participants_participant WHERE state = 'active'") == len(COMPANIES)


def test_there_is_one_participant_in_each_other_state(lantern: RunningInstallation) -> None:
    """Each came there by the legal way: every state but the first has the change that led to it."""
    others = lantern.rows(
        "SELECT p.state, count(*), count(c.id) FROM participants_participant p LEFT JOIN participants_statechange c"
        " ON c.participant_id = p.id AND c.after = p.state WHERE p.state <> 'active' GROUP BY p.state ORDER BY p.state"
    )
    led = ["agreement_out", "left", "read_only", "rejected", "suspended", "training", "under_review"]
    assert [tuple(row) for row in others] == sorted([("applied", 1, 0), *((state, 1, 1) for state in led)])
    assert lantern.number("SELECT count(*) FROM participants_application WHERE submitted_at IS NULL") == 0


def test_seeding_again_changes_nothing(lantern: RunningInstallation) -> None:
    before = lantern.rows("SELECT * FROM accounts_user ORDER BY id")
    assert lantern.manage("seed_demo", "--people-only").returncode == 0
    assert lantern.rows("SELECT * FROM accounts_user ORDER BY id") == before


def test_demo_people_is_a_json_list_of_everybody(lantern: RunningInstallation) -> None:
    told = lantern.manage("demo_people")
    assert (told.returncode, told.stderr) == (0, "")
    people = json.loads(told.stdout)
    assert all(list(person) == ["email", "password", "participant", "role"] for person in people)
    assert {person["password"] for person in people} == {PASSWORD}
    members = {(person["email"], person["participant"], person["role"]) for person in people if person["participant"]}
    assert members == {(f"{name}@{slug}.example", slug, role) for slug in COMPANIES for name, role in TEAM.items()}
    coalition = {person["email"]: person["role"] for person in people if person["participant"] is None}
    assert coalition == {
        "sam@coalition.example": "staff",
        "rio@coalition.example": "staff",
        "ada@coalition.example": "auditor",
    }


def test_demo_code_is_six_digits_and_nothing_else(lantern: RunningInstallation) -> None:
    told = lantern.manage("demo_code", "ANA@harbor.example")
    assert told.returncode == 0
    assert told.stdout.removesuffix("\n").isdecimal()
    assert len(told.stdout) == len("123456\n")


def test_demo_code_of_nobody_is_one_sentence(lantern: RunningInstallation) -> None:
    told = lantern.manage("demo_code", "nobody@harbor.example")
    assert told.returncode == 1
    assert told.stdout == ""
    assert told.stderr == "CommandError: Nobody called nobody@harbor.example has an authenticator here.\n"


@pytest.mark.parametrize("command", [["seed_demo"], ["demo_people"], ["demo_code", "ana@harbor.example"]])
def test_outside_a_demo_they_are_refused_in_one_sentence(lantern: RunningInstallation, command: list[str]) -> None:
    told = lantern.manage(*command, LANTERN_DEMO="0")
    assert told.returncode == 1
    assert told.stdout == ""
    assert told.stderr == "CommandError: This is not a demo installation; LANTERN_DEMO=1 would make it one.\n"
