"""Servers that do not do as they should, each a small script of raw bytes on a loopback port."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Script = Callable[[socket.socket, "Server"], None]


@dataclass(slots=True)
class Server:
    """Where it listens, and everything it was sent, one text for each connection."""

    port: int
    heard: list[bytes] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks?from=us"


@contextlib.contextmanager
def server(script: Script) -> Iterator[Server]:
    """Serve each connection with the script, in a thread of its own, until left."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        running = Server(listening.getsockname()[1])
        listening.settimeout(0.05)

        def one(connection: socket.socket) -> None:
            with connection, contextlib.suppress(OSError):
                connection.settimeout(5)
                script(connection, running)

        def accept() -> None:
            while not running.over.is_set():
                with contextlib.suppress(TimeoutError, OSError):
                    connection, _ = listening.accept()
                    threading.Thread(target=one, args=(connection,), daemon=True).start()

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield running
        finally:
            running.over.set()
            accepting.join()


def request(connection: socket.socket, running: Server) -> bytes:
    """Read one whole HTTP request with a Content-Length."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.splitlines() if line.lower().startswith(b"content-length"))
    while len(body) < length:
        body += connection.recv(65536)
    running.heard.append(head + b"\r\n\r\n" + body)
    return data


def answers(*lines: str, body: bytes = b"") -> Script:
    """An HTTP server that answers every request with these lines."""

    def script(connection: socket.socket, running: Server) -> None:
        request(connection, running)
        connection.sendall("\r\n".join((*lines, "", "")).encode() + body)

    return script


def status(code: int, words: str = "words") -> Script:
    """An HTTP server that answers with a status and a text."""
    return answers(f"HTTP/1.1 {code} Whatever", f"Content-Length: {len(words)}", body=words.encode())


def hangs(connection: socket.socket, running: Server) -> None:
    """Takes the request and says nothing."""
    request(connection, running)
    running.over.wait(20)


def drops(connection: socket.socket, running: Server) -> None:
    """Takes the request and goes away."""
    request(connection, running)


def drips(connection: socket.socket, running: Server) -> None:
    """Answers a letter now and then, for ever."""
    while not running.over.is_set():
        connection.sendall(b"2")
        time.sleep(0.05)


def rambles(connection: socket.socket, running: Server) -> None:
    """Answers and never comes to an end."""
    request(connection, running)
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while not running.over.is_set():
        connection.sendall(b"x" * 65536)


def talks_garbage(connection: socket.socket, running: Server) -> None:
    """Answers with what no protocol knows."""
    request(connection, running)
    connection.sendall(b"\x00\xff\xfe nonsense \r\n\x01\r\n\r\n")
