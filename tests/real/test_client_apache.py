"""Apache httpd that wants client certificates: for the whole server by alerts, for one path after the handshake or by a second one."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from probe.causes.words import Certainty, Owner, Verdict
from probe.report.compose import compose
from tests.real.asking import assert_fails, assert_works, at, check, told
from tests.real.clients import Clients
from tests.real.daemons import HERE
from tests.real.pki import Pki
from tests.real.web import free_ports
from tests.servers import files, program, running, wait_for

VERSIONS = {"12": "TLSv1.2", "13": "TLSv1.3"}
MODULES = ("mpm_event", "ssl", "authz_core", "authn_core", "alias", "dir")


@contextmanager
def apache(folder: Path, hosts: dict[str, str]) -> Iterator[dict[str, int]]:
    """Run Apache httpd with one virtual host for each name; give the port of each."""
    ports = dict(zip(hosts, free_ports(len(hosts)), strict=True))
    (folder / "htdocs" / "partner").mkdir(parents=True)
    for page in ("index.html", "partner/index.html"):
        (folder / "htdocs" / page).write_text("hello\n")
    lines = [f'ServerRoot "{folder}"', f"PidFile {folder / 'httpd.pid'}", "ServerName shop.example", "ErrorLog /dev/stderr", "LogLevel warn"]
    lines += [f"LoadModule {one}_module /usr/lib/apache2/modules/mod_{one}.so" for one in MODULES]
    lines += ["SSLSessionCache none", f"DefaultRuntimeDir {folder}", "DirectoryIndex index.html"]
    for name, port in ports.items():
        lines += [f"Listen 127.0.0.1:{port}"]
        lines += [
            f"<VirtualHost 127.0.0.1:{port}>",
            "SSLEngine on",
            f"DocumentRoot {folder / 'htdocs'}",
            "<Directory />",
            "Require all granted",
            "</Directory>",
        ]
        lines += [hosts[name], "</VirtualHost>"]
    configuration = folder / "httpd.conf"
    configuration.write_text("\n".join(lines) + "\n")
    log = folder / "httpd.log"
    with running(program("apache2"), "-X", "-f", str(configuration), log=log) as process:
        wait_for(process, ports[next(iter(ports))], log)
        yield ports


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory, pki: Pki, known: Clients) -> Iterator[dict[str, int]]:
    folder = tmp_path_factory.mktemp("apache")
    certificates, key = files(folder, pki.chain, "apache")
    usual = f"SSLCertificateFile {certificates}\nSSLCertificateKeyFile {key}\nSSLCACertificateFile {known.ca}\nSSLVerifyDepth 2"
    hosts = {}
    for number, version in VERSIONS.items():
        only = f"{usual}\nSSLProtocol -all +{version}"
        hosts[f"all{number}"] = f"{only}\nSSLVerifyClient require"
        hosts[f"later{number}"] = f"{only}\n<Location />\nSSLVerifyClient require\n</Location>"
        hosts[f"path{number}"] = f"{only}\n<Location /partner/>\nSSLVerifyClient require\n</Location>"
        hosts[f"shallow{number}"] = only.replace("SSLVerifyDepth 2", "SSLVerifyDepth 1") + "\nSSLVerifyClient require"
    with apache(folder, hosts) as found:
        yield found


def asked(port: int, pki: Pki, known: Clients, who: str, *more: str, path: str = "/") -> tuple[str, ...]:
    target, *rest = at(port, *pki.trusting, *(known.options(who) if who else ()), *more)
    return (f"{target}{path}", *rest)


REASONS = {
    "": ("client.required", Certainty.PROVEN, ()),
    "foreign": ("client.untrusted", Certainty.PROVEN, ()),
    "expired": ("client.expired", Certainty.PROVEN, ("--send-anyway",)),
    "future": ("client.not-yet-valid", Certainty.PROVEN, ("--send-anyway",)),
    "server": ("client.eku", Certainty.PROVEN, ()),
    "weak": ("client.weak", Certainty.LIKELY, ()),
}


@pytest.mark.parametrize("number", VERSIONS)
@pytest.mark.parametrize("who", REASONS)
def test_for_the_whole_server_an_alert_says_why(who: str, number: str, ports: dict[str, int], pki: Pki, known: Clients) -> None:
    code, certainty, more = REASONS[who]
    found = check(*asked(ports[f"all{number}"], pki, known, who, *more))
    assert found.verdict is Verdict.FAILS and found.cause is not None, told(found)
    assert (found.cause.code, found.cause.certainty) == (code, certainty), told(found)
    assert_works(check(*asked(ports[f"all{number}"], pki, known, "good")), notes=())


@pytest.mark.parametrize("number", VERSIONS)
def test_the_depth_that_apache_allows_unless_told_otherwise(number: str, ports: dict[str, int], pki: Pki, known: Clients) -> None:
    """One intermediate is one too many, and the alert says internal_error: the report says what that means, and what to set."""
    found = check(*asked(ports[f"shallow{number}"], pki, known, "good"))
    assert_fails(found, "client.rejected", Owner.SERVER, Certainty.LIKELY)
    assert found.cause and "1 intermediate stands above it: Apache httpd answers so when SSLVerifyDepth" in found.cause.summary
    assert "allow-client-depth" in [one.remedy.action for one in found.prescribed]
    assert_works(check(*asked(ports[f"shallow{number}"], pki, known, "direct")), notes=())


@pytest.mark.parametrize("number", VERSIONS)
def test_for_another_path_none_is_asked_for(number: str, ports: dict[str, int], pki: Pki, known: Clients) -> None:
    for who in ("", "good", "foreign"):
        assert_works(check(*asked(ports[f"path{number}"], pki, known, who)), notes=())


@pytest.mark.parametrize("number", VERSIONS)
def test_for_a_path_it_is_asked_for_later_and_sent(number: str, ports: dict[str, int], pki: Pki, known: Clients) -> None:
    found = check(*asked(ports[f"path{number}"], pki, known, "good", "--as", "openssl", path="/partner/"))
    assert_works(found, notes=())
    seen = found.case.client
    assert seen.requested and seen.sent and seen.accepted is True and seen.required is True, told(found)
    assert seen.handshake and seen.handshake.asked_inside is (number == "12")
    lines = dict(compose((found,)).results[0].client)
    assert lines["Asked for"].startswith("yes")
    assert ("renegotiation" in lines["Asked for"]) is (number == "12")


@pytest.mark.parametrize("number", VERSIONS)
def test_for_a_path_without_one_it_is_demanded(number: str, ports: dict[str, int], pki: Pki, known: Clients) -> None:
    found = check(*asked(ports[f"path{number}"], pki, known, "", path="/partner/"))
    assert_fails(found, "client.required", Owner.CLIENT, found.cause.certainty if found.cause else Certainty.PROVEN)


@pytest.mark.parametrize("number", VERSIONS)
@pytest.mark.parametrize("who", ["foreign", "expired", "server"])
def test_for_a_path_a_refusal_says_why(who: str, number: str, ports: dict[str, int], pki: Pki, known: Clients) -> None:
    code, _, more = REASONS[who]
    found = check(*asked(ports[f"path{number}"], pki, known, who, *more, path="/partner/"))
    assert found.verdict is Verdict.FAILS and found.cause is not None, told(found)
    assert found.cause.code == code, told(found)


def _answer(command: tuple[str, ...], request: str = "") -> str:
    done = subprocess.run(command, input=request, capture_output=True, text=True, timeout=30, check=False)
    return next((line for line in done.stdout.splitlines() if line.startswith("HTTP/1.")), "")


@pytest.fixture(scope="module")
def by_java(tmp_path_factory: pytest.TempPathFactory, ports: dict[str, int], pki: Pki, known: Clients) -> dict[str, str]:
    """What Java gets of the servers that ask late."""
    folder = tmp_path_factory.mktemp("java-later")
    subprocess.run((program("javac"), "-d", str(folder), str(HERE / "Present.java")), check=True, capture_output=True, timeout=60)
    cert, key = known.options("good")[1::2]
    made = (program("openssl"), "pkcs12", "-export", "-in", cert, "-inkey", key, "-out", str(folder / "good.p12"), "-passout", "pass:changeit")
    subprocess.run(made, check=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=30)
    lines = "".join(f"{ports[f'later{number}']}\t{folder / 'good.p12'}\t{pki.trust}\n" for number in VERSIONS)
    done = subprocess.run((program("java"), "-cp", str(folder), "Present"), input=lines, capture_output=True, text=True, timeout=60, check=True)
    return {number: line.partition("\t")[2] for number, line in zip(VERSIONS, done.stdout.splitlines(), strict=True)}


@pytest.mark.parametrize("number", VERSIONS)
def test_who_cannot_be_asked_later_is_refused(number: str, ports: dict[str, int], by_java: dict[str, str], pki: Pki, known: Clients) -> None:
    """With TLS 1.3 Java gets 403, and curl is accepted; with TLS 1.2 both are."""
    later = number == "13"
    assert by_java[number] == ("HTTP/1.1 403 Forbidden" if later else "HTTP/1.1 200 OK")
    java = check(*asked(ports[f"later{number}"], pki, known, "good", "--as", "java"))
    both = check(*asked(ports[f"later{number}"], pki, known, "good"))
    if not later:
        assert_works(java, notes=())
        assert_works(both, notes=())
        return
    assert_fails(java, "client.not-sent", Owner.SERVER)
    assert_fails(both, "client.not-sent", Owner.SERVER, verdict=Verdict.DEPENDS)
    assert both.cause and both.cause.stacks == ("java",) and "after the handshake" in both.cause.summary
    assert [one.remedy.action for one in both.prescribed] == ["ask-in-handshake"]
    (stack,) = java.stacks
    assert stack.accepts is False and "after the handshake" in stack.note
    assert "Java 17 sends none, and is refused without one" in dict(compose((java,)).results[0].client)["In short"]


def test_openssl_has_to_turn_on_that_it_can_be_asked_later(ports: dict[str, int], pki: Pki, known: Clients) -> None:
    port = ports["later13"]
    # s_client sends the first certificate of a file only.
    cert, key = known.options("direct")[1::2]
    url = f"https://shop.example:{port}/"
    curl = (program("curl"), "-si", "--max-time", "10", "--resolve", f"shop.example:{port}:127.0.0.1", "--cacert", str(pki.trust), "--cert", cert, "--key", key)
    assert _answer((*curl, url)) == "HTTP/1.1 200 OK"
    usual = (program("openssl"), "s_client", "-quiet", "-connect", f"127.0.0.1:{port}", "-servername", "shop.example", "-cert", cert, "-key", key)
    request = "GET / HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n"
    assert _answer(usual, request) == "HTTP/1.1 403 Forbidden"
    assert _answer((*usual, "-enable_pha"), request) == "HTTP/1.1 200 OK"
    found = check(*asked(port, pki, known, "direct", "--as", "openssl"))
    assert_works(found, notes=())
    assert "-enable_pha" in found.stacks[0].note


def test_whom_it_accepts_is_not_seen_inside_of_a_renegotiation(ports: dict[str, int], pki: Pki, known: Clients) -> None:
    """With TLS 1.2 Apache asks for a path inside the encryption: that nothing was seen of its issuers is not that it names none."""
    refused = check(*asked(ports["path12"], pki, known, "foreign", path="/partner/"))
    assert refused.cause and "was not seen, as it asked inside the encryption" in refused.cause.summary, told(refused)
    assert all("does not name" not in one.says and "names none" not in one.says for one in refused.cause.evidence), told(refused)
    good = check(*asked(ports["path12"], pki, known, "good", "--as", "openssl", path="/partner/"))
    assert "was not seen, as it asked inside the encryption" in dict(compose((good,)).results[0].client)["Before sending"]
    plain = check(*asked(ports["all12"], pki, known, "foreign"))
    assert "inside the encryption" not in (plain.cause.summary if plain.cause else ""), told(plain)
