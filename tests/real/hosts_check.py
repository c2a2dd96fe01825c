"""Runs inside of a private namespace: a name server on port 53, a healthy shop on two addresses, one check with the system's own resolver, told as JSON."""

import fcntl
import json
import socket
import struct
import sys
import tempfile
from pathlib import Path

from probe.cli.arguments import observed
from probe.diagnose import diagnose
from probe.lab.shop import HOST, hierarchy
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving
from probe.report.compose import compose
from tests.servers import nsd

SIOCGIFFLAGS, SIOCSIFFLAGS, UP = 0x8913, 0x8914, 0x1


def loopback_up() -> None:
    """An own network begins with its loopback down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        (flags,) = struct.unpack_from("16xH", fcntl.ioctl(sock, SIOCGIFFLAGS, struct.pack("16s16x", b"lo")))
        fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | UP))


def main() -> None:
    """Check ``https://shop.example`` while DNS knows the records given as arguments ("A 127.0.0.1")."""
    loopback_up()
    head = "$ORIGIN example.\n$TTL 60\n@ IN SOA ns.example. hostmaster.example. 1 3600 600 86400 60\n@ IN NS ns.example.\nns IN A 127.0.0.1\n"
    zone = head + "".join(f"shop IN {one}\n" for one in sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder, nsd(Path(folder), {"example": zone}, 53), Stage() as stage:
        made = hierarchy()
        port = stage.tls_at(tuple((address, Serving(credentials=(made.whole,))) for address in ("127.0.0.1", "127.0.0.2")))
        found = diagnose(observed((f"https://{HOST}:{port}", "--trust", stage.trust_file(made.root))))
    result = compose((found,)).results[0]
    findings = [{"code": one.code, "effect": one.effect, "summary": one.summary, "evidence": [said.says for said in one.evidence]} for one in result.findings]
    commands = [command for one in result.findings for command in one.commands]
    told = {"verdict": result.verdict, "findings": findings, "commands": commands, "reached": [one.address for one in result.observation.attempts]}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
