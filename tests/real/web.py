"""One nginx with many servers, each on a port of its own."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from probe.lab.pki import Issued
from tests.servers import files, nginx, program, running, wait_for

STREAM = Path("/usr/lib/nginx/modules/ngx_stream_module.so")


def free_ports(count: int, *addresses: str) -> list[int]:
    """Give ports on which nothing listens now, on any of the addresses."""
    with ExitStack() as held:
        found: list[int] = []
        while len(found) < count:
            first = held.enter_context(socket.create_server(("127.0.0.1", 0)))
            port = int(first.getsockname()[1])
            try:
                for address in addresses:
                    held.enter_context(socket.create_server((address, port)))
            except OSError:
                continue
            found.append(port)
        return found


class Web:
    """Collects server blocks; ``LISTEN`` in a block stands for address and port, ``CERT`` for the certificate lines of its chain."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._blocks: dict[str, str] = {}

    def add(self, name: str, chain: tuple[Issued, ...], lines: str = "", listen: str = "ssl") -> None:
        """Add a server that serves TLS with this chain; ``lines`` go into its block."""
        self._blocks[name] = f"server {{ listen 127.0.0.1:@{name}@ {listen}; {self.certificate(name, chain)} {lines} }}"

    def add_block(self, name: str, block: str) -> None:
        """Add whole blocks in which ``@name@`` is the port."""
        self._blocks[name] = block

    def certificate(self, name: str, chain: tuple[Issued, ...]) -> str:
        """Write chain and key; give the lines that name them."""
        certificates, key = files(self.folder, chain, name)
        return f"ssl_certificate {certificates}; ssl_certificate_key {key};"

    @contextmanager
    def running(self) -> Iterator[dict[str, int]]:
        """Run nginx with all blocks; give the port of each."""
        ports = dict(zip(self._blocks, free_ports(len(self._blocks)), strict=True))
        text = "\n".join(self._blocks.values())
        for name, port in ports.items():
            text = text.replace(f"@{name}@", str(port))
        # The one port that tests.servers waits for; nginx binds all of its ports before it serves any.
        with nginx(self.folder, f"server {{ listen 127.0.0.1:PORT; }}\n{text}"):
            yield ports


@contextmanager
def stream(folder: Path, block: str) -> Iterator[int]:
    """Run nginx as a plain TCP proxy over TLS with one server block, in which ``PORT`` is the port; give the port."""
    (port,) = free_ports(1)
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"load_module {STREAM};\ndaemon off;\nmaster_process off;\npid {folder / 'nginx.pid'};\nerror_log stderr;\nevents {{}}\n"
        f"stream {{\n{block.replace('PORT', str(port))}\n}}\n"
    )
    log = folder / "nginx.log"
    with running(program("nginx"), "-p", str(folder), "-e", "stderr", "-c", str(configuration), log=log) as process:
        wait_for(process, port, log)
        yield port
