"""Certificates and real servers that several tests share."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from probe.lab.pki import Issued, authority
from tests.servers import files, nginx

MOVED = "https://user:secret@elsewhere.example/path?token=1#x"


@pytest.fixture(scope="session")
def root() -> Issued:
    return authority("Capture Test Root")


@pytest.fixture(scope="session")
def chain(root: Issued) -> tuple[Issued, ...]:
    issuer = root.intermediate("Capture Test Issuer")
    return (issuer.issue("shop.example", "other.example", "127.0.0.1"), issuer)


@pytest.fixture(scope="session")
def web(tmp_path_factory: pytest.TempPathFactory, chain: tuple[Issued, ...], root: Issued) -> Iterator[int]:
    """Nginx with virtual hosts: shop (default), other, tls12, tls13, optional and required (client certificate), forbidden, moved."""
    folder = tmp_path_factory.mktemp("nginx")
    certificates, key = files(folder, chain)
    other, other_key = files(folder, (root.issue("other.example"),), "other")
    authorities = folder / "root.pem"
    authorities.write_text(root.pem)

    def block(name: str, *lines: str, certificate: Path = certificates, private: Path = key) -> str:
        extra = "\n".join(lines)
        default = " default_server" if name == "shop.example" else ""
        return (
            f"server {{ listen 127.0.0.1:PORT ssl{default}; server_name {name}; ssl_certificate {certificate}; ssl_certificate_key {private};\n"
            f"{extra}\nlocation / {{ return 200 'hello from {name}\\n'; }} }}"
        )

    blocks = "\n".join(
        (
            block(
                "shop.example", "location /forbidden { return 403; }", "location /moved { return 302 'https://user:secret@elsewhere.example/path?token=1#x'; }"
            ),
            block("other.example", certificate=other, private=other_key),
            block("optional.example", f"ssl_verify_client optional; ssl_client_certificate {authorities};"),
            block("required.example", f"ssl_verify_client on; ssl_client_certificate {authorities};"),
            block("cookie.example", "add_header Set-Cookie 'session=secret'; add_header WWW-Authenticate 'Basic realm=\"inside\"' always;"),
        )
    )
    with nginx(folder, blocks) as port:
        yield port


@pytest.fixture
def full_port() -> Iterator[int]:
    """A port whose backlog is full: a connection is neither accepted nor refused."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        try:
            for one in waiting:
                one.setblocking(False)
                one.connect_ex(full.getsockname())
            yield int(full.getsockname()[1])
        finally:
            for one in waiting:
                one.close()
