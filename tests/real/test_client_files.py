"""Files of a client certificate as people have them: what curl and Python refuse is a risk here, and what nginx refuses has remedies that fit."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509 import load_pem_x509_certificates

from probe.causes.words import Effect, Owner, Verdict
from probe.diagnose import Diagnosis
from probe.lab.pki import AUTHORITY
from probe.lab.stage import LOOPBACK, Stage
from probe.render import terminal
from probe.report.checklist import Outcome
from probe.report.compose import compose
from tests.golive.listing import endpoint, item, listed, plan, resolvers
from tests.real.asking import assert_fails, assert_works, at, check, told
from tests.real.clients import FOR_CLIENTS, Clients
from tests.real.pki import Pki
from tests.real.web import Web
from tests.servers import files

PAGE = 'location / { return 200 "hello\\n"; }'
KINDS = {
    "order": "client.key-mismatch",
    "utf16": "client.key-unusable",
    "pkcs7": "client.key-unusable",
    "indented": "client.key-unusable",
    "utf16-key": "client.key-unusable",
}
FINE = ("plain", "crlf", "bom", "with-root")


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory, pki: Pki, known: Clients) -> Iterator[dict[str, int]]:
    web = Web(tmp_path_factory.mktemp("files"))
    wants = f"ssl_client_certificate {known.ca}; ssl_verify_client on;"
    web.add("on", pki.chain, f"{wants} {PAGE}")
    web.add("deeper", pki.chain, f"{wants} ssl_verify_depth 2; {PAGE}")
    web.add("off", pki.chain, PAGE)
    with web.running() as found:
        yield found


@pytest.fixture(scope="module")
def variants(tmp_path_factory: pytest.TempPathFactory, known: Clients) -> dict[str, tuple[str, str]]:
    """The good client's certificate and key, in all forms."""
    folder = tmp_path_factory.mktemp("forms")
    key = known.folder / "good.key"
    text = (known.folder / "good.pem").read_text()
    own, issuing = (f"{one}-----END CERTIFICATE-----\n" for one in text.split("-----END CERTIFICATE-----\n")[:2])
    bundle = pkcs7.serialize_certificates(load_pem_x509_certificates(text.encode()), Encoding.PEM)
    contents = {
        "plain": text.encode(),
        "order": (issuing + own).encode(),
        "utf16": text.encode("utf-16"),
        "pkcs7": bundle,
        "indented": "".join(f"  {line}\n" for line in text.splitlines()).encode(),
        "crlf": text.replace("\n", "\r\n").encode(),
        "bom": b"\xef\xbb\xbf" + text.encode(),
        "with-root": (text + known.root.pem).encode(),
    }
    found = {}
    for name, content in contents.items():
        (folder / f"{name}.pem").write_bytes(content)
        found[name] = (str(folder / f"{name}.pem"), str(key))
    (folder / "utf16.key").write_bytes(key.read_text().encode("utf-16"))
    return found | {"utf16-key": (found["plain"][0], str(folder / "utf16.key"))}


def looked(port: int, pki: Pki, pair: tuple[str, str], *more: str) -> Diagnosis:
    return check(*at(port, *pki.trusting, "--cert", pair[0], "--key", pair[1], *more))


def curl(port: int, pair: tuple[str, str]) -> int:
    program = shutil.which("curl")
    assert program
    line = (program, "-gksS", "--max-time", "10", "-o", "/dev/null", "--cert", pair[0], "--key", pair[1], f"https://127.0.0.1:{port}/")
    return subprocess.run(line, capture_output=True, check=False).returncode


@pytest.mark.parametrize("kind", KINDS)
def test_what_curl_cannot_load_stops_who_is_built_as_it_is(kind: str, ports: dict[str, int], pki: Pki, variants: dict[str, tuple[str, str]]) -> None:
    pair = variants[kind]
    assert curl(ports["on"], pair) == 58, "CURLE_SSL_CERTPROBLEM"
    found = looked(ports["on"], pki, pair)
    assert_fails(found, KINDS[kind], Owner.CLIENT, verdict=Verdict.DEPENDS)
    assert found.cause and found.cause.stacks == ("openssl",)
    assert {one.stack: one.accepts for one in found.stacks} == {"java": True, "openssl": False}
    text = terminal.render(compose((found,)), colour=False, width=100)
    said = " ".join(text.split())
    assert KINDS[kind] in said and "curl: " in said and "It does not load the files with the client certificate as they are." in said
    assert looked(ports["on"], pki, pair, "--as", "openssl").verdict is Verdict.FAILS
    assert_works(looked(ports["off"], pki, pair), notes=(KINDS[kind],))
    assert_works(looked(ports["on"], pki, pair, "--as", "java"), notes=(KINDS[kind],))


