"""The servers of the whole test run, started before Django reads its settings (pytest is told of this file by `-p`).

Without DATABASE_URL and REDIS_URL they are embedded ones in a folder of their own, which goes when the tests are over.
Each process of a run that is spread over several (pytest-xdist) has its own.
"""

import os
from contextlib import ExitStack

import pytest

from lantern.installation.servers import servers_in_use
from lantern.installation.temporary import temporary_home

if "PYTEST_XDIST_WORKER" in os.environ:
    # What the process that spreads the tests has started is its own. (`make test` does not spread over named servers.)
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
# Real servers that whoever runs the tests has named; what is not here is embedded.
NAMED = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)}

_stack = ExitStack()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    home = _stack.enter_context(temporary_home())
    os.environ["LANTERN_HOME"] = str(home)
    os.environ.update(LANTERN_DEMO="1", LANTERN_HTTPS="0")
    _stack.enter_context(servers_in_use(home, create_keys=True))


def pytest_unconfigure() -> None:
    _stack.close()
