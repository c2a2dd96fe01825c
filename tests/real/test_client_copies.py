"""Copies of real servers that want client certificates: the probe and curl meet at the copy what they met at the original."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from probe.causes.words import Verdict
from probe.cli.arguments import observed
from probe.diagnose import Diagnosis, diagnose
from probe.facts import codec
from probe.facts.observation import Observation
from probe.lab.reproduce import Reproduction, reproduce
from probe.lab.reproduce_client import LATER
from probe.lab.stage import Stage
from tests.ahead import Ahead, ahead
from tests.lab.test_reproduce import essence
from tests.real.asking import at, told
from tests.real.clients import Clients
from tests.real.daemons import gnutls, java, s_server
from tests.real.pki import Pki
from tests.real.test_client_apache import apache
from tests.real.web import Web, stream
from tests.servers import files, program, slapd

pytestmark = pytest.mark.no_cover  # which lines run is measured where the same is done once: measuring them here again doubles the time
PAGE = 'location / { return 200 "hello\\n"; }'
PATH = "/partner/"


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory, pki: Pki, known: Clients) -> Iterator[dict[str, tuple[str, int]]]:
    """Scheme and port of every server; those of Apache that ask for one path only are meant with that path."""
    folder = tmp_path_factory.mktemp
    web = Web(folder("nginx"))
    for number in ("2", "3"):
        lines = f"ssl_protocols TLSv1.{number}; ssl_client_certificate {known.ca}; ssl_verify_depth 2;"
        web.add(f"nginx-on-1{number}", pki.chain, f"{lines} ssl_verify_client on; {PAGE}")
        web.add(f"nginx-optional-1{number}", pki.chain, f"{lines} ssl_verify_client optional; {PAGE}")
    httpd = folder("apache")
    certificates, key = files(httpd, pki.chain, "apache")
    usual = f"SSLCertificateFile {certificates}\nSSLCertificateKeyFile {key}\nSSLCACertificateFile {known.ca}\nSSLVerifyDepth 2\nSSLProtocol -all +TLSv1."
    ways = {"all": "SSLVerifyClient require", "path": f"<Location {PATH}>\nSSLVerifyClient require\n</Location>"}
    hosts = {f"apache-{name}-1{number}": f"{usual}{number}\n{lines}" for name, lines in ways.items() for number in ("2", "3")}
    demanding, streaming, jvm, gnu, own = folder("slapd"), folder("stream"), folder("java"), folder("gnutls"), folder("s_server")
    (jvm / "client-ca.pem").write_bytes(known.ca.read_bytes())
    certificates, key = files(streaming, pki.chain, "stream")
    block = (
        f"server {{ listen 127.0.0.1:PORT ssl; ssl_certificate {certificates}; ssl_certificate_key {key}; "
        f"ssl_client_certificate {known.ca}; ssl_verify_client on; ssl_verify_depth 2; return 'hello'; }}"
    )
    with ExitStack() as held:
        found = {name: ("https", port) for name, port in held.enter_context(web.running()).items()}
        found |= {name: ("https", port) for name, port in held.enter_context(apache(httpd, hosts)).items()}
        demand = (f"TLSCACertificateFile {known.ca}", "TLSVerifyClient demand")
        found["slapd"] = ("ldaps", held.enter_context(slapd(demanding, pki.chain, *demand)))
        found["nginx-stream"] = ("tls", held.enter_context(stream(streaming, block)))
        found |= {f"java-{name}": ("https", port) for name, port in held.enter_context(java(jvm, pki.chain, "ServeClients")).items()}
        found["gnutls"] = ("https", held.enter_context(gnutls(gnu, pki.chain, "--x509cafile", str(known.ca), "--require-client-cert", "--verify-client-cert")))
        verify = ("-www", "-Verify", "3", "-verify_return_error", "-CAfile", str(known.ca))
        found["openssl"] = ("https", held.enter_context(s_server(own, pki.chain, *verify)))
        yield found


SERVERS = [
    *(f"nginx-{how}-1{number}" for how in ("on", "optional") for number in "23"),
    *(f"apache-{how}-1{number}" for how in ("all", "path") for number in "23"),
    *("slapd", "nginx-stream", "java-socket12", "java-socket13", "java-https12", "java-https13", "gnutls", "openssl"),
]
WHO = {"": (), "good": (), "foreign": (), "alone": (), "expired": ("--send-anyway",), "server": ()}


def asked(name: str, who: str, ports: dict[str, tuple[str, int]], pki: Pki, known: Clients) -> tuple[str, ...]:
    scheme, port = ports[name]
    target, *rest = at(port, *pki.trusting, *(known.options(who) if who else ()), *WHO[who], scheme=scheme)
    return (target + (PATH if "-path-" in name else ""), *rest)


def copied(stage: Stage, seen: Observation) -> Reproduction:
    return reproduce(stage, codec.parse(Observation, codec.text(seen)))


def refusal(found: Diagnosis) -> object:
    """How the server said no, which a person reads in the report."""
    seen = found.case.client
    said = seen.refusal and (seen.refusal.said, seen.refusal.alert, seen.refusal.status, seen.refusal.words)
    return said, seen.required, seen.accepted, seen.issuers, seen.listing


Compared = tuple[Diagnosis, Diagnosis, tuple[str, ...]]
"""The diagnosis of the original, that of its copy, and what was lost."""


@pytest.fixture(scope="module")
def compared(ports: dict[str, tuple[str, int]], pki: Pki, known: Clients) -> Iterator[Ahead[tuple[str, str], Compared]]:
    def work(key: tuple[str, str]) -> Compared:
        seen = observed(asked(*key, ports, pki, known))
        with Stage() as stage:
            made = copied(stage, seen)
            return diagnose(seen), diagnose(observed(made.arguments)), made.losses

    with ahead(work, [(name, who) for who in WHO for name in SERVERS]) as results:
        yield results


@pytest.mark.parametrize("name", SERVERS)
@pytest.mark.parametrize("who", WHO)
def test_a_copy_treats_a_client_as_the_original_does(name: str, who: str, compared: Ahead[tuple[str, str], Compared]) -> None:
    original, found, losses = compared((name, who))
    assert original.case.client.requested or found.verdict is not Verdict.WORKS, told(original)
    # The copy of an Apache that asks for a path only asks as late.
    assert LATER not in losses
    assert essence(found) == essence(original), (losses, told(original), told(found))
    assert refusal(found) == refusal(original), losses


def curl(arguments: tuple[str, ...]) -> tuple[int, str, list[str]]:
    """The exit code of curl, the status, and its words about the end of the connection or the title of the page."""
    target, options = urlsplit(arguments[0]), dict(zip(arguments[1:-1], arguments[2:], strict=True))
    host, port = target.hostname or "", target.port or 443
    command = [program("curl"), "-sS", "--max-time", "20", "--noproxy", "*", "--cacert", options["--trust"], "-w", "\n%{http_code}"]
    command += ["--connect-to", f"{host}:{port}:{options['--connect']}"]
    command += [text for option in ("--cert", "--key") if option in options for text in (option, options[option])]
    said = subprocess.run([*command, f"https://{host}:{port}{target.path}"], capture_output=True, text=True, timeout=30, check=False)
    page, _, status = said.stdout.rpartition("\n")
    return (
        said.returncode,
        status,
        re.findall(r"<title>.*?</title>|^hello$", page) + re.findall(r"alert [a-z ]+|Empty reply|unexpected eof|Recv failure", said.stderr),
    )


MEETS = {
    ("nginx-on-12", "foreign"): (0, "400", ["<title>400 The SSL certificate error</title>"]),
    ("nginx-on-13", "foreign"): (0, "400", ["<title>400 The SSL certificate error</title>"]),
    ("nginx-on-13", ""): (0, "400", ["<title>400 No required SSL certificate was sent</title>"]),
    ("nginx-on-13", "good"): (0, "200", ["hello"]),
    ("nginx-optional-13", ""): (0, "200", ["hello"]),
    ("openssl", "foreign"): (56, "000", ["alert unknown ca"]),
    ("openssl", ""): (56, "000", ["alert certificate required"]),
    ("apache-all-12", "foreign"): (35, "000", ["alert unknown ca"]),
    ("apache-all-13", "foreign"): (56, "000", ["alert unknown ca"]),
    ("apache-all-13", "good"): (0, "200", ["hello"]),
    ("nginx-stream", "foreign"): None,
    ("nginx-stream", ""): None,
}
"""What curl meets; ``None``: the end of the connection, for which its versions have different words."""


@pytest.mark.parametrize(("name", "who"), MEETS)
def test_curl_meets_the_same_refusal(name: str, who: str, ports: dict[str, tuple[str, int]], pki: Pki, known: Clients) -> None:
    arguments = asked(name, who, ports, pki, known)
    with Stage() as stage:
        copy = copied(stage, observed(arguments)).arguments
        original, again = curl(arguments), curl(copy)
    wanted = MEETS[(name, who)]
    assert again == original
    assert original == wanted if wanted else original[0] in (52, 56) and original[1] == "000"
