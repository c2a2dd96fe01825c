"""Real programs that call a listener, each in a process of its own; the listener runs in the test."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from probe.case.called import apart
from probe.diagnose import Diagnosis, diagnose
from probe.facts.observation import Observation
from probe.jobs.listen import Listener, Wishes
from probe.lab.pki import Issued

HOST = "api.partner.example"
Command = list[str]
Calls = Callable[[int], Command]
"""From a port to a command line."""


def key_file(folder: Path, issued: Issued) -> str:
    """The private key of a certificate, as a file."""
    place = folder / "key.pem"
    place.write_bytes(issued.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return str(place)


def chain_file(folder: Path, *chain: Issued, name: str = "chain.pem") -> str:
    """Certificates in a file, in this order."""
    place = folder / name
    place.write_text("".join(one.pem for one in chain))
    return str(place)


def heard(wishes: Wishes, *callers: Calls) -> tuple[Observation, list[str]]:
    """Listen, let everybody call, one after the other in their own processes at the same time; give what was seen and what the callers printed."""
    listener = Listener(0, wishes)
    processes = [
        subprocess.Popen(call(listener.target.port), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for call in callers
    ]
    try:
        seen = listener.wait()
    finally:
        said = [one.communicate(timeout=30)[0] for one in processes]
    return seen, said


def judged(seen: Observation) -> tuple[Diagnosis, ...]:
    """What the probe says of each call."""
    return tuple(diagnose(one) for one in apart(seen))


def curl(*options: str, host: str = HOST, path: str = "/api/oicp/charging/v21/x") -> Calls:
    """Call with curl."""
    return lambda port: ["curl", "-sS", "-m", "15", "-o", "/dev/null", *options, "--resolve", f"{host}:{port}:127.0.0.1", f"https://{host}:{port}{path}"]


def openssl(*options: str, host: str = HOST) -> Calls:
    """Call with openssl s_client, which ends the handshake where verification fails."""
    return lambda port: ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", host, "-verify_return_error", *options]


def java(classes: Path, trust: str, *options: str, host: str = HOST) -> Calls:
    """Call with the JVM's own HTTP client; ``classes`` holds the compiled Call.java and a hosts file."""
    begin = ["java", "-XX:TieredStopAtLevel=1", f"-Djdk.net.hosts.file={classes / 'hosts'}", *options, "-cp", str(classes), "Call"]
    return lambda port: [*begin, f"https://{host}:{port}/java", trust]


def node(trust: str, host: str = HOST) -> Calls:
    """Call with Node."""
    program = """
const [host, port, ca] = process.argv.slice(1);
const request = require('https').request({host: '127.0.0.1', port, servername: host, ca: ca && require('fs').readFileSync(ca), path: '/node'},
  answer => { console.log(answer.statusCode); answer.resume(); });
request.on('error', error => console.log(error.code));
request.end();
"""
    return lambda port: ["node", "-e", program, "--", host, str(port), *([trust] if trust else [])]


def gnutls(trust: str, host: str = HOST) -> Calls:
    """Call with GnuTLS."""
    return lambda port: ["gnutls-cli", "--x509cafile", trust, "--no-ca-verification" if not trust else "--verify-hostname", host, "-p", str(port), "127.0.0.1"]
