"""A free port on the loopback address."""

import contextlib
import random
import socket

CHANCE = random.SystemRandom()  # `random` itself is seeded alike in every test process
PORTS = range(20_000, 32_000)
"""Below those the system gives to outgoing connections: one of these could take the port before the server does."""


def free_port() -> int:
    """Return a port nobody listens on now."""
    while True:
        port = CHANCE.choice(PORTS)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
