"""The steps that remedies name for Node and Python, carried out by these programs; a step for them that is not is marked as not tried."""

import json
import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from probe.lab.pki import AUTHORITY, authority, self_signed
from probe.lab.shop import HOST, credentials, hierarchy
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving
from probe.lab.traits import Traits
from probe.remedies import actions, remedy
from tests.servers import free_port, key_pem, program, running, wait_for

UNTRIED = "not tried."
RUNTIMES = ("Node", "Python", "Go")
NODE = """
const tls = require('tls'), fs = require('fs');
const given = JSON.parse(process.argv[1]);
for (const name of ['ca', 'cert', 'key']) if (given[name]) given[name] = fs.readFileSync(given[name]);
const socket = tls.connect({host: '127.0.0.1', ...given}, () => { socket.write('GET / HTTP/1.0\\r\\n\\r\\n'); });
socket.on('data', () => { console.log('ok ' + socket.getProtocol()); socket.destroy(); });
socket.on('error', (error) => { console.log(error.code); });
socket.on('close', () => { console.log('closed'); });
"""
PYTHON = """
import json, socket, ssl, sys
given = json.loads(sys.argv[1])
context = ssl.create_default_context(cafile=given.get("cafile"))
exec(given.get("more", ""))
try:
    with socket.create_connection(("127.0.0.1", given["port"]), 10) as plain, context.wrap_socket(plain, server_hostname=given["name"]) as tls:
        tls.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
        tls.recv(100)
        print("ok", tls.version())
except ssl.SSLError as error:
    print(error)
"""


def node(port: int, *options: str, root: str = "", **given: str) -> str:
    """The first word of a Node program with these options and this NODE_EXTRA_CA_CERTS."""
    environment = {**os.environ, "NODE_EXTRA_CA_CERTS": root} if root else dict(os.environ)
    asked = json.dumps({"port": port, "servername": HOST, **given})
    return _first((program("node"), *options, "-e", NODE, "--", asked), environment)


def python(port: int, file: str = "", name: str = HOST, **given: str) -> str:
    """The first line of a Python program with this SSL_CERT_FILE."""
    environment = {**os.environ, "SSL_CERT_FILE": file} if file else dict(os.environ)
    return _first((sys.executable, "-c", PYTHON, json.dumps({"port": port, "name": name, **given})), environment)


def _first(command: tuple[str, ...], environment: dict[str, str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=30, check=False)
    assert done.stdout, done.stderr
    return done.stdout.splitlines()[0]


def ok(said: str) -> bool:
    return said.startswith("ok")


def root_is_named(stage: Stage) -> None:
    """NODE_EXTRA_CA_CERTS and SSL_CERT_FILE; the former is ignored when the program passes ca itself."""
    made = hierarchy()
    port, root, other = stage.tls(Serving(credentials=(made.whole,))), stage.trust_file(made.root), stage.trust_file(authority("Other"))
    assert not ok(node(port)) and not ok(python(port)) and not ok(python(port, other))
    assert ok(node(port, root=root)) and ok(python(port, root))
    assert not ok(node(port, root=root, ca=other))
    # Replaced in the file that is named: it counts from the next start on.
    named = Path(other)
    named.write_text(made.root.pem)
    assert ok(node(port, root=other)) and ok(python(port, other))


def root_stands_beside(stage: Stage) -> None:
    """An intermediate alone is not enough for either, the root in the same file is."""
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,)))
    middle, both = stage.trust_file(made.intermediate), stage.trust_file(made.intermediate, made.root)
    assert not ok(node(port, root=middle)) and ok(node(port, root=both)) and ok(python(port, both))
    assert ok(python(port, middle)) is (sys.version_info >= (3, 13))


def self_signed_is_named(stage: Stage) -> None:
    """Both take a self-signed certificate as its own root."""
    own = self_signed(HOST)
    port, file = stage.tls(Serving(credentials=(credentials(own),))), stage.trust_file(own)
    assert not ok(node(port)) and not ok(python(port))
    assert ok(node(port, root=file)) and ok(python(port, file))


def version_is_limited(stage: Stage) -> None:
    """At most TLS 1.2, and the limits of both programs in general."""
    made = hierarchy()
    root = stage.trust_file(made.root)
    port = stage.tls(Serving(credentials=(made.whole,)))
    newer = stage.tls(Serving(credentials=(made.whole,), tls_min="TLSv1.3"))
    assert node(port, "--tls-max-v1.2", root=root) == "ok TLSv1.2" and node(port, root=root) == "ok TLSv1.3"
    limit = "context.maximum_version = ssl.TLSVersion.TLSv1_2"
    assert python(port, root, more=limit) == "ok TLSv1.2" and python(port, root) == "ok TLSv1.3"
    assert not ok(node(newer, root=root, maxVersion="TLSv1.2")) and ok(node(newer, root=root, minVersion="TLSv1.3"))
    assert not ok(python(newer, root, more=limit)) and ok(python(newer, root, more="context.minimum_version = ssl.TLSVersion.TLSv1_3"))
    default = subprocess.run((program("node"), "-p", "require('tls').DEFAULT_MIN_VERSION"), capture_output=True, text=True, timeout=30, check=True)
    assert default.stdout.startswith("TLSv1")


