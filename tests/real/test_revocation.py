"""Revocation with real parties: OpenSSL as responder and as authority, nginx with a staple; and what OpenSSL, curl, GnuTLS and the JVM make of the same."""

import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from probe.causes.words import Effect, Owner
from probe.lab.pki import AUTHORITY, Issued, authority
from probe.lab.revocation_shop import by_crl, by_ocsp
from probe.lab.shop import Hierarchy, credentials
from probe.lab.stage import Stage
from probe.lab.status import Wish, answer, revocation_list
from probe.lab.tls_server import Serving
from probe.lab.traits import Traits
from tests.real.asking import assert_fails, assert_works, at, check
from tests.real.pki import Pki
from tests.real.web import Web
from tests.servers import START, files, free_port, program, running

HOST = "shop.example"
HARD, SOFT = ("--revocation", "hard"), ("--revocation", "soft")
REVOKED = Wish(revoked=5, reason="keyCompromise")
MINUTES = 60


def database(folder: Path, good: tuple[Issued, ...], revoked: tuple[Issued, ...]) -> Path:
    """The index file of ``openssl ca``: state, end, time of revocation with reason, serial, file, subject."""
    when = f"{datetime.now(UTC) - timedelta(hours=5):%y%m%d%H%M%SZ},keyCompromise"
    rows = [(one, "V", "") for one in good] + [(one, "R", when) for one in revoked]
    lines = [
        f"{state}\t{one.x509.not_valid_after_utc:%y%m%d%H%M%SZ}\t{time}\t{serial(one)}\tunknown\t/CN={one.traits.common_name or HOST}\n"
        for one, state, time in rows
    ]
    path = folder / "index.txt"
    path.write_text("".join(lines))
    return path


def serial(one: Issued) -> str:
    digits = f"{one.x509.serial_number:X}"
    return digits if len(digits) % 2 == 0 else f"0{digits}"


@contextmanager
def responder(folder: Path, port: int, index: Path, issuer: Issued, signer: Issued) -> Iterator[None]:
    """Run ``openssl ocsp`` as the responder of ``issuer``."""
    certificates, key = files(folder, (signer,), "responder")
    (folder / "ca.pem").write_text(issuer.pem)
    log = folder / "ocsp.log"
    command = (program("openssl"), "ocsp", "-port", str(port), "-index", str(index), "-CA", str(folder / "ca.pem"), "-rsigner", str(certificates))
    with running(*command, "-rkey", str(key), "-nmin", str(MINUTES), "-ignore_err", log=log) as process:
        # It is spoilt by a connection that says nothing, so that its own word has to do.
        until = time.monotonic() + START
        while b"waiting for OCSP client" not in log.read_bytes() and process.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
        yield


@pytest.mark.parametrize("delegated", [False, True])
def test_the_responder_of_openssl(tmp_path: Path, delegated: bool) -> None:
    port = free_port()
    root = authority("OCSP Root")
    good, bad, strange = (root.issue(HOST, traits=Traits(ocsp=(f"http://127.0.0.1:{port}/",))) for _ in range(3))
    signer = root.issue(traits=Traits(common_name="Responder", extended_key_usage=("ocsp",))) if delegated else root
    with Stage() as stage, responder(tmp_path, port, database(tmp_path, (good,), (bad,)), root, signer):
        trust = stage.trust_file(root)
        served = {name: stage.tls(Serving(credentials=(credentials(one),))) for name, one in (("good", good), ("bad", bad), ("strange", strange))}
        found = {name: check(*at(there, "--trust", trust, *HARD)) for name, there in served.items()}
    assert_works(found["good"], notes=())
    assert_fails(found["bad"], "chain.revoked", Owner.SERVER)
    assert "(keyCompromise)" in (found["bad"].cause.summary if found["bad"].cause else "")
    assert_fails(found["strange"], "chain.revocation-unreachable", Owner.CA)


