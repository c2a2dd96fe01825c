"""OpenSSL of this machine as a judge of certificate chains: its verify command, and its TLS client in a handshake."""

import re
import ssl
import subprocess
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from probe.facts.certificate import pem
from probe.facts.noun import noun
from tests.peers.pki import Made
from tests.peers.situations import Situation

_ERROR = re.compile(r"^error (\d+) at (\d+) depth lookup: (.*)$", re.MULTILINE)


@noun
class Answer:
    """The first error that OpenSSL meets: number, depth and text; ``accepts`` if there is none."""

    accepts: bool
    number: int = 0
    depth: int = 0
    text: str = ""


@noun
class Handshake:
    """How a handshake ended: the number of the verification error (0: none), another reason why the client ended it, and the alert that the server received.

    Both words are as OpenSSL spells them, in lower case.
    """

    number: int
    reason: str = ""
    alert: str = ""


def version() -> str:
    """The version of the command, as it prints it."""
    return subprocess.run(["openssl", "version"], capture_output=True, text=True, check=True, timeout=30).stdout


def ask(folder: Path, situations: Iterable[Situation]) -> dict[str, Answer]:
    """Ask ``openssl verify`` about all situations, with the settings of a TLS client at Debian's security level."""
    asked = list(situations)
    with ThreadPoolExecutor(max_workers=4) as pool:
        return dict(zip((one.name for one in asked), pool.map(lambda one: verify(folder, one), asked), strict=True))


def written(path: Path, certificates: Iterable[Made]) -> Path:
    """Write certificates as PEM."""
    path.write_text("".join(pem(one.certificate) for one in certificates), encoding="ascii")
    return path


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def verify(folder: Path, one: Situation, *options: str) -> Answer:
    """Ask ``openssl verify`` about one situation; ``options`` are added to the command."""
    stem = one.name
    leaf = written(folder / f"{stem}.leaf.pem", one.presented[:1])
    sent = written(folder / f"{stem}.sent.pem", one.presented)
    command = ["openssl", "verify", "-purpose", "sslserver", "-auth_level", "2", "-untrusted", str(sent)]
    command += ["-no-CApath", "-no-CAstore"]
    # An empty file is refused as a store; without any the store is empty.
    command += ["-CAfile", str(written(folder / f"{stem}.store.pem", one.anchors))] if one.anchors else ["-no-CAfile"]
    command += ["-verify_ip" if _is_address(one.host) else "-verify_hostname", one.host, *options, str(leaf)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    found = _ERROR.search(said.stderr)
    if said.returncode == 0 and not found:
        return Answer(accepts=True)
    assert found, said.stderr
    return Answer(accepts=False, number=int(found[1]), depth=int(found[2]), text=found[3])


def serving(folder: Path, one: Situation) -> ssl.SSLContext:
    """The settings of a server that presents the chain of a situation, whatever is wrong with it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    if one.key_exchange == "key-transport":
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("AES128-GCM-SHA256:@SECLEVEL=0")
    key = folder / f"{one.name}.key"
    key.write_bytes(one.presented[0].key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context.load_cert_chain(written(folder / f"{one.name}.chain.pem", one.presented), key)
    return context


def shake(folder: Path, one: Situation) -> Handshake:
    """Make a handshake in memory with a client of libssl, set up as its own command is: verification, host name, security level 2."""
    server_context = serving(folder, one)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers("DEFAULT:@SECLEVEL=2")
    if one.anchors:
        context.load_verify_locations(cadata=b"".join(made.certificate.der for made in one.anchors))
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(down, up, server_hostname=one.host)
    server = server_context.wrap_bio(up, down, server_side=True)
    number, reason = 0, ""
    for _ in range(10):
        try:
            client.do_handshake()
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLCertVerificationError as refused:
            number = refused.verify_code
        except ssl.SSLError as ended:
            reason = (ended.reason or "").lower()
        try:
            server.do_handshake()
            server.read()
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as alerted:
            return Handshake(number=number, reason=reason, alert=(alerted.reason or "").lower())
    return Handshake(number=number, reason=reason)
