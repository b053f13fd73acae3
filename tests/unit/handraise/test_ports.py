import socket

import pytest

from handraise.ports import free_ports, require_free
from shared.errors import Misconfigured


def test_free_ports_differ() -> None:
    assert len(set(free_ports(5))) == 5


def test_a_taken_port_names_the_cure() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(Misconfigured, match=f"port {port} .* taken .* --port"):
            require_free(port, "127.0.0.1", "--port")


@pytest.mark.parametrize("port", [-1, 70_000])
def test_an_impossible_port_is_refused(port: int) -> None:
    with pytest.raises(Misconfigured, match="cannot be used"):
        require_free(port, "127.0.0.1", "--port")


def test_a_free_port_is_fine() -> None:
    require_free(free_ports(1)[0], "127.0.0.1", "--port")
