"""Real servers on loopback, each started by a context manager and gone when it ends. All need what ``tests/install-servers`` installs."""

import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from probe.lab.pki import Issued

START = 15.0
"""Seconds that a server may take to accept its first connection."""

SBIN = "/usr/sbin:/usr/bin:/sbin:/bin"


def program(name: str) -> str:
    """Give the path of a server's program; daemons live where a user's PATH does not look."""
    found = shutil.which(name) or shutil.which(name, path=SBIN)
    if found is None:
        raise FileNotFoundError(f"{name} is not installed: run tests/install-servers")
    return found


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """Give a port of 127.0.0.1 on which nothing listens now."""
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def key_pem(issued: Issued) -> bytes:
    """Write the private key of a test certificate as PKCS #8 without encryption."""
    return issued.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def files(folder: Path, chain: tuple[Issued, ...], name: str = "server") -> tuple[Path, Path]:
    """Write a chain and the key of its first certificate; give the two paths."""
    certificates, key = folder / f"{name}.pem", folder / f"{name}.key"
    certificates.write_text("".join(one.pem for one in chain))
    key.write_bytes(key_pem(chain[0]))
    key.chmod(0o600)
    return certificates, key


@contextmanager
def running(*command: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program in the foreground until the block ends; its output goes to ``log``."""
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_for(process: subprocess.Popen[bytes], port: int, log: Path, kind: socket.SocketKind = socket.SOCK_STREAM) -> None:
    """Return when the port accepts a connection (or, for datagrams, is taken); fail with the program's output when it ended or takes too long."""
    until = time.monotonic() + START
    while time.monotonic() < until and process.poll() is None:
        with socket.socket(socket.AF_INET, kind) as sock:
            if kind == socket.SOCK_STREAM:
                if sock.connect_ex(("127.0.0.1", port)) == 0:
                    return
            else:
                try:
                    sock.bind(("127.0.0.1", port))
                except OSError:
                    return
        time.sleep(0.01)
    raise RuntimeError(f"{process.args!r} does not serve port {port}: {log.read_text(errors='replace')[-2000:]}")


@contextmanager
def nginx(folder: Path, blocks: str) -> Iterator[int]:
    """Run nginx with the given server blocks, in which ``PORT`` stands for the port on 127.0.0.1; give the port. TLS 1.2 and 1.3 are on."""
    port = free_port()
    temporary = "\n".join(f"{name}_temp_path {folder / name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    text = blocks.replace("PORT", str(port))
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"daemon off;\nmaster_process off;\npid {folder / 'nginx.pid'};\nerror_log stderr;\nevents {{}}\n"
        f"http {{\naccess_log off;\nssl_protocols TLSv1.2 TLSv1.3;\n{temporary}\n{text}\n}}\n"
    )
    log = folder / "nginx.log"
    with running(program("nginx"), "-p", str(folder), "-e", "stderr", "-c", str(configuration), log=log) as process:
        wait_for(process, port, log)
        yield port


@contextmanager
def slapd(folder: Path, chain: tuple[Issued, ...], *more: str, scheme: str = "ldaps", database: tuple[str, ...] = ()) -> Iterator[int]:
    """Run OpenLDAP on ldaps:// (or ldap://, where it offers StartTLS) with an empty directory ``dc=shop,dc=example``; give the port.

    ``more`` are lines for the global part of its configuration, ``database`` for that directory.
    """
    port = free_port()
    certificates, key = files(folder, chain, "slapd")
    data = folder / "ldap"
    data.mkdir(exist_ok=True)
    lines = (
        "include /etc/ldap/schema/core.schema",
        f"pidfile {folder / 'slapd.pid'}",
        "modulepath /usr/lib/ldap",
        "moduleload back_mdb.so",
        f"TLSCertificateFile {certificates}",
        f"TLSCertificateKeyFile {key}",
        *more,
        "database mdb",
        'suffix "dc=shop,dc=example"',
        f"directory {data}",
        *database,
    )
    configuration = folder / "slapd.conf"
    configuration.write_text("\n".join(lines) + "\n")
    log = folder / "slapd.log"
    with running(program("slapd"), "-f", str(configuration), "-h", f"{scheme}://127.0.0.1:{port}/", "-d", "0", log=log) as process:
        wait_for(process, port, log)
        yield port


@contextmanager
def nsd(folder: Path, zones: dict[str, str | None], port: int = 0) -> Iterator[int]:
    """Run NSD with these zones (name to zone file text; ``None`` is a zone whose file is missing, which is answered with SERVFAIL); give the port."""
    port = port or free_port(socket.SOCK_DGRAM)
    lines = [
        "server:",
        f"  ip-address: 127.0.0.1@{port}",
        '  username: ""',
        '  chroot: ""',
        f'  zonesdir: "{folder}"',
        f'  pidfile: "{folder / "nsd.pid"}"',
        f'  xfrdfile: "{folder / "xfrd.state"}"',
        f'  zonelistfile: "{folder / "zone.list"}"',
        f'  xfrdir: "{folder}"',
        '  database: ""',
        "  server-count: 1",
        "  rrl-ratelimit: 0",
        "remote-control:",
        "  control-enable: no",
    ]
    for name, text in zones.items():
        if text is not None:
            (folder / f"{name}.zone").write_text(text)
        lines += ["zone:", f'  name: "{name}"', f'  zonefile: "{name}.zone"']
    configuration = folder / "nsd.conf"
    configuration.write_text("\n".join(lines) + "\n")
    log = folder / "nsd.log"
    with running(program("nsd"), "-d", "-c", str(configuration), log=log) as process:
        wait_for(process, port, log, socket.SOCK_DGRAM)
        yield port


@contextmanager
def openssl_server(folder: Path, chain: tuple[Issued, ...], *options: str) -> Iterator[int]:
    """Run ``openssl s_server`` on a port of its own choice; give the port. It serves one connection after the other."""
    certificates, key = files(folder, chain, "s_server")
    log = folder / "s_server.log"
    command = (program("openssl"), "s_server", "-accept", "127.0.0.1:0", "-cert_chain", str(certificates), "-cert", str(certificates), "-key", str(key))
    with running(*command, *options, log=log) as process:
        until = time.monotonic() + START
        while time.monotonic() < until and process.poll() is None:
            found = re.search(r"^ACCEPT .*:(\d+)$", log.read_text(errors="replace"), re.MULTILINE)
            if found:
                yield int(found.group(1))
                return
            time.sleep(0.01)
        raise RuntimeError(f"openssl s_server did not start: {log.read_text(errors='replace')[-2000:]}")
