"""Real clients, asked with the arguments that a scene gives to the user."""

import socket
import ssl
import subprocess
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from probe.lab.scene import Scene
from probe.protocols.ldaps import request as search

TIMEOUT = 5.0
FLAGS = ("--send-anyway", "--allow-connect", "--dns-records")
CONNECT = bytes.fromhex("101300044d51545404020000") + b"\0\x07press-4"
"""CONNECT of MQTT 3.1.1 with a client ID."""
CONNACK = b"\x20\x02"


@dataclass(frozen=True)
class Asked:
    """What the arguments of a scene say."""

    scheme: str
    host: str
    port: int
    address: str
    address_port: int
    trust: str
    sni: str | None
    resolver: str | None
    options: dict[str, str]


def asked(scene: Scene) -> Asked:
    target, *every = scene.arguments
    rest = [one for one in every if one not in FLAGS]
    options = dict(zip(rest[::2], rest[1::2], strict=True))
    parts = urlsplit(target)
    host, port = (parts.hostname or "").encode("idna").decode(), parts.port or 443
    address, _, address_port = options.get("--connect", "").rpartition(":")
    sni = None if options.get("--sni") == "none" or host[0].isdigit() or ":" in host else host
    return Asked(
        scheme=parts.scheme,
        host=host,
        port=port,
        address=address or host,
        address_port=int(address_port or port),
        trust=options["--trust"],
        sni=sni,
        resolver=options.get("--resolver"),
        options=options,
    )


def context(one: Asked) -> ssl.SSLContext:
    """What a Python program would use, with the versions of the arguments."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = one.sni is not None or "--sni" not in one.options
    if one.trust != "none":
        made.load_verify_locations(one.trust)
    versions = {"TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}
    if "--tls-max" in one.options:
        made.maximum_version = versions[one.options["--tls-max"]]
    if "--tls-min" in one.options:
        made.minimum_version = versions[one.options["--tls-min"]]
    made.set_alpn_protocols(["http/1.1"])
    if "--cert" in one.options:
        made.load_cert_chain(one.options["--cert"], one.options.get("--key"))
    return made


def talk(one: Asked, made: ssl.SSLContext | None = None, request: bytes | None = None, until: bytes = b"") -> bytes:
    """Connect with the system's OpenSSL, send a request, and give all that comes, or all up to ``until``. Raises what ``ssl`` and ``socket`` raise."""
    made = made or context(one)
    name = one.host if made.check_hostname or one.sni else None
    with (
        connected(one) as plain,
        made.wrap_socket(plain, server_hostname=name) as tls,
    ):
        tls.sendall(request if request is not None else f"GET / HTTP/1.1\r\nHost: {one.host}\r\n\r\n".encode())
        received = b""
        while (not until or until not in received) and (data := tls.recv(65536)):
            received += data
        return received


def connected(one: Asked) -> socket.socket:
    """A connection to where the arguments say, through their proxy if it is one of HTTP. Raises ``OSError``."""
    if "--proxy" not in one.options:
        return socket.create_connection((one.address, one.address_port), timeout=TIMEOUT)
    proxy = urlsplit(one.options["--proxy"])
    connection = HTTPConnection(proxy.hostname or "", proxy.port, timeout=TIMEOUT)
    connection.set_tunnel(one.address, one.address_port)
    try:
        connection.connect()
    except BaseException:
        connection.close()
        raise
    return connection.sock


def outcome(scene: Scene) -> str:
    """In one word, what the system's OpenSSL says: ``verify N``, the reason of an alert, the errno's name, or the HTTP status line; of a broker its CONNACK."""
    one = asked(scene)
    try:
        if one.scheme == "mqtts":
            return talk(one, request=CONNECT, until=CONNACK)[:4].hex()
        return talk(one).split(b"\r\n", 1)[0].decode()
    except ssl.SSLCertVerificationError as refused:
        return f"verify {refused.verify_code}"
    except ssl.SSLError as failed:
        # Python 3.11 knows no name for some; then OpenSSL's words stand between its brackets.
        return str(failed.reason or str(failed).partition("] ")[2].partition(" (")[0])
    except HTTPException as failed:
        return type(failed).__name__
    except OSError as failed:
        return tunnel if (tunnel := str(failed).partition("Tunnel connection failed: ")[2]) else type(failed).__name__


def curl(scene: Scene, address: str | None = None) -> int:
    """The exit code of curl; of a broker, which curl cannot ask through TLS, 0 when it lets the client in."""
    one = asked(scene)
    if one.scheme == "mqtts":
        return 0 if outcome(scene) == "20020000" else 1
    if one.scheme == "ldaps":
        # curl asks a directory at no other address than its name's.
        return 0 if b"dnsHostName" in talk(one, request=search(), until=b"dnsHostName") else 1
    host = f"[{one.host}]" if ":" in one.host else one.host
    there = address or one.address
    to = f"{host}:{one.port}:{f'[{there}]' if ':' in there else there}:{one.address_port}"
    url = ["--ssl-reqd", f"smtp://{host}:{one.port}"] if one.scheme == "smtp" else [f"https://{host}:{one.port}/"]
    command = ["curl", "--silent", "--output", "/dev/null", "--max-time", "5", "--cacert", one.trust, *presenting(one), *url]
    proxy = ["--proxy", one.options["--proxy"]] if "--proxy" in one.options else []
    # A proxy that finds the target by its name is not told an address.
    elsewhere = [] if ":" in one.host or (proxy and "--connect" not in one.options) else ["--connect-to", to]
    return subprocess.run([*command, *elsewhere, *proxy], check=False).returncode


def presenting(one: Asked) -> tuple[str, ...]:
    """The options of curl for the client certificate, if the scene has one."""
    return tuple(text for option in ("--cert", "--key") if option in one.options for text in (option, one.options[option]))


def dig(where: str, name: str, kind: str = "A", *options: str) -> str:
    """What dig prints."""
    address, _, port = where.rpartition(":")
    command = ["dig", f"@{address}", "-p", port, name, kind, "+time=1", "+tries=1", *options]
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout


def s_client(port: int, *options: str) -> str:
    """What ``openssl s_client`` prints; it sends nothing."""
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", *options]
    done = subprocess.run(command, check=False, capture_output=True, stdin=subprocess.DEVNULL, timeout=10)
    return (done.stdout + done.stderr).decode("utf-8", "replace")
