"""Two network namespaces with a link between them that may lose large packets without a word.

They live in a user namespace of their own, so that no root is needed, and nothing in them can reach anything else.
"""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tests.servers import program

CLIENT, SERVER = "10.99.7.1", "10.99.7.2"
_DEVICE = "narrow0"


@dataclass(frozen=True)
class Link:
    """The two ends of the link, each by the number of a process that holds its namespace open."""

    client: int
    server: int

    def inside(self, end: int, *command: str) -> tuple[str, ...]:
        """The command, run at one end."""
        return (program("nsenter"), "--target", str(end), "--user", "--net", "--preserve-credentials", *command)

    def lose_large(self, end: int, size: int) -> None:
        """From now on the link loses, without ICMP, what this end sends in packets of more than ``size`` bytes."""
        # A token bucket never takes a packet that does not fit into it; large ones that wait to be cut are cut first.
        bucket = ("tbf", "rate", "1gbit", "burst", str(size), "latency", "50ms")
        _run(*self.inside(end, program("tc"), "qdisc", "add", "dev", _DEVICE, "root", *bucket))


@contextmanager
def link() -> Iterator[Link]:
    """Make the namespaces; they are gone when the block ends. Raises ``RuntimeError`` where the system does not allow it."""
    with ExitStack() as stack:
        client = hold(stack, program("unshare"), "--user", "--map-root-user", "--net")
        server = hold(stack, program("nsenter"), "--target", str(client), "--user", "--preserve-credentials", program("unshare"), "--net")
        made = Link(client=client, server=server)
        ip = program("ip")
        _run(*made.inside(client, ip, "link", "add", _DEVICE, "type", "veth", "peer", "name", _DEVICE, "netns", str(server)))
        for end, address in ((client, CLIENT), (server, SERVER)):
            _run(*made.inside(end, ip, "addr", "add", f"{address}/30", "dev", _DEVICE))
            _run(*made.inside(end, ip, "link", "set", _DEVICE, "up"))
            _run(*made.inside(end, ip, "link", "set", "lo", "up"))
        yield made


def hold(stack: ExitStack, *command: str) -> int:
    """Start a process behind this command that says when it is inside, and give its number; it ends with the stack."""
    held = subprocess.Popen((*command, program("sh"), "-c", "echo inside; exec cat"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    stack.enter_context(held)
    stack.callback(held.kill)
    if held.stdout is None or held.stdout.readline() != b"inside\n":
        raise RuntimeError(f"{command}: {held.stderr.read().decode(errors='replace') if held.stderr else ''}")
    return held.pid


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
