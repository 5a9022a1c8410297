"""Addresses to go back to: only paths of this site, so that nobody is sent elsewhere after signing in."""

from __future__ import annotations

from urllib.parse import urlsplit


def own_path(address: str | None) -> str | None:
    """The address when it is a path of this site ("/work-orders?q=x"), else None.

    Browsers read a backslash as a slash and drop tabs and line ends, so any of them is refused.
    """
    if not address or not address.startswith("/") or address.startswith("//"):
        return None
    if "\\" in address or any(ord(character) < 0x20 or ord(character) == 0x7F for character in address):
        return None
    parts = urlsplit(address)
    return None if parts.scheme or parts.netloc else address
