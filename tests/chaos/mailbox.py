"""A mail server of a few lines, which can be closed and opened again."""

import re
import socketserver
import threading


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.wfile.write(b"220 mail.example\r\n")
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                self._take()
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return

    def _take(self) -> None:
        content = b""
        for line in self.rfile:
            if line == b".\r\n":
                break
            content += line
        found = re.search(rb"(?im)^message-id:\s*<([^@>\s]+)@", content)
        self.server.box.taken.append(found[1].decode() if found else "")  # type: ignore[attr-defined]


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    box: "Mailbox"


class Mailbox:
    """Takes letters on a port of 127.0.0.1 and keeps the ids they came under."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.port = 0
        self._server: _Server | None = None
        self.open()

    def open(self) -> None:
        """Listen."""
        self._server = _Server(("127.0.0.1", self.port), _Talk)
        self._server.box = self
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True, name="mail").start()

    def close(self) -> None:
        """Refuse connections from now on."""
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()
