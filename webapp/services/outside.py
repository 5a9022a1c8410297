"""Connections to addresses that somebody typed: looked up once, only to the public internet, and cut after a while."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

Lookup = Callable[[str, int], Sequence[str]]

WRAPPING = tuple(
    IPv6Network(network)
    for network in (
        "::/96",  # IPv4-compatible, and :: and ::1 themselves
        "::ffff:0:0/96",  # IPv4-mapped
        "64:ff9b::/96",  # NAT64, RFC 6052
        "64:ff9b:1::/48",  # NAT64 of one network, RFC 8215
        "2001::/32",  # Teredo
        "2002::/16",  # 6to4
    )
)
"""IPv6 networks whose addresses stand for IPv4 ones: what lies behind cannot be told from the address alone."""


class Unsafe(Exception):
    """The address leads to a place nobody may be sent to; its text is a sentence."""


def look_up(host: str, port: int) -> Sequence[str]:
    """Every address of a host, in the order to try them; raises OSError when there is none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(each[4][0]) for each in found))


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it is an ordinary address of the internet: not private, local, shared, multicast, reserved or wrapped."""
    if isinstance(address, IPv6Address) and (
        address.scope_id is not None or address.is_site_local or any(address in network for network in WRAPPING)
    ):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def safe_addresses(host: str, port: int, *, loopback: bool, lookup: Lookup = look_up) -> tuple[str, ...]:
    """The addresses of a host, looked up once: connect to one of these and never ask again.

    Raises Unsafe when one of them is not public (one public address does not excuse another; `loopback` admits this
    machine's own), and OSError when the host is not known.
    """
    found = tuple(lookup(host, port))
    for text in found:
        address = ip_address(text)
        if not (is_public(address) or (loopback and address.is_loopback and str(address) in ("127.0.0.1", "::1"))):
            raise Unsafe(f"{host} leads to {text}, which is not an address of the public internet. Nothing was sent.")
    if not found:
        raise OSError(f"{host} has no address")
    return found


def connect(addresses: Sequence[str], port: int, *, seconds: float) -> socket.socket:
    """A connection to the first address that takes it, each tried for so long; raises the last one's OSError."""
    last = OSError("there is no address to connect to")
    for address in addresses:
        try:
            return socket.create_connection((address, port), timeout=seconds)
        except OSError as error:
            last = error
    raise last


class Clock:
    """How long a conversation may still go on; `over` once it was cut."""

    def __init__(self) -> None:
        self.over = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()

    def watch(self, connection: socket.socket) -> None:
        """Cut this connection, too, when the time is over; the one watched before is forgotten."""
        with self._lock:
            self._socket = connection
            if self.over:
                _cut(connection)

    def end(self) -> None:
        """The time is over."""
        with self._lock:
            self.over = True
            if self._socket is not None:
                _cut(self._socket)


def _cut(connection: socket.socket) -> None:
    try:
        socket.socket.shutdown(connection, socket.SHUT_RDWR)  # the plain one: TLS would want to say goodbye first
    except OSError:
        return  # it is closed already


@contextmanager
def within(seconds: float) -> Iterator[Clock]:
    """A clock that cuts what it watches after so many seconds, however slowly the other side drips."""
    clock = Clock()
    timer = threading.Timer(seconds, clock.end)
    timer.daemon = True
    timer.start()
    try:
        yield clock
    finally:
        timer.cancel()
