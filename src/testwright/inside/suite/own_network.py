"""Brings up the loopback device in a network namespace of our own: tests may talk to themselves."""

from __future__ import annotations

import fcntl
import socket
import struct

__all__ = ["bring_up_loopback"]

_SIOCSIFFLAGS, _IFF_UP = 0x8914, 1


def bring_up_loopback() -> None:
    """OSError where the system does not let us."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _IFF_UP))
