"""The commands that a report gives to those who do not trust the probe: run in the laboratory, they show the fault, and do not where it is mended."""

import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from probe.case.case import Case
from probe.causes.catalogue import entries
from probe.causes.shown import FILES, PLACEHOLDERS, Shown, unknown_fields
from probe.causes.words import Certainty, Finding
from probe.cli.arguments import observed
from probe.diagnose import Diagnosis, diagnose
from probe.facts.certificate import pem
from probe.facts.noun import noun
from probe.facts.observation import Handshake, Observation
from probe.lab.scenario import Opens, Scenario, all_scenarios, scenario
from probe.lab.scene import Scene
from probe.lab.stage import Stage
from probe.report.certificates import Numbers
from probe.report.compose import compose
from probe.report.sceptic import shown_by, told
from tests.ahead import Ahead, ahead

OURS = re.compile(r"(?:for one in \$\(seq \d+\); do |date -u; |timeout \d+ )*(?:openssl|keytool|curl|dig) ")
CHAIN = re.compile(r"^ \d+ s:(.*)\n +i:(.*)$", re.MULTILINE)


def disordered(output: str) -> bool:
    listed = CHAIN.findall(output)
    return any(issuer != following for (_, issuer), (following, _) in zip(listed, listed[1:], strict=False))


def stranger(output: str) -> bool:
    subjects = [subject for subject, _ in CHAIN.findall(output)]
    issuers = [issuer for _, issuer in CHAIN.findall(output)]
    return len(set(subjects)) < len(subjects) or any(one not in issuers for one in subjects[1:])


def unrelated(output: str) -> bool:
    """Whether one of the certificates behind the first issued none of the others."""
    found = listed(output)
    return any(all(issuer != subject for other, (_, issuer) in enumerate(found) if other != place) for place, (subject, _) in enumerate(found) if place)


def skewed(output: str) -> bool:
    here = datetime.strptime(output.splitlines()[0].replace("UTC ", "+0000 "), "%a %b %d %H:%M:%S %z %Y")
    there = re.search(r"^date: (.*)$", output, re.MULTILINE | re.IGNORECASE)
    return there is not None and abs((parsedate_to_datetime(there[1].strip()) - here).total_seconds()) > 3600


def listed(output: str) -> list[tuple[str, str]]:
    """Subject and issuer of each certificate."""
    return re.findall(r"^subject=(.*)\n+issuer=(.*)$", output, re.MULTILINE)


