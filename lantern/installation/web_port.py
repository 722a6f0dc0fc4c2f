"""The port of the web server, looked at before anything is started."""

import argparse
import errno
import os
import socket
from collections.abc import Sequence

from lantern.installation.errors import InstallationError

ADDRESS = "127.0.0.1"
DEFAULT_PORT = 8000
LAST_PORT = 65535


def add_port_option(parser: argparse.ArgumentParser) -> None:
    """Give `parser` the option `--port`."""
    parser.add_argument(
        "--port", default=str(DEFAULT_PORT), help=f"the port of the web server (default: {DEFAULT_PORT})"
    )


def wanted_port(options: Sequence[str]) -> int:
    """The port that the options of a command name. Raises `InstallationError` if it is none."""
    parser = argparse.ArgumentParser(add_help=False)
    add_port_option(parser)
    return port_number(parser.parse_known_args(options)[0].port)


def port_number(text: str) -> int:
    """`text` as a port. Raises `InstallationError` if it is none."""
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= LAST_PORT):
        raise InstallationError(f"{text!r} is not a port: choose a number from 1 to {LAST_PORT}.")
    return int(text)


def refuse_taken(port: int) -> None:
    """Raise `InstallationError` if this process cannot listen on `port` of this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the web server does
        try:
            probe.bind((ADDRESS, port))
            probe.listen()
        except OSError as error:
            reason = (
                "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used ({os.strerror(error.errno or 0)})"
            )
            raise InstallationError(f"Port {port} {reason}: choose another, for example PORT={_other(port)}.") from None


def _other(port: int) -> int:
    return port + 1 if 1024 <= port < LAST_PORT else DEFAULT_PORT
