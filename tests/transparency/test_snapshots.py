"""The snapshot's shape."""

import pytest

from participants.models import Member
from tests.world import share
from transparency.figures import FIGURES
from transparency.snapshots import canonical, snapshot_of

pytestmark = pytest.mark.django_db


def test_it_has_a_row_for_every_figure_and_scope(alice: Member) -> None:
    share(alice)
    snapshot = snapshot_of(2026, public=False)
    assert snapshot["schema"] == "lantern-report/2"
    told = {figure["name"]: [row["scope"] for row in figure["rows"]] for figure in snapshot["figures"]}
    assert told == {name: [scope for scope, _ in figure.scopes] for name, figure in FIGURES.items()}
    assert canonical(snapshot) == canonical(snapshot_of(2026, public=False))
