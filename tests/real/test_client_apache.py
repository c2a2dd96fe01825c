"""Apache httpd that wants client certificates: for the whole server by alerts, for one path after the handshake or by a second one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from probe.causes.words import Certainty, Owner, Verdict
from probe.report.compose import compose
from tests.real.asking import assert_fails, assert_works, at, check, told
from tests.real.clients import Clients
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
        hosts[f"path{number}"] = f"{only}\n<Location /partner/>\nSSLVerifyClient require\n</Location>"
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
def test_for_another_path_none_is_asked_for(number: str, ports: dict[str, int], pki: Pki, known: Clients) -> None:
    for who in ("", "good", "foreign"):
        assert_works(check(*asked(ports[f"path{number}"], pki, known, who)), notes=())


@pytest.mark.parametrize("number", VERSIONS)
def test_for_a_path_it_is_asked_for_later_and_sent(number: str, ports: dict[str, int], pki: Pki, known: Clients) -> None:
    found = check(*asked(ports[f"path{number}"], pki, known, "good", path="/partner/"))
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
