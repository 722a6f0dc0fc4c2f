"""What readers are told."""

from typing import Any

import pytest

from signals.notices import contributions_ended


@pytest.fixture
def told() -> Any:
    """What readers are told when something ends."""
    heard: list[dict[str, Any]] = []

    def hear(**said: Any) -> None:
        heard.append({name: said[name] for name in ("signals", "ended", "why")})

    contributions_ended.connect(hear)
    yield heard
    contributions_ended.disconnect(hear)