@pytest.mark.parametrize("kind", FINE)
def test_what_curl_loads_is_none(kind: str, ports: dict[str, int], pki: Pki, variants: dict[str, tuple[str, str]]) -> None:
    assert curl(ports["on"], variants[kind]) == 0
    assert_works(looked(ports["on"], pki, variants[kind]), notes=())


def test_go_live_warns(ports: dict[str, int], pki: Pki, variants: dict[str, tuple[str, str]]) -> None:
    with Stage() as stage:
        asked = resolvers(stage)
        for kind, outcome in (("plain", Outcome.PASS), ("order", Outcome.WARN), ("utf16", Outcome.WARN)):
            cert, key = (json.dumps(one) for one in variants[kind])
            lines = (f"connect = {json.dumps(LOOPBACK)}", f"cert = {cert}", f"key = {key}", asked)
            found = item(listed(plan(endpoint(ports["on"], pki.trusting[1], *lines))), "client-certificate")
            assert found.outcome is outcome and ("curl" in found.says) is (outcome is Outcome.WARN), found


def test_more_levels_than_nginx_allows_have_a_remedy_of_their_own(ports: dict[str, int], pki: Pki, known: Clients) -> None:
    found = check(*at(ports["on"], *pki.trusting, *known.options("deep")))
    remedies = compose((found,)).results[0].remedies
    assert [one.action for one in remedies] == ["ask-about-certificate", "allow-client-depth", "accept-client-issuer"], told(found)
    assert any("ssl_verify_depth 2" in step.do for step in remedies[1].steps)
    assert "TLS is in order" not in remedies[0].text and any("info;" in step.do for step in remedies[0].steps if step.platform == "nginx")
    # What the remedy says is enough.
    assert_works(check(*at(ports["deeper"], *pki.trusting, *known.options("deep"))), notes=())


def test_an_expired_intermediate_is_not_mended_by_a_new_client_certificate(ports: dict[str, int], pki: Pki, known: Clients, tmp_path: Path) -> None:
    old = known.root.intermediate("Old Client CA", replace(AUTHORITY, starts=-90, ends=-3))
    pair = files(tmp_path, (old.issue(traits=FOR_CLIENTS), old), "under")
    found = looked(ports["on"], pki, (str(pair[0]), str(pair[1])), "--send-anyway")
    assert found.cause and found.cause.code == "client.expired" and "Old Client CA" in found.cause.summary, told(found)
    (remedy,) = compose((found,)).results[0].remedies
    assert remedy.action == "replace-client-issuer" and "Old Client CA" in remedy.text


def test_an_issuer_that_does_not_fit_is_named(ports: dict[str, int], pki: Pki, known: Clients, tmp_path: Path) -> None:
    foreign = known.other.intermediate("Foreign Issuing CA")
    certificates, key = files(tmp_path, (known.issuing.issue(traits=FOR_CLIENTS), foreign), "mixed")
    found = looked(ports["on"], pki, (str(certificates), str(key)))
    assert found.cause and 'The file also holds "Foreign Issuing CA", which does not belong to it' in found.cause.summary, told(found)
    assert "CN=Real Client Issuing CA" in found.cause.summary


def test_what_is_on_file_is_answered_in_the_summary(ports: dict[str, int], pki: Pki, known: Clients) -> None:
    good = (str(known.folder / "good.pem"), str(known.folder / "good.key"))

    def shown(other: str) -> tuple[Diagnosis, str]:
        found = looked(ports["on"], pki, good, "--on-file", str(known.folder / f"{other}.pem"))
        return found, terminal.render(compose((found,)), colour=False, width=100)

    same, text = shown("good")
    assert_works(same, notes=())
    assert "On file     The certificate on file is the one that is used here." in text
    other, text = shown("foreign")
    assert_works(other, risks=("client.not-on-file",), notes=())
    assert "On file     The certificate on file" in text and "Risk        client.not-on-file" in text
    refused = check(*at(ports["on"], *pki.trusting, *known.options("rekeyed"), "--on-file", good[0]))
    assert refused.cause and refused.cause.code == "client.rejected" and "The certificate on file" in refused.cause.summary, told(refused)
    assert {one.code: one.effect for one in refused.findings}["client.not-on-file"] is Effect.RISKS
