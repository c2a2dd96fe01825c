"""Redacted reports: no format holds a name, an address or a file of the original, in whatever form, and how things belong together is still seen."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address

import pytest

from probe.cli.arguments import observed
from probe.diagnose import diagnose
from probe.facts.certificate import Certificate, fingerprint
from probe.facts.observation import Alias, Attempt, Connect, Ending, Handshake, How, Observation, Resolution, Vantage
from probe.lab.answers import Answer
from probe.lab.pki import authority
from probe.lab.scenario import scenario
from probe.lab.shop import credentials, reach
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving
from probe.lab.traits import Traits
from probe.render import FORMATS
from probe.report import Report
from probe.report.compose import compose
from probe.report.pseudonyms import Pseudonyms
from probe.report.redact import EVASIVE, redact
from probe.tls.messages import presented

HOST, SECOND, DOMAIN = "pay.intern-acme.test", "dc1.intern-acme.test", "intern-acme.test"
NAMES = (HOST, "*.shop.intern-acme.test", "mail.acme-other.test", "10.20.30.40", "fd12:3456::9")
ORIGINALS = (
    *(one.removeprefix("*.") for one in NAMES),
    SECOND,
    DOMAIN,
    "Acme Payments Root CA 7",
    "Acme Issuing CA 9",
    "Acme Holding SE",
    "Acme, Filiale Süd",
    "AcmeIssuing9.crt",
    "pki.intern-acme.test",
    "acme-root-2026.pem",
    "sso.acme-login.test",
    "tenant-4711",
    "srv-web-07",
    "desk-of-alice",
    "10.20.30.41",
    "10.20.30.99",
    "10.99.0.53",
    "acme/orders",
    "edge.acme-cdn.test",
)
"""What must not be found."""


@pytest.fixture(scope="module")
def seen() -> Observation:
    """A real check of a server that sends no intermediate, moved to other addresses afterwards."""
    with Stage() as stage:
        root = authority("Acme Payments Root CA 7", Traits(organization="Acme Holding SE"))
        web = stage.http()
        middle = root.intermediate("Acme Issuing CA 9", Traits(organization="Acme, Filiale Süd", permitted=(f"dns:{DOMAIN}", "ip:10.20.30.0/24")))
        leaf = middle.issue(*NAMES, traits=Traits(ca_issuers=("http://pki.intern-acme.test/AcmeIssuing9.crt",)))
        answer = Answer(status=403, fields=(("Location", "https://sso.acme-login.test/tenant-4711"), ("Via", "1.1 srv-web-07")), body=b"from srv-web-07")
        port = stage.tls(Serving(credentials=(credentials(leaf, root),), answer=answer))
        arguments = reach(port, stage.trust_file(root, name="acme-root-2026.pem"), "--no-fetch", host=HOST)
        one = observed((f"{arguments[0].upper().replace('HTTPS', 'https')}/acme/orders?id=4711", *arguments[1:]))
        web.close()
    return moved(one)


def moved(one: Observation) -> Observation:
    """The observation as if the server had not been on loopback."""
    ending = Ending(how=How.DONE)
    resolution = Resolution(
        started=0.0, took=0.1, ending=ending, name=HOST, source="dns", type="A", server="10.99.0.53:53", addresses=("10.20.30.41", "fd12:3456::9"),
        aliases=(Alias(name=HOST, target="edge.acme-cdn.test", ttl=60),),
    )  # fmt: skip
    attempts = tuple(
        Attempt(
            question=attempt.question,
            address="10.20.30.41",
            port=443,
            steps=tuple(replace(step, address="10.20.30.41", local="10.20.30.99") if isinstance(step, Connect) else step for step in attempt.steps),
        )
        for attempt in one.attempts
    )
    target = replace(one.target, connect=None, connect_port=None, port=443, resolver="10.99.0.53:53", also_resolvers=("10.99.0.53", "system"))
    vantage = Vantage(host="desk-of-alice", address="10.20.30.99")
    return replace(one, target=target, vantage=vantage, attempts=attempts, resolutions=(resolution,))


@pytest.fixture(scope="module")
def plain(seen: Observation) -> Report:
    other = replace(seen, target=replace(seen.target, spelled=f"ldaps://{SECOND}", host=SECOND, name=SECOND, sni=SECOND, protocol="ldaps", port=636))
    return compose((diagnose(seen), diagnose(other)))


@pytest.fixture(scope="module")
def outputs(plain: Report) -> dict[str, str]:
    made = redact(plain)
    return {name: write(made) for name, write in FORMATS.items()}


def forms(text: str) -> Iterator[str]:
    """Every way in which a text could stand somewhere, in lower case, without white space."""
    data = text.encode()
    yield "".join(text.lower().split())
    yield from (data.hex(), data.hex(":"), data.upper().hex())
    for lead in range(3):
        yield base64.b64encode(b"\0" * lead + data)[4 if lead else 0 : -4].decode().lower()


def leaks(output: str, originals: tuple[str, ...]) -> list[tuple[str, str]]:
    bare = "".join(output.lower().split())
    found = [(one, form) for one in originals for form in forms(one) if len(form) >= 8 and form in bare and not is_address(one)]
    words = set(re.split(r"[^0-9a-f:.]+", output.lower()))
    return found + [(one, one) for one in originals if is_address(one) and one in {word.strip(".:") for word in words}]


def is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("name", FORMATS)
def test_no_original_is_left_in_any_form(plain: Report, outputs: dict[str, str], name: str) -> None:
    assert leaks(FORMATS[name](plain), ORIGINALS), "the search finds nothing in a report that was not redacted"
    assert leaks(outputs[name], ORIGINALS) == []


@pytest.mark.parametrize("name", FORMATS)
def test_no_certificate_fingerprint_or_serial_is_left(seen: Observation, outputs: dict[str, str], name: str) -> None:
    text = outputs[name]
    ders = {der for attempt in seen.attempts for step in attempt.steps if isinstance(step, Handshake) for der in presented(step)}
    ders |= {held.der for store in seen.stores for held in store.certificates}
    assert len(ders) == 2
    assert "BEGIN CERTIFICATE" not in text and "<template" not in text
    for der in ders:
        one = Certificate(der=der)
        assert base64.b64encode(der).decode()[60:120] not in "".join(text.split())
        marks = [fingerprint(one, kind) for kind in ("sha256", "sha1", "md5")]
        marks += [(key or b"").hex(":").upper() for key in (one.read.subject_key_id,)]
        marks += [f"{one.read.serial or 0:x}"]
        for mark in marks:
            assert mark.lower() not in text.lower() and mark.replace(":", "").lower() not in text.lower()


def test_json_holds_no_observation(outputs: dict[str, str]) -> None:
    for result in json.loads(outputs["json"])["results"]:
        assert result["observation"] is None
        assert result["cause"]["code"].startswith("chain.")


def test_how_things_belong_together_stays(plain: Report) -> None:
    made = redact(plain)
    first, second = made.results
    domain = first.target.partition(".")[2].partition(":")[0]
    assert re.fullmatch(r"domain-\d+\.example", domain)
    assert second.target.startswith("host-") and domain in second.target
    assert first.target.split(".")[0] != second.target.split(".")[0]
    names = first.certificates[0].names
    assert names[0] == first.target.partition(":")[0]
    assert re.fullmatch(rf"\*\.host-\d+\.{re.escape(domain)}", names[1])
    assert domain not in names[2] and names[2].endswith(".example")
    assert [one.version for one in map(ip_address, names[3:5])] == [4, 6]
    assert first.certificates[0].issuer.count("CA ") == 1 and first.certificates[0].issuer in first.chain[-1].lines
    assert first.certificates[0] == second.certificates[0]
    assert [one.code for one in first.findings] == [one.code for one in plain.results[0].findings]
    assert [one.verdict for one in made.results] == [one.verdict for one in plain.results]
    assert first.taken_at == plain.results[0].taken_at and first.certificates[0].not_after == plain.results[0].certificates[0].not_after


def test_the_same_report_gives_the_same_pseudonyms(plain: Report) -> None:
    assert redact(plain) == redact(plain)


@pytest.mark.parametrize(
    "code", ["chain.intermediate-missing", "name.mismatch", "tls.not-tls", "app.protocol", "client.required", "trust.store-unreadable", "dns.nxdomain"]
)
def test_no_scenario_leaks_its_names(code: str) -> None:
    one = scenario(code)
    assert one
    with Stage() as stage:
        scene = one.broken(stage)
        if not scene.expects.verdict:
            scene = one.mended(stage)
        report = compose((diagnose(observed(scene.arguments)),))
    host = report.results[0].observation.target.host
    found = [value for certificate in report.results[0].certificates for value in re.findall(r"CN=([^,]+)", certificate.subject)]
    files = [source for source in report.results[0].observation.target.trust if "/" in source]
    for write in FORMATS.values():
        assert leaks(write(redact(report)), tuple({host, *found, *files} - {"localhost"})) == []


def test_what_stands_in_a_form_that_nobody_foresaw_is_left_out(plain: Report) -> None:
    for form in (HOST.encode().hex(), base64.b64encode(f"x {HOST} y".encode()).decode(), f"x{HOST}y"):
        result = replace(plain.results[0], defects=(), repeat=f"see {form}")
        assert redact(replace(plain, results=(result,))).results[0].repeat == EVASIVE


def test_loopback_and_localhost_stay() -> None:
    given = Pseudonyms()
    assert given.anything("127.0.0.1") == "127.0.0.1" and given.anything("::1") == "::1" and given.host("localhost") == "localhost"


def test_no_pseudonym_is_an_original() -> None:
    given = Pseudonyms(frozenset({"192.0.2.1", "domain-1.example", "2001:db8::1", "host-1"}))
    assert given.anything("10.0.0.1") == "192.0.2.2" and given.anything("fd00::1") == "2001:db8::2"
    assert given.host("a.b.corp") == "host-2.domain-2.example" and given.host("c.b.corp") == "host-3.domain-2.example"
    assert given.host("*.B.CORP") == "*.domain-2.example"


def test_many_addresses_have_a_pseudonym_each() -> None:
    given = Pseudonyms()
    made = {given.anything(f"10.{high}.{low}.1") for high in range(8) for low in range(256)}
    assert len(made) == 2048


def test_other_urls_files_and_values() -> None:
    given = Pseudonyms()
    assert given.url("http://pki.corp.example:8080/ca.crt") == "http://host-1.domain-1.example:8080/path-1"
    assert given.url("ldap:///CN=ca,DC=corp?x") == "ldap:///path-2"
    assert given.url("no url") == "url-1" and given.url("http://[::1") == "url-2"
    assert given.file("/srv/alice/acme.PEM") == "file-1.pem" and given.file("/srv/alice/acme.PEM") == "file-1.pem"
    assert given.value("CN", "Alice <a@corp.example>") == "mail-1@domain.example"
    assert given.value("CN", "Root", is_ca=True) == "CA 1" and given.value("O", "Acme") == "Organisation 1"
