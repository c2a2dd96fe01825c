"""A server that asks for a client certificate only when a request has come: what real clients get of it, and what the probe sees."""

import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import replace

import pytest

from probe.causes.words import Verdict
from probe.cli.arguments import observed
from probe.diagnose import diagnose
from probe.facts.observation import Handshake
from probe.lab.client_shop import CLIENT, FOR_CLIENTS, client_shop, files, partners, wanting
from probe.lab.late import ERRORS
from probe.lab.pki import authority
from probe.lab.reaction import Reaction
from probe.lab.scene import Scene
from probe.lab.stage import Stage
from tests.lab.client import Asked, asked, context, curl, talk

VERSIONS = ("TLSv1.2", "TLSv1.3")
PATH = "/partner/"


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as opened:
        yield opened


def shop(stage: Stage, version: str, *, who: str = "good", client: str = "required", late: str = "/", reactions: tuple[Reaction, ...] = ()) -> Scene:
    """A shop that asks late, and a client with a certificate of its authority, of another one, or with none."""
    made = partners()
    own = {"good": made.direct, "foreign": lambda: authority("Foreign CA").issue(CLIENT, traits=FOR_CLIENTS)}
    wants = replace(wanting(made.root, client=client), tls_max=version, late=late, reactions=reactions)
    return client_shop(stage, wants, files(stage, own[who]()) if who else ())


def said(one: Asked, *, later: bool) -> str:
    """The status line that a Python program gets, or OpenSSL's reason. ``later``: it lets itself be asked after the handshake."""
    made = context(one)
    made.post_handshake_auth = later
    try:
        return talk(one, made).split(b"\r\n", 1)[0].decode()
    except ssl.SSLError as failed:
        return str(failed.reason)


@pytest.mark.parametrize("version", VERSIONS)
def test_real_clients_are_asked_and_let_in(version: str, stage: Stage) -> None:
    scene = shop(stage, version)
    assert curl(scene) == 0
    assert said(asked(scene), later=True) == "HTTP/1.1 200 OK"
    # Only in TLS 1.3 has a client to allow it.
    assert said(asked(scene), later=False) == ("HTTP/1.1 200 OK" if version == "TLSv1.2" else "HTTP/1.1 403 Forbidden")


@pytest.mark.parametrize("version", VERSIONS)
def test_real_clients_are_refused_by_an_alert(version: str, stage: Stage) -> None:
    assert said(asked(shop(stage, version, who="foreign")), later=True) == "TLSV1_ALERT_UNKNOWN_CA"
    nothing = "TLSV13_ALERT_CERTIFICATE_REQUIRED" if version == "TLSv1.3" else "SSLV3_ALERT_HANDSHAKE_FAILURE"
    assert said(asked(shop(stage, version, who="")), later=True) == nothing
    assert said(asked(shop(stage, version, who="", client="requested")), later=True) == "HTTP/1.1 200 OK"


@pytest.mark.parametrize("version", VERSIONS)
def test_openssl_shows_that_it_is_asked_only_for_the_path(version: str, stage: Stage) -> None:
    scene = shop(stage, version, late=PATH)
    one = asked(scene)
    assert said(one, later=False) == "HTTP/1.1 200 OK"
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{one.address_port}", "-msg", "-quiet", "-enable_pha"]
    command += ["-cert", one.options["--cert"], "-key", one.options["--key"]]
    seen = {}
    for path in ("/", PATH):
        done = subprocess.run(command, input=f"GET {path} HTTP/1.1\r\nHost: shop.example\r\n\r\n".encode(), capture_output=True, timeout=20, check=False)
        assert b"HTTP/1.1 200 OK" in done.stdout, done.stderr
        seen[path] = done.stdout.count(b"CertificateRequest")
    assert seen == {"/": 0, PATH: 1}


@pytest.mark.parametrize("version", VERSIONS)
def test_the_probe_sees_that_it_was_asked_late(version: str, stage: Stage) -> None:
    found = diagnose(observed((*shop(stage, version).arguments, "--as", "openssl")))
    seen = found.case.client
    assert found.verdict is Verdict.WORKS and seen.requested and seen.sent and seen.accepted
    assert seen.handshake is not None and (seen.after, seen.handshake.asked_inside) == (version == "TLSv1.3", version == "TLSv1.2")
    plain = diagnose(observed((*shop(stage, version, late=PATH).arguments, "--as", "openssl"))).case.client
    assert not plain.requested and not plain.sent


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("alert", ERRORS)
def test_every_alert_that_a_verification_ends_in_can_be_copied(alert: int, version: str, stage: Stage) -> None:
    own = authority("Foreign CA").issue(CLIENT, traits=FOR_CLIENTS)
    known = (Reaction(chain=(own.der,), ends="alert", alert=alert), Reaction(ends="alert", alert=40))
    made = replace(wanting(), tls_max=version, late="/", client="none", reactions=known)
    seen = observed(client_shop(stage, made, files(stage, own)).arguments)
    handshakes = (one for attempt in seen.attempts if attempt.question.with_identity for one in attempt.steps if isinstance(one, Handshake))
    assert alert in [told.description for one in handshakes for told in one.alerts if not told.sent]


@pytest.mark.parametrize("ends", ["close", "reset", ""])
@pytest.mark.parametrize("version", VERSIONS)
def test_other_ends_can_be_copied(ends: str, version: str, stage: Stage) -> None:
    own = authority("Foreign CA").issue(CLIENT, traits=FOR_CLIENTS)
    made = replace(wanting(), tls_max=version, late="/", client="none", reactions=(Reaction(chain=(own.der,), ends=ends), Reaction(ends=ends)))
    case = diagnose(observed(client_shop(stage, made, files(stage, own)).arguments)).case
    assert case.exchange is not None and case.client.requested and case.client.sent
    assert (case.exchange.status == 200) is (ends == "")