def openssl(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(("openssl", *arguments), cwd=folder, capture_output=True, text=True, timeout=30, check=False)


def list_of_openssl(folder: Path, issuer: Issued, revoked: tuple[Issued, ...]) -> bytes:
    """A list as ``openssl ca -gencrl`` writes it."""
    files(folder, (issuer,), "ca")
    database(folder, (), revoked)
    (folder / "crlnumber").write_text("01\n")
    lines = "[ca]\ndefault_ca=x\n[x]\ndatabase=index.txt\ncrlnumber=crlnumber\ndefault_md=sha256\ndefault_crl_hours=24\ncrl_extensions=e\n"
    (folder / "ca.cnf").write_text(f"{lines}[e]\nauthorityKeyIdentifier=keyid\n")
    made = openssl(folder, "ca", "-gencrl", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key", "-out", "crl.pem")
    assert made.returncode == 0, made.stderr
    assert openssl(folder, "crl", "-in", "crl.pem", "-outform", "DER", "-out", "crl.der").returncode == 0
    return (folder / "crl.der").read_bytes()


@pytest.mark.parametrize("revoked", [False, True])
def test_a_list_of_openssl_and_what_openssl_and_curl_make_of_it(tmp_path: Path, revoked: bool) -> None:
    with Stage() as stage:
        web = stage.http()
        root = authority("CRL Root")
        leaf = root.issue(HOST, traits=Traits(crl=(f"{web.url}/root.crl",)))
        web.put("/root.crl", list_of_openssl(tmp_path, root, (leaf,) if revoked else ()), "application/pkix-crl")
        port, trust = stage.tls(Serving(credentials=(credentials(leaf),))), stage.trust_file(root)
        found = check(*at(port, "--trust", trust, *HARD))
        (tmp_path / "leaf.pem").write_text(leaf.pem)
        said = openssl(tmp_path, "verify", "-crl_check", "-CRLfile", "crl.pem", "-CAfile", trust, "leaf.pem")
        plain = openssl(tmp_path, "verify", "-CAfile", trust, "leaf.pem")
        command = ["curl", "-sS", "-m", "20", "--cacert", trust, "--connect-to", f"{HOST}:{port}:127.0.0.1:{port}", f"https://{HOST}:{port}/"]
        asked = subprocess.run([*command, "--crlfile", str(tmp_path / "crl.pem")], capture_output=True, text=True, timeout=30, check=False)
    assert plain.returncode == 0
    if revoked:
        assert_fails(found, "chain.revoked", Owner.SERVER)
        assert "error 23 at 0 depth lookup: certificate revoked" in said.stderr
        assert asked.returncode == 60 and "certificate revoked" in asked.stderr
    else:
        assert_works(found, notes=())
        assert (said.returncode, asked.returncode) == (0, 0), asked.stderr


def test_the_staple_of_nginx(tmp_path: Path, pki: Pki) -> None:
    web = Web(tmp_path)
    for name, wish in (("good", Wish()), ("bad", REVOKED)):
        (tmp_path / f"{name}.ocsp").write_bytes(answer(pki.leaf, wish))
        web.add(name, pki.chain, f"ssl_stapling on; ssl_stapling_file {tmp_path / f'{name}.ocsp'}; location / {{ return 200; }}")
    with web.running() as ports:
        assert_works(check(*at(ports["good"], *pki.trusting, *HARD)), notes=())
        assert_fails(check(*at(ports["bad"], *pki.trusting, *SOFT)), "chain.revoked", Owner.SERVER)
        noted = check(*at(ports["bad"], *pki.trusting))
    assert_works(noted, notes=("chain.revoked",))


@pytest.mark.parametrize("stapled", [False, True])
def test_gnutls_alone_insists_on_a_staple_that_is_demanded(tmp_path: Path, stapled: bool) -> None:
    with Stage() as stage:
        made, _ = by_ocsp(stage, must_staple=True)
        shown = credentials(made.leaf, made.intermediate, staple=answer(made.leaf) if stapled else b"")
        port, trust = stage.tls(Serving(credentials=(shown,))), stage.trust_file(made.root)
        found = check(*at(port, "--trust", trust))
        command = ["gnutls-cli", "--x509cafile", trust, "--sni-hostname", HOST, "--verify-hostname", HOST, "-p", str(port), "127.0.0.1"]
        said = subprocess.run(command, input="", capture_output=True, text=True, timeout=30, check=False)
        other = openssl(tmp_path, "s_client", "-connect", f"127.0.0.1:{port}", "-servername", HOST, "-verify_return_error", "-CAfile", trust)
    assert other.returncode == 0
    if stapled:
        assert_works(found, notes=())
        assert "The certificate is trusted" in said.stdout, said.stdout
    else:
        assert_works(found, risks=("chain.staple-missing",))
        assert "the OCSP status is missing" in said.stdout + said.stderr, said.stdout + said.stderr


# Java


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("java")
    subprocess.run(("javac", "-d", str(folder), str(Path(__file__).with_name("Connect.java"))), check=True, capture_output=True, timeout=60)
    (folder / "ocsp.properties").write_text("ocsp.enable=true\n")
    return folder


def java(classes: Path, asked: dict[str, tuple[int, str]], *options: str) -> dict[str, str]:
    """What a Java program with these options says at each endpoint."""
    lines = "".join(f"{name}\t{HOST}\t{port}\t{trust}\n" for name, (port, trust) in asked.items())
    command = ("java", "-XX:TieredStopAtLevel=1", *options, "-cp", str(classes), "Connect")
    said = subprocess.run(command, input=lines, capture_output=True, text=True, check=True, timeout=60)
    return dict(line.split("\t", 1) for line in said.stdout.splitlines())


def endpoint(stage: Stage, made: Hierarchy) -> tuple[int, str]:
    return stage.tls(Serving(credentials=(made.whole,))), stage.trust_file(made.root)


def test_java_looks_only_when_it_is_told_to(classes: Path) -> None:
    with Stage() as stage:
        asked = {
            "good": endpoint(stage, by_crl(stage)[0]),
            "listed": endpoint(stage, by_crl(stage, lambda made: revocation_list(made.intermediate, made.leaf, wish=REVOKED))[0]),
        }
        asked_ocsp = {"good": endpoint(stage, by_ocsp(stage)[0]), "revoked": endpoint(stage, by_ocsp(stage, leaf=REVOKED)[0])}
        plain = java(classes, {**asked, "revoked": asked_ocsp["revoked"]})
        lists = java(classes, asked, "-Dcom.sun.net.ssl.checkRevocation=true", "-Dcom.sun.security.enableCRLDP=true")
        told = ("-Dcom.sun.security.ocsp.useget=false", f"-Djava.security.properties={classes / 'ocsp.properties'}")
        ocsp = java(classes, asked_ocsp, "-Dcom.sun.net.ssl.checkRevocation=true", *told)
        alone = java(classes, asked_ocsp, "-Dcom.sun.net.ssl.checkRevocation=true")
        found = {name: check(*at(port, "--trust", trust, *HARD)) for name, (port, trust) in {**asked, **asked_ocsp}.items()}
    assert set(plain.values()) == {"ok"}
    assert lists["good"] == ocsp["good"] == "ok"
    assert "Certificate has been revoked, reason: KEY_COMPROMISE" in lists["listed"] and "Certificate has been revoked" in ocsp["revoked"]
    assert "Could not determine revocation status" in alone["good"]
    assert_works(found["good"], notes=())
    for name in ("listed", "revoked"):
        assert [one.code for one in found[name].findings if one.effect is Effect.BREAKS] == ["chain.revoked"]
        assert all(one.accepts for one in found[name].stacks)


def test_a_revoked_intermediate_is_found_by_java_too(classes: Path) -> None:
    with Stage() as stage:
        web = stage.http()
        root = authority("Java Root")
        middle = root.intermediate("Java Issuing CA", replace(AUTHORITY, crl=(f"{web.url}/root.crl",)))
        leaf = middle.issue(HOST, traits=Traits(crl=(f"{web.url}/middle.crl",)))
        web.put("/root.crl", revocation_list(root, middle, wish=REVOKED))
        web.put("/middle.crl", revocation_list(middle))
        where = endpoint(stage, Hierarchy(root=root, intermediate=middle, leaf=leaf))
        said = java(classes, {"it": where}, "-Dcom.sun.net.ssl.checkRevocation=true", "-Dcom.sun.security.enableCRLDP=true")["it"]
        found = check(*at(where[0], "--trust", where[1], *SOFT))
    assert "Certificate has been revoked" in said
    assert_fails(found, "chain.revoked", Owner.SERVER)
    assert found.cause and found.cause.about == (middle.certificate,)


def test_java_asks_a_directory_that_is_named_and_openssl_does_not(tmp_path: Path, classes: Path) -> None:
    """Sources of what chain.revocation-unreachable says of ldap: URLs."""
    lists = ("-Dcom.sun.net.ssl.checkRevocation=true", "-Dcom.sun.security.enableCRLDP=true")
    root = authority("Directory Root")
    with Stage() as stage, socket.create_server(("127.0.0.1", 0)) as directory:
        directory.settimeout(0.5)
        trust = stage.trust_file(root)
        named, nameless = f"ldap://127.0.0.1:{directory.getsockname()[1]}/cn=CA?certificateRevocationList?base", "ldap:///cn=CA?certificateRevocationList?base"
        ports = {url: stage.tls(Serving(credentials=(credentials(root.issue(HOST, traits=Traits(crl=(url,)))),))) for url in (named, nameless)}
        peer = f"127.0.0.1:{ports[named]}"
        said = openssl(tmp_path, "s_client", "-connect", peer, "-servername", HOST, "-CAfile", trust, "-crl_check", "-crl_download", "-verify_return_error")
        assert said.returncode and "unable to get certificate CRL" in said.stdout + said.stderr
        with pytest.raises(TimeoutError):
            directory.accept()
        assert "Could not determine revocation status" in java(classes, {"it": (ports[nameless], trust)}, *lists)["it"]
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(java, classes, {"it": (ports[named], trust)}, *lists)
            directory.settimeout(30)
            peer_of_java, _ = directory.accept()
            with peer_of_java:
                assert b"cn=CA" in peer_of_java.recv(1000)
            directory.close()
            assert "Unable to determine revocation status due to network error" in asked.result()["it"]
