"""TCP ports on this machine."""

import errno
import socket

from shared.errors import Misconfigured


def free_ports(count: int, host: str = "127.0.0.1") -> list[int]:
    """As many different ports as asked for, free at this moment."""
    sockets = [socket.socket(_family(host)) for _ in range(count)]
    try:
        for each in sockets:
            each.bind((host, 0))
        return [int(each.getsockname()[1]) for each in sockets]
    finally:
        for each in sockets:
            each.close()


def require_free(port: int, host: str, option: str) -> None:
    """Make sure that a service will be able to listen.

    Args:
        port: the port asked for.
        host: the address to listen on.
        option: what the person can change, named in the message.

    Raises:
        Misconfigured: somebody else listens there, or the port is not allowed.
    """
    with socket.socket(_family(host)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
            why = "is taken by another program" if taken else f"cannot be used ({error})"
            raise Misconfigured(
                f"port {port} on {host} {why}: choose another with {option}, "
                "or let one be chosen with 0"
            ) from error


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
