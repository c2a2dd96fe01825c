"""Further real servers on loopback, each started by a context manager and gone when it ends. All need what ``tests/install-servers`` installs."""

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL

from probe.lab.pki import Issued
from tests.real.web import free_ports
from tests.servers import START, files, free_port, openssl_server, program, running, wait_for

HERE = Path(__file__).parent


@contextmanager
def plain_slapd(folder: Path) -> Iterator[int]:
    """Run OpenLDAP without TLS; give the port."""
    (port,) = free_ports(1)
    configuration = folder / "slapd.conf"
    configuration.write_text(f"include /etc/ldap/schema/core.schema\npidfile {folder / 'slapd.pid'}\n")
    log = folder / "slapd.log"
    with running(program("slapd"), "-f", str(configuration), "-h", f"ldap://127.0.0.1:{port}/", "-d", "0", log=log) as process:
        wait_for(process, port, log)
        yield port


@contextmanager
def s_server(folder: Path, chain: tuple[Issued, ...], *options: str) -> Iterator[int]:
    """Run ``openssl s_server`` with exactly this chain; give the port."""
    above = folder / "above.pem"
    above.write_text("".join(one.pem for one in chain[1:]))
    with openssl_server(folder, chain, *(("-cert_chain", str(above)) if chain[1:] else ()), *options) as port:
        yield port


@contextmanager
def gnutls(folder: Path, chain: tuple[Issued, ...], *options: str) -> Iterator[int]:
    """Run gnutls-serv as an HTTP server; give the port."""
    (port,) = free_ports(1)
    certificates, key = files(folder, chain, "gnutls")
    log = folder / "gnutls.log"
    command = (program("gnutls-serv"), "--http", "--port", str(port), "--x509certfile", str(certificates), "--x509keyfile", str(key))
    with running(*command, *options, log=log) as process:
        wait_for(process, port, log)
        yield port


@contextmanager
def mosquitto(folder: Path, chain: tuple[Issued, ...], *lines: str) -> Iterator[int]:
    """Run the MQTT broker with one TLS listener; give the port."""
    (port,) = free_ports(1)
    certificates, key = files(folder, chain, "mosquitto")
    configuration = folder / "mosquitto.conf"
    settings = ("user root", "allow_anonymous true", f"listener {port} 127.0.0.1", f"certfile {certificates}", f"keyfile {key}", *lines)
    configuration.write_text("\n".join(settings) + "\n")
    log = folder / "mosquitto.log"
    with running(program("mosquitto"), "-c", str(configuration), log=log) as process:
        wait_for(process, port, log)
        yield port


@contextmanager
def announced(folder: Path, *command: str) -> Iterator[dict[str, int]]:
    """Run a program that opens servers on ports of its own choice and prints them as one line of JSON, name to port; give that."""
    log = folder / "announced.log"
    with running(*command, log=log) as process:
        until = time.monotonic() + START
        while time.monotonic() < until and process.poll() is None:
            first, end, _ = log.read_text(errors="replace").partition("\n")
            if end:
                yield {str(name): int(port) for name, port in json.loads(first).items()}
                return
            time.sleep(0.01)
        raise RuntimeError(f"{command!r} opens no server: {log.read_text(errors='replace')[-2000:]}")


@contextmanager
def java(folder: Path, chain: tuple[Issued, ...], program_name: str = "Serve") -> Iterator[dict[str, int]]:
    """Run SSLServerSockets of the JVM (open, demand12, demand13, request; or those of another program); give their ports."""
    certificates, key = files(folder, chain, "java")
    store = folder / "java.p12"
    made = (program("openssl"), "pkcs12", "-export", "-in", str(certificates), "-inkey", str(key), "-out", str(store), "-passout", "pass:changeit")
    subprocess.run(made, check=True, stdin=DEVNULL, capture_output=True, timeout=30)
    subprocess.run((program("javac"), "-d", str(folder), str(HERE / f"{program_name}.java")), check=True, capture_output=True, timeout=60)
    with announced(folder, program("java"), "-XX:TieredStopAtLevel=1", "-cp", str(folder), program_name, str(store)) as ports:
        yield ports


@contextmanager
def node(folder: Path, chain: tuple[Issued, ...]) -> Iterator[dict[str, int]]:
    """Run HTTPS servers of Node.js: open, demand12, demand13, request; give their ports."""
    certificates, key = files(folder, chain, "node")
    with announced(folder, program("node"), str(HERE / "serve.js"), str(certificates), str(key)) as ports:
        yield ports


@contextmanager
def unbound(folder: Path, *lines: str) -> Iterator[int]:
    """Run the resolver Unbound with these lines of configuration; give the port."""
    port = free_port(socket.SOCK_DGRAM)
    configuration = folder / "unbound.conf"
    server = (
        "server:",
        f" interface: 127.0.0.1@{port}",
        ' username: ""',
        ' chroot: ""',
        f' directory: "{folder}"',
        f' pidfile: "{folder / "unbound.pid"}"',
        " use-syslog: no",
        " do-daemonize: no",
        " do-not-query-localhost: no",
        ' module-config: "iterator"',
        " access-control: 127.0.0.0/8 allow",
    )
    configuration.write_text("\n".join((*server, *lines, "remote-control:", " control-enable: no")) + "\n")
    log = folder / "unbound.log"
    with running(program("unbound"), "-d", "-c", str(configuration), log=log) as process:
        wait_for(process, port, log, socket.SOCK_DGRAM)
        yield port