def dates(output: str) -> tuple[datetime, datetime]:
    """From when to when a certificate is valid; for ever when nothing was printed."""
    found = [datetime.strptime(one, "%b %d %H:%M:%S %Y GMT").replace(tzinfo=UTC) for one in re.findall(r"^not\w+=(.*)$", output, re.MULTILINE)]
    return (found[0], found[1]) if len(found) > 1 else (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


def days_between(output: str) -> int:
    """The days of a certificate's validity."""
    begin, end = (datetime.strptime(one, "%b %d %H:%M:%S %Y GMT").replace(tzinfo=UTC) for one in re.findall(r"^not\w+=(.*)$", output, re.MULTILINE))
    return (end - begin).days


def of_dig(output: str) -> list[str]:
    """What several runs of dig answer: the code and the addresses of each."""
    return [" ".join([*re.findall(r"status: (\w+)", one), *re.findall(r"\sA\s+(\S+)", one)]) for one in output.split("; <<>> DiG")[1:]]


def uneven(output: str) -> bool:
    """Whether several runs of OpenSSL did not all end well; a run without "Verification: OK" did not."""
    good, bad = output.count("Verification: OK"), len(re.findall(r"Verification error|unexpected eof|errno=", output))
    return good > 0 and bad > 0


def unanswered(output: str) -> bool:
    """Whether neither the responder nor a list gave OpenSSL an answer that it believes."""
    believed = "Response verify OK" in output and "certificate.pem: good" in output and "WARNING" not in output
    return not believed and "certificate.pem: OK" not in output


def unstapled(output: str) -> bool:
    """Whether a staple is demanded, and none came that still counts."""
    ends = [datetime.strptime(one, "%b %d %H:%M:%S %Y GMT").replace(tzinfo=UTC) for one in re.findall(r"Next Update: (.*)", output)]
    fresh = "Cert Status: good" in output and all(one > datetime.now(UTC) for one in ends)
    return "status_request" in output and not fresh


NOT_ESTABLISHED = r"^(?![\s\S]*CONNECTION ESTABLISHED)"
SAYS = {
    "dns.nxdomain": "status: NXDOMAIN",
    "dns.no-address": r"status: NOERROR[\s\S]*(ANSWER: 0|CNAME)[\s\S]*status: NOERROR[\s\S]*(ANSWER: 0|CNAME)",
    "dns.servfail": "status: (SERVFAIL|FORMERR|NOTIMP)|Warning: ID mismatch",
    "dns.refused": "status: REFUSED",
    "dns.timeout": "no servers could be reached",
    "dns.tlsa-mismatch": "[Nn]o matching DANE TLSA records",
    "tcp.refused": "Connection refused",
    "tcp.timeout": "[Tt]imeout|timed out",
    "tcp.unreachable": "Network is unreachable|Immediate connect fail",
    "tcp.reset": "Connection reset by peer",
    "proxy.unreachable": "Failed to connect to .* port|[Cc]onnection refused",
    "proxy.auth-required": "response 407|No authentication method was acceptable",
    "proxy.denied": "response 403|complete SOCKS5 connection",
    "proxy.target-unreachable": "response 50[0234]|complete SOCKS5 connection",
    "proxy.protocol": "response [345]0[1235]|Empty reply|Proxy CONNECT aborted|wrong version number|[Ii]nvalid|HTTP/0.9|Unsupported proxy|Recv failure"
    # OpenSSL, with words before TLS that lead nowhere.
    r"|\A\s*\Z",
    "starttls.unsupported": NOT_ESTABLISHED,
    "starttls.refused": NOT_ESTABLISHED,
    "starttls.timeout": NOT_ESTABLISHED,
    "starttls.closed": NOT_ESTABLISHED,
    "tls.not-tls": "wrong version number|packet length too long|record layer failure|supportedLDAPVersion:",
    "tls.closed": "unexpected eof while reading|errno=104",
    "tls.no-certificate": "unexpected eof while reading|errno=104",
    "tls.timeout": r"Connected to [\s\S]*(?:SSL connection timeout|timed out)",
    "tls.version": "alert protocol version|unsupported protocol",
    "tls.cipher": "alert handshake failure|alert insufficient security",
    "tls.alpn": "alert no application protocol",
    "tls.legacy-only": r"^(?![\s\S]*CONNECTION ESTABLISHED[\s\S]*CONNECTION ESTABLISHED)[\s\S]*SSL routines",
    "tls.hello-size": r"^(?![\s\S]*ESTABLISHED[\s\S]*ESTABLISHED)[\s\S]*CONNECTION ESTABLISHED",
    "tls.malformed": r"^(?![\s\S]*CONNECTION ESTABLISHED)[\s\S]*error",
    "tls.sni-required": "unrecognized name|hostname mismatch",
    "chain.intermediate-missing": "num=20:unable to get local issuer certificate",
    "chain.issuer-unknown": "num=20:unable to get local issuer certificate",
    "chain.root-untrusted": "num=19:self-signed certificate in certificate chain|num=20:unable to get local issuer certificate",
    "chain.self-signed": "num=18:self-signed certificate",
    "chain.expired": "num=10:certificate has expired",
    "chain.not-yet-valid": "num=9:certificate is not yet valid",
    "chain.issuer-rekeyed": "num=20:unable to get local issuer certificate",
    "chain.not-a-ca": "invalid CA certificate",
    "chain.path-length": "num=25:path length constraint exceeded",
    "chain.name-constraints": "(?:permitted|excluded) subtree violation",
    "chain.eku": "unsuitable certificate purpose",
    "chain.critical-extension": "unhandled critical extension",
    "chain.weak-signature": "signature digest algorithm too weak|md5WithRSAEncryption",
    "chain.weak-key": "certificate key too weak",
    "chain.bad-signature": "certificate signature failure",
    "chain.revoked": "certificate.pem: revoked|certificate revoked|Cert Status: revoked",
    "trust.only-intermediate": "unable to get issuer certificate",
    "trust.anchor-expired": "certificate has expired",
    "trust.store-unreadable": "keytool error|Error loading file",
    "trust.store-empty": "contains 0 entries",
    "chain.leaf-is-ca": "CA:TRUE",
    "chain.strict-profile": "verify error:num=",
    "chain.distrusted-ca": 'i:O = "Entrust, Inc.", CN = Entrust Root',
    "chain.intercepted": "i:O = Fortinet, CN = FortiGate CA",
    "chain.pin-mismatch": "^sha256 Fingerprint=",
    "endpoint.rollover-pending": "^sha256 Fingerprint=",
    "trust.store-not-used": "num=20:unable to get local issuer certificate",
    "name.mismatch": "hostname mismatch",
    "name.wildcard": "hostname mismatch",
    "name.ip-not-in-san": "IP address mismatch",
    "name.cn-only": r"^subject=CN = shop\.example\n(?!X509v3 Subject Alternative Name)",
    "client.required": "alert (certificate required|handshake failure)|No required SSL certificate|unexpected eof|Empty reply|Post-Handshake|Error 403.7 ",
    "client.untrusted": r"unknown ca|The SSL certificate error|unexpected eof|Empty reply|HTTP Error 403\.16",
    "client.chain-incomplete": "unknown ca|The SSL certificate error",
    "client.expired": "certificate expired|The SSL certificate error",
    "client.not-yet-valid": "bad certificate|The SSL certificate error",
    "client.revoked": r"certificate revoked|certificate.pem: revoked|HTTP Error 403\.13",
    "client.eku": r"unsupported certificate|The SSL certificate error|DNS:partner\.example",
    "client.weak": "bad certificate|could not load PEM client certificate",
    "client.rejected": "The SSL certificate error|unexpected eof|Empty reply",
    "client.key-unusable": "certificate required|handshake failure",
    "client.not-sent": r"CN = Other Client CA|Cannot perform Post-Handshake Authentication|\n> GET [\s\S]*Request CERT",
    "client.issuer-not-registered": "verification failed|issuer=CN = Tenant Issuing CA",
    "client.unexpected": "alert certificate required|No required SSL certificate was sent|Request CERT",
    "app.http-status": "^HTTP/1.1 503",
    "app.address-not-allowed": "^HTTP/1.1 403",
    "app.unknown-identity": r"300\b.*Partner not found",
    "client.not-on-file": r"017\b.*Unauthorized Access",
    "environment.server": "issuer=CN = Lab Test Issuing CA",
    "environment.trust-store": "num=20:unable to get local issuer certificate",
    "environment.client-certificate": "issuer=CN = Lab Test Client CA",
    "endpoint.expires-soon": "certificate has expired",
    "file.unreadable": "[Ee]rror|Unable to|unable to|Could not",
    "file.not-a-certificate": "Total found: 0|Could not",
    "file.wrong-format": "Error loading file|Could not|unable to load|keytool error|contains 0 entries",
    "file.bad-signature": "certificate signature failure",
    "file.password": "invalid password|Could not|maybe wrong password",
    "file.private-key-present": ": Pkey",
    "file.request-flawed": r"verify failure|verification failure|C ?= ?UK|CN ?= ?agent8|DNS:shop\.example",
}
"""What the output has in it where the fault is, and has not where it is mended."""
SEEN: dict[str, Callable[[str], bool]] = {
    "starttls.injected": lambda output: "curl: (8)" in output,
    "starttls.protocol": lambda output: "CONNECTION ESTABLISHED" in output or "220 mail.shop.example" not in output,
    "name.directory-host": lambda output: "DNS:shop.example" in output and "DNS:dc1.shop.example" not in output,
    "chain.validity-too-long": lambda output: days_between(output) > 200,
    "chain.ct-missing": lambda output: "Version   : v1" not in output,
    "chain.stale-cross-sign": lambda output: "i:CN = Lab Old Root CA" in output or ("num=20" in output and "Certificate chain" not in output),
    "chain.order": disordered,
    "chain.extra": stranger,
    "chain.revocation-unreachable": unanswered,
    "chain.staple-missing": unstapled,
    "clock.skew": skewed,
    "endpoint.inconsistent": uneven,
    "dns.caa": lambda output: not re.search(r'CAA\s+\d+ issue(wild)? "letsencrypt.org"', output) or "issuewild" in output,
    "dns.addresses-disagree": lambda output: len(set(of_dig(output))) > 1,
    "app.protocol": lambda output: not output.startswith("HTTP/1.1 200"),
    "file.key-mismatch": lambda output: len(set(re.findall(r"BEGIN PUBLIC KEY-----([^-]+)", output))) > 1,
    "file.duplicate": lambda output: len(listed(output)) > len(set(listed(output))) > 0,
    "file.order": lambda output: any(issuer != following for (_, issuer), (following, _) in zip(listed(output), listed(output)[1:], strict=False)),
    "file.extra": unrelated,
    "file.incomplete-chain": lambda output: bool({issuer for _, issuer in listed(output)} - {subject for subject, _ in listed(output)}),
    "file.expired": lambda output: dates(output)[1] < datetime.now(UTC),
    "file.not-yet-valid": lambda output: dates(output)[0] > datetime.now(UTC),
    "file.not-served": lambda output: len(set(re.findall(r"Fingerprint=(\S+)", output))) > 1 or "Verification error" in output,
}
"""Where one line does not tell."""
TYPED = {"file.password": b"not-this-one\n"}
"""What a reader types who is asked: a password that is not the right one."""
NO_COMMAND = {"app.ldap", "trust.store-empty", "file.private-key-present", "file.not-served", "app.mqtt-refused", "client.id-in-use"}
"""Nothing is there that another program could look at (a file is inside of an archive, a chain is compared); the cause gives this reason itself."""


def scenes() -> list[tuple[Scenario, str, Opens]]:
    found: list[tuple[Scenario, str, Opens]] = []
    for one in all_scenarios():
        found += [(one, "broken", one.broken), *((one, variant.name, variant.open) for variant in one.variants)]
    return found


EVERY = scenes()


def output(finding: Finding, case: Case, folder: Path) -> str:
    """Save the files that the report asks for, run its commands as a reader would, and give all that they print."""
    numbers = Numbers(case)
    here = told(finding, case, numbers)
    certificates = {number: one for one, number in numbers.numbers.items()}
    for name, which in here.saves:
        (folder / name).write_text("".join(pem(certificates[one]) for one in which))
    printed = []
    for command in here.commands:
        assert OURS.match(command), command
        assert "BEGIN" not in command and "{" not in command, command
        # Without a terminal OpenSSL reads a password from its input.
        typed = TYPED.get(finding.code, b"")
        done = subprocess.run(["bash", "-c", command], cwd=folder, input=typed, capture_output=True, timeout=45, check=False, start_new_session=True)
        printed.append((done.stdout + done.stderr).decode(errors="replace"))
    return "\n".join(printed)


def shows(code: str, text: str) -> bool:
    return SEEN[code](text) if code in SEEN else re.search(SAYS[code], text) is not None


def of_the_mended(finding: Finding, case: Case) -> Finding:
    """The finding as a reader would try it on the mended endpoint, where the certificates are others."""
    if finding.code == "file.bad-signature":
        return replace(finding, about=(case.files.chains[0].tip,))
    asks = finding.code in ("chain.revoked", "chain.revocation-unreachable", "chain.staple-missing")
    return replace(finding, about=(case.leaf,)) if asks and case.leaf else finding


def finding_of(found: Diagnosis, code: str) -> Finding | None:
    return next((one for one in (*found.findings, *found.explained) if one.code == code), None)


@noun
class Read:
    """What a reader got to see: of the broken endpoint, and with the commands for that finding of the mended one. Each is missing when it was not come to."""

    scene: Scene
    codes: tuple[str, ...] = ()
    finding: Finding | None = None
    shown: Shown | None = None
    broken: str = ""
    mended: str = ""


def read(one: Scenario, opens: Opens, folder: Path) -> Read:
    with Stage() as stage:
        scene = opens(stage)
        if not scene.expects.effect:
            return Read(scene=scene)
        found = diagnose(observed(scene.arguments, scene.command))
        finding = finding_of(found, one.code)
        seen = Read(scene=scene, codes=tuple(other.code for other in found.findings), finding=finding)
        if finding is None:
            return seen
        shown = shown_by(finding, found.case)
        seen = replace(seen, shown=shown)
        if not shown.commands:
            return seen
        seen = replace(seen, broken=output(finding, found.case, folder))
    if one.code not in SAYS and one.code not in SEEN:
        return seen
    with Stage() as stage:
        sound = one.mended(stage)
        mended = diagnose(observed(sound.arguments, sound.command))
        return replace(seen, mended=output(of_the_mended(finding, mended.case), mended.case, folder))


@pytest.fixture(scope="module")
def reads() -> Iterator[Ahead[tuple[Scenario, Opens], Read]]:
    """Every scenario as a reader looks at it, in a folder of its own."""

    def work(key: tuple[Scenario, Opens]) -> Read:
        with tempfile.TemporaryDirectory(prefix="probe-reader-") as folder:
            return read(*key, Path(folder))

    with ahead(work, [(one, opens) for one, _, opens in EVERY]) as results:
        yield results


@pytest.mark.parametrize(("one", "name", "opens"), EVERY, ids=[f"{one.code}-{name}" for one, name, _ in EVERY])
def test_a_reader_sees_the_fault_and_sees_it_gone(one: Scenario, name: str, opens: Opens, reads: Ahead[tuple[Scenario, Opens], Read]) -> None:
    seen = reads((one, opens))
    if not seen.scene.expects.effect:
        assert seen.scene.expects.exit in (0, 2)
        return
    assert seen.finding is not None, seen.codes
    assert seen.shown is not None
    if not seen.shown.commands:
        assert one.code in NO_COMMAND and seen.shown.why_not
        return
    assert seen.shown.shows
    if one.code not in SAYS and one.code not in SEEN:
        # What is shown needs a reader's judgement, so it proves nothing by itself.
        assert seen.finding.certainty is not Certainty.PROVEN and seen.broken
        return
    assert shows(one.code, seen.broken), seen.broken
    assert not shows(one.code, seen.mended), seen.mended


@pytest.mark.parametrize("one", entries(), ids=lambda one: one.code)
def test_every_cause_has_commands_or_a_reason(one: object) -> None:
    shown = getattr(one, "shown")  # noqa: B009 -- the parameter is shown by its code
    assert shown is not None
    if isinstance(shown, Shown):
        assert bool(shown.commands) == bool(shown.shows) != bool(shown.why_not)
        assert unknown_fields(shown) == ()
        assert all(OURS.match(command) for command in shown.commands)


def test_every_proven_finding_of_every_scenario_has_commands_in_the_report() -> None:
    for code in ("chain.expired", "name.mismatch", "chain.order", "endpoint.expires-soon"):
        one = scenario(code)
        assert one
        with Stage() as stage:
            report = compose((diagnose(observed(one.broken(stage).arguments)),))
        result = report.results[0]
        for found in (*result.findings, *result.explained):
            assert found.commands or found.certainty is not Certainty.PROVEN, found.code
            numbers = {certificate.number for certificate in result.certificates if certificate.pem}
            assert all(name in FILES and which and set(which) <= numbers for name, which in found.saves)


def hostile(observation: Observation, word: str) -> Observation:
    """The same facts with another host, path and store, as a saved file from elsewhere may hold them."""
    target = replace(observation.target, host=word, name=word, sni=word, path=f"/{word}", connect=None, connect_port=None, resolver=word)
    steps = tuple(
        replace(one, steps=tuple(replace(step, sni=word) if isinstance(step, Handshake) else step for step in one.steps)) for one in observation.attempts
    )
    return replace(observation, target=target, attempts=steps, stores=tuple(replace(one, path=word, certificates=()) for one in observation.stores))


WORDS = ["x; touch owned", "$(touch owned)", "`touch owned`", "-x\ntouch owned\n", "' ; touch owned ; '", '"; touch owned; "', "@x +y"]


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("code", ["chain.expired", "dns.nxdomain", "tcp.refused", "app.http-status", "name.mismatch"])
def test_a_hostile_name_does_not_leave_its_quotes(code: str, word: str, tmp_path: Path) -> None:
    one = scenario(code)
    assert one
    with Stage() as stage:
        observation = hostile(observed(one.broken(stage).arguments), word)
    case = Case(observation, next((attempt.address for attempt in observation.attempts), None))
    finding = Finding(code=code, effect=diagnose(observation).findings[0].effect, summary="")
    for name in ("openssl", "curl", "dig", "keytool"):
        (tmp_path / name).write_text('#!/bin/sh\nfor one; do printf "%s\\0" "$one"; done\n')
        (tmp_path / name).chmod(0o755)
    for command in told(finding, case, Numbers(case)).commands:
        done = subprocess.run(["bash", "-c", command], cwd=tmp_path, env={"PATH": f"{tmp_path}:/bin:/usr/bin"}, capture_output=True, timeout=20, check=True)
        assert any(word in argument for argument in done.stdout.decode().split("\0")), command
    assert not (tmp_path / "owned").exists()


def test_placeholders_and_what_is_filled_in_agree() -> None:
    one = scenario("chain.expired")
    assert one
    with Stage() as stage:
        found = diagnose(observed(one.broken(stage).arguments))
    every = Shown(commands=tuple(f"openssl {{{name}}}" for name in sorted(PLACEHOLDERS)), shows="all")
    assert unknown_fields(every) == () and unknown_fields(Shown(commands=("openssl {certificate}",))) == ("certificate",)
    known = next(entry for entry in entries() if entry.code == "chain.expired")
    assert known.shown is not None and len(told(found.findings[0], found.case, Numbers(found.case)).commands) == 1
