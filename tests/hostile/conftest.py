"""Everybody who could ask, as the sweeps have them."""

from tests.sweeps.conftest import world

__all__ = ["world"]