def client_shows_a_certificate(stage: Stage) -> None:
    """The options cert and key of Node, and load_cert_chain of Python."""
    made, issuer = hierarchy(), authority("Client CA")
    own = issuer.issue("client.example", traits=Traits(extended_key_usage=("client",)))
    root, shown = stage.trust_file(made.root), str(stage.write("client.pem", own.pem))
    key = str(stage.write("client.key", key_pem(own)))
    port = stage.tls(Serving(credentials=(made.whole,), client="required", client_issuers=(issuer,)))
    assert not ok(node(port, root=root)) and not ok(python(port, root))
    assert ok(node(port, root=root, cert=shown, key=key))
    locked = own.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"lab"))
    assert ok(node(port, root=root, cert=shown, key=str(stage.write("locked.key", locked)), passphrase="lab"))
    assert ok(python(port, root, more=f"context.load_cert_chain({shown!r}, {key!r})"))


def strictness_is_cleared(stage: Stage) -> None:
    """VERIFY_X509_STRICT off: the chain counts again, and everything else is still verified."""
    made = hierarchy(root=replace(AUTHORITY, key_usage=()), intermediate=replace(AUTHORITY, key_usage=()))
    root, port = stage.trust_file(made.root), stage.tls(Serving(credentials=(made.whole,)))
    strict, clear = "context.verify_flags |= ssl.VERIFY_X509_STRICT", "context.verify_flags &= ~ssl.VERIFY_X509_STRICT"
    assert not ok(python(port, root, more=strict)) and ok(python(port, root, more=f"{strict}; {clear}"))
    assert not ok(python(port, stage.trust_file(authority("Other")), more=clear))


def name_is_sent(stage: Stage) -> None:
    """A name in servername and server_hostname; an address there sends none."""
    made = hierarchy()
    root = stage.trust_file(made.root)
    port = stage.tls(Serving(credentials=(made.whole,), by_name=((HOST, made.whole),), unknown_name="refuse"))
    assert ok(node(port, root=root)) and ok(python(port, root))
    assert not ok(node(port, root=root, servername="")) and not ok(python(port, root, name="127.0.0.1"))


def server_sends_both(stage: Stage) -> None:
    """A Node server gives what it gets as cert, in its order."""
    made = hierarchy()
    port = free_port()
    both = stage.write("both.pem", made.leaf.pem + made.intermediate.pem)
    key = stage.write("server.key", key_pem(made.leaf))
    script = f"require('https').createServer({{cert: fs.readFileSync({str(both)!r}), key: fs.readFileSync({str(key)!r})}}).listen({port}, '127.0.0.1')"
    log, context = stage.folder / "node.log", ssl.create_default_context(cadata=made.root.pem)
    with running(program("node"), "-e", f"const fs = require('fs'); {script}", log=log) as process:
        wait_for(process, port, log)
        with socket.create_connection(("127.0.0.1", port), 10) as plain, context.wrap_socket(plain, server_hostname=HOST) as tls:
            assert tls.version()


def store_is_checked(stage: Stage) -> None:
    """What repair-store says of a file that Python reads: damaged anywhere, it is refused as a whole."""
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,)))
    bad = str(stage.write("bad.pem", "-----BEGIN CERTIFICATE-----\nMIIB*\n-----END CERTIFICATE-----\n" + made.root.pem))
    done = subprocess.run((sys.executable, "-c", PYTHON, json.dumps({"port": port, "name": HOST, "cafile": bad})), capture_output=True, timeout=30, check=False)
    assert done.returncode and b"SSLError" in done.stderr


TRIED: dict[tuple[str, str], Callable[[Stage], None]] = {
    ("install-root", "Node"): root_is_named,
    ("install-root", "Python"): root_is_named,
    ("trust-inspection", "Node, Python"): root_is_named,
    ("replace-anchor", "Node"): root_is_named,
    ("replace-anchor", "Python"): root_is_named,
    ("replace-ca-certificate", "Node"): root_is_named,
    ("replace-ca-certificate", "Python"): root_is_named,
    ("use-other-store", "Python"): root_is_named,
    ("install-root-beside", "Node"): root_stands_beside,
    ("install-root-beside", "Python"): root_stands_beside,
    ("replace-self-signed", "Node (stopgap)"): self_signed_is_named,
    ("replace-self-signed", "Python (stopgap)"): self_signed_is_named,
    ("limit-to-tls12", "Python, Node (stopgap)"): version_is_limited,
    ("allow-tls-version", "Node"): version_is_limited,
    ("allow-tls-version", "Python"): version_is_limited,
    ("provide-client-certificate", "Node"): client_shows_a_certificate,
    ("provide-client-certificate", "Python"): client_shows_a_certificate,
    ("reissue-by-profile", "Python"): strictness_is_cleared,
    ("send-sni", "Node"): name_is_sent,
    ("send-sni", "Python"): name_is_sent,
    ("send-full-chain", "Node server"): server_sends_both,
    ("repair-store", "OpenSSL, curl, Python"): store_is_checked,
}


@pytest.mark.parametrize("assert_works", dict.fromkeys(TRIED.values()), ids=lambda one: one.__name__)
def test_a_step_does_what_it_says(assert_works: Callable[[Stage], None]) -> None:
    with Stage() as stage:
        assert_works(stage)


def test_what_is_not_tried_says_so() -> None:
    steps = {(action, step.platform): step.do for action in actions() for step in remedy(action).steps}
    own = {key: do for key, do in steps.items() if any(runtime in key[1].replace(",", "").split() for runtime in RUNTIMES)}
    assert set(TRIED) <= set(own)
    untold = [key for key, do in own.items() if key not in TRIED and not do.endswith(UNTRIED)]
    assert untold == []
    for key, do in own.items():
        if "requests" in do or "REQUESTS_CA_BUNDLE" in do:
            assert do.endswith(UNTRIED), key
