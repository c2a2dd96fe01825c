"""Reports as a diagnosis makes them, put together by hand: healthy, broken, several, and one in which every text is an attack."""

import base64
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

from probe.case.path import Objection, StackVerdict, Why
from probe.causes.words import Certainty, Effect, Evidence, NotObserved, Owner
from probe.facts.certificate import Certificate
from probe.facts.observation import Attempt, Connect, Ending, Handshake, How, Message, Observation, Question, Vantage
from probe.facts.target import Target
from probe.report import (
    Candidate,
    CertificateText,
    ChainBox,
    FoundText,
    Headline,
    RemedyStep,
    RemedyText,
    Report,
    Result,
    TimelineBar,
    TimelineEvent,
    TimelineRow,
    Verdict,
)

NOW = datetime(2026, 11, 21, 19, 32, 5, tzinfo=UTC)
HOST = "shop.example.test"

HOSTILE = (
    "</title></style></script></pre></textarea><script>document.title='PWNED';fetch('http://127.0.0.1:9/x')</script>"
    "<img src=http://127.0.0.1:9/i onerror=\"document.title='PWNED'\"><svg onload=alert(1)><iframe src=javascript:alert(2)></iframe>"
    "\"' onmouseover=alert(3) x='{{7*7}}{% raw %}{#c#}${7*7} "
    "\x1b[31mred\x1b]0;PWNED\x07 \x9b2J nul\x00 \u202egnp.exe\u2066\u200b\ufeff \u00a0\u2028 \ud800 \ue000 e"
    + "\u0301" * 200
    + "\r\nX-Injected: yes\n\tend ]]> --> "
)
"""Each layer's favourite poison in one string."""

LONG = "A" * 10_000
"""One word that no line holds."""


def observation(host: str = HOST, *, how: How = How.DONE) -> Observation:
    """Return a small observation as the capture would save it."""
    return Observation(
        probe="0.1.0",
        libraries=(("pyOpenSSL", "26.4.0"), ("OpenSSL", "4.0.3")),
        taken_at=NOW,
        took=0.061,
        vantage=Vantage(host="desk.example.test", address="192.0.2.7"),
        target=Target(spelled=f"https://{host}", protocol="https", host=host, port=443, name=host, sni=host),
        attempts=(
            Attempt(
                question=Question(),
                address="192.0.2.10",
                port=443,
                steps=(
                    Connect(started=0.01, took=0.002, ending=Ending(how=How.DONE), address="192.0.2.10", port=443, local="192.0.2.7"),
                    Handshake(
                        started=0.012,
                        took=0.03,
                        ending=Ending(how=how),
                        says="handshake failure",
                        messages=(Message(at=0.013, sent=True, type=1, size=3, body=b"\x03\x03\x00"),),
                    ),
                ),
            ),
        ),
    )


def certificate(number: int, subject: str, issuer: str, *, standing: str = "presented", marks: tuple[str, ...] = (), days: int = 300) -> CertificateText:
    """Return the text of a certificate that ends ``days`` after the check."""
    pair = f"{number:02X}"
    body = base64.encodebytes(bytes(range(256)) * 3).decode()
    return CertificateText(
        number=number,
        title=subject.removeprefix("CN="),
        standing=standing,
        marks=marks,
        subject=f"{subject},O=Example Ltd,C=DE",
        issuer=f"{issuer},O=Example Trust Services,C=DE",
        serial=":".join([pair] * 18),
        not_before=NOW - timedelta(days=90),
        not_after=NOW + timedelta(days=days),
        key="EC P-256",
        signature="ecdsa-with-SHA256",
        names=(HOST, f"www.{HOST}") if number == 1 else (),
        sha256=":".join([pair] * 32),
        sha1=":".join([pair] * 20),
        md5=":".join([pair] * 16),
        details=(("Key usage", "digitalSignature"), ("Issuer's URL", "http://ca.example.test/ca2.der")),
        pem=f"-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n",
    )


LEAF = certificate(1, f"CN={HOST}", "CN=Example Issuing CA G2", marks=("trusted with help",))
MIDDLE = certificate(2, "CN=Example Issuing CA G2", "CN=Example Root CA", standing="fetched", marks=("not sent",), days=1900)
ROOT = certificate(3, "CN=Example Root CA", "CN=Example Root CA", standing="store", marks=("trusted",), days=4000)


def timeline(*, broken: bool) -> tuple[TimelineRow, ...]:
    """Return the rows of a check that takes some sixty milliseconds."""
    tls = TimelineBar(
        label="TLS handshake",
        started=0.012,
        took=0.03,
        tone="good",
        says="TLS 1.3, TLS_AES_256_GCM_SHA384",
        events=(
            TimelineEvent(at=0.0122, says="ClientHello, 1544 bytes", sent=True, tone="good"),
            TimelineEvent(at=0.024, says="ServerHello", sent=False, tone="good"),
            TimelineEvent(at=0.0243, says="Certificate, 1 certificate", sent=False, tone="warn" if broken else "good"),
            TimelineEvent(at=0.041, says="Finished", sent=True, tone="good"),
        ),
    )
    rows = (
        TimelineRow(title="DNS, asked of the system", bars=(TimelineBar(label="A and AAAA", started=0.0, took=0.009, tone="good", says="192.0.2.10"),)),
        TimelineRow(
            title="192.0.2.10:443, ordinary",
            bars=(
                TimelineBar(label="TCP connect", started=0.01, took=0.002, tone="good", says=""),
                tls,
                TimelineBar(label="HTTP", started=0.043, took=0.0112, tone="good", says="status 200"),
            ),
        ),
    )
    fetch = TimelineBar(label="GET", started=0.055, took=0.006, tone="good", says="912 bytes, one certificate")
    refused = TimelineBar(label="TCP connect", started=0.056, took=0.0004, tone="bad", says="refused")
    if not broken:
        return rows
    return (
        *rows,
        TimelineRow(title="http://ca.example.test/ca2.der, issuer", bars=(fetch,)),
        TimelineRow(title="[2001:db8::10]:443, ordinary", bars=(refused,)),
    )


def found(code: str, title: str, effect: Effect, summary: str, *, certainty: Certainty = Certainty.PROVEN, stacks: tuple[str, ...] = ()) -> FoundText:
    """Return one finding about the server's own certificate."""
    return FoundText(
        code=code,
        title=title,
        effect=effect,
        certainty=certainty,
        owner=Owner.SERVER,
        owner_text="whoever runs the server",
        summary=summary,
        about=(1,),
        evidence=(Evidence(says="The Certificate message holds one certificate.", at="/attempts/0/steps/1/messages/0"),),
        stacks=stacks,
        commands=("openssl s_client -brief -connect shop.example.test:443 -CAfile root.pem </dev/null", "dig -q shop.example.test A"),
        shows='OpenSSL prints "unable to get local issuer certificate".',
        saves=(("root.pem", (3,)), ("certificate.pem", (1, 2))),
    )


HEALTHY = Result(
    target=f"https://{HOST}",
    verdict=Verdict.WORKS,
    sentence=f"https://{HOST} works, as seen on 21 November 2026 at 19:32 UTC.",
    taken_at=NOW,
    judged_at=NOW,
    cause=None,
    candidates=(),
    findings=(found("endpoint.expires-soon", "A certificate ends soon", Effect.RISKS, f"The certificate of {HOST} ends on 2026-12-02, in 11 days."),),
    explained=(),
    not_observed=(NotObserved(code="chain.revoked", why="revocation was not asked for"),),
    remedies=(),
    stacks=(
        StackVerdict(stack="openssl", title="OpenSSL 3", accepts=True),
        StackVerdict(stack="java", title="Java 17", accepts=True),
    ),
    chain=(
        ChainBox(title=HOST, place="sent as number 1", lines=("valid until 2027-09-17",), tone="good", number=1),
        ChainBox(title="Example Issuing CA G2", place="sent as number 2", lines=(), tone="good", number=2),
        ChainBox(title="Example Root CA", place="in the trust store", lines=("valid until 2037-11-03",), tone="good", number=3),
    ),
    certificates=(LEAF, MIDDLE, ROOT),
    timeline=timeline(broken=False),
    handshake=(("version", "TLS 1.3"), ("cipher suite", "TLS_AES_256_GCM_SHA384"), ("group", "X25519MLKEM768")),
    messages=(),
    circumstances=(("Trust store", "system (/etc/ssl/certs/ca-certificates.crt, 142 certificates)"), ("Name checked", HOST)),
    repeat=f"probe check https://{HOST}",
    defects=(),
    observation=observation(),
)
"""Everything is well; one certificate ends soon."""

MISSING = replace(
    HEALTHY,
    verdict=Verdict.FAILS,
    sentence=f"https://{HOST} fails: the server does not send an intermediate certificate that clients need (21 November 2026, 19:32 UTC).",
    cause=Headline(
        code="chain.intermediate-missing",
        title="The server does not send an intermediate certificate",
        certainty=Certainty.PROVEN,
        owner=Owner.SERVER,
        owner_text="whoever runs the server shop.example.test",
        summary="The server sent one certificate, its own. It was issued by Example Issuing CA G2, which the server did not send. "
        "With that certificate the chain reaches Example Root CA, which is trusted.",
    ),
    candidates=(Candidate(code="chain.root-untrusted", why="if the client's own trust store lacks Example Root CA; the file of that store would decide"),),
    findings=(
        found(
            "chain.intermediate-missing",
            "The server does not send an intermediate certificate",
            Effect.BREAKS,
            "The issuer Example Issuing CA G2 was not sent.",
        ),
        found(
            "endpoint.inconsistent",
            "The addresses answer differently",
            Effect.RISKS,
            "192.0.2.10 answers, 2001:db8::10 refuses the connection.",
            stacks=("java",),
        ),
        found("chain.extra", "A certificate is sent that belongs to no path", Effect.NOTE, "Nothing breaks by it.", certainty=Certainty.LIKELY),
    ),
    explained=(found("chain.issuer-unknown", "The issuer is not known", Effect.BREAKS, "No trust store holds the issuer."),),
    not_observed=(
        NotObserved(code="chain.revoked", why="revocation was not asked for"),
        NotObserved(code="client.required", why="the handshake ended before a certificate could be asked for"),
    ),
    remedies=(
        RemedyText(
            action="send-intermediate",
            text="Let the server send Example Issuing CA G2 after its own certificate.",
            owner_text="whoever runs the server shop.example.test",
            for_code="chain.intermediate-missing",
            proof="With this certificate added to what the server sends, OpenSSL and Java both accept the connection.",
            about=(2,),
            steps=(
                RemedyStep(
                    platform="nginx",
                    do="Put both certificates into one file, the server's own first, and name that file in ssl_certificate.",
                    commands=("cat server.pem ca2.pem > chain.pem", "nginx -t && nginx -s reload"),
                ),
                RemedyStep(
                    platform="Java keystore",
                    do="Import the intermediate under a name of its own.",
                    commands=("keytool -importcert -alias ca2 -file ca2.pem -keystore server.p12",),
                ),
            ),
            check=f"openssl s_client -connect {HOST}:443 -servername {HOST} -verify_return_error </dev/null",
        ),
    ),
    stacks=(
        StackVerdict(
            stack="openssl",
            title="OpenSSL 3",
            accepts=False,
            says="verify error:num=20:unable to get local issuer certificate",
            objections=(
                Objection(
                    why=Why.ISSUER_UNKNOWN, at=0, about=Certificate(der=b"0"), facts=("no certificate named Example Issuing CA G2 was sent or is in the store",)
                ),
            ),
        ),
        StackVerdict(
            stack="java",
            title="Java 17",
            accepts=False,
            says="javax.net.ssl.SSLHandshakeException: PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: "
            "unable to find valid certification path to requested target",
            objections=(
                Objection(why=Why.NOT_PRESENTED, at=1, about=Certificate(der=b"0")),
                Objection(why=Why.EXPIRED, at=1, about=Certificate(der=b"0"), facts=("ended on 2026-01-01",)),
            ),
            tolerated=(Objection(why=Why.KEY_ID, at=0, about=Certificate(der=b"0")),),
            name_refused=True,
            verified=False,
            note="A JVM fetches no issuers unless com.sun.security.enableAIAcaIssuers is set.",
        ),
    ),
    chain=(
        ChainBox(title=HOST, place="sent as number 1", lines=("valid until 2027-09-17",), tone="good", number=1),
        ChainBox(title="Example Issuing CA G2", place="not sent by the server", lines=("found at http://ca.example.test/ca2.der",), tone="missing", number=2),
        ChainBox(title="Example Root CA", place="in the trust store", lines=("valid until 2037-11-03",), tone="good", number=3),
    ),
    timeline=timeline(broken=True),
    messages=(
        (
            "For whoever runs the server",
            f"Hello,\n\nthe server {HOST} does not send the intermediate certificate Example Issuing CA G2.\n"
            "Please add it after the server's own certificate.\n\nThank you",
        ),
    ),
    defects=("chain.ct-missing: ValueError",),
)
"""The commonest fault of all, with something in every field."""

EXPIRED = replace(
    MISSING,
    target="ldaps://dc1.example.test",
    sentence="ldaps://dc1.example.test depends on the client: the root has expired, which OpenSSL minds and Java does not (21 November 2026, 19:32 UTC).",
    verdict=Verdict.DEPENDS,
    cause=Headline(
        code="chain.expired",
        title="A certificate of the chain has expired",
        certainty=Certainty.LIKELY,
        owner=Owner.CLIENT,
        owner_text="whoever runs the client",
        summary="Example Root CA ended on 2026-10-31.",
    ),
    candidates=(),
    findings=(found("chain.expired", "A certificate has expired", Effect.BREAKS, "Example Root CA ended on 2026-10-31.", stacks=("openssl",)),),
    explained=(),
    stacks=(
        StackVerdict(stack="openssl", title="OpenSSL 3", accepts=False, says="verify error:num=10:certificate has expired"),
        StackVerdict(stack="java", title="Java 17", accepts=True),
        StackVerdict(stack="go", title="Go", accepts=None),
    ),
    chain=(
        ChainBox(title="dc1.example.test", place="sent as number 1", lines=(), tone="good", number=1),
        ChainBox(
            title="Example Root CA", place="in the trust store", lines=("ended 2026-10-31",), tone="bad", number=3, edge="found nowhere above", edge_tone="bad"
        ),
    ),
    certificates=(LEAF, certificate(3, "CN=Example Root CA", "CN=Example Root CA", standing="store", marks=("expired",), days=-21)),
    remedies=(),
    messages=(),
    defects=(),
)
"""Clients disagree."""

UNDECIDED = replace(
    HEALTHY,
    target="https://silent.example.test:8443",
    verdict=Verdict.UNDECIDED,
    sentence="https://silent.example.test:8443 could not be decided: nothing answered within 30 seconds (21 November 2026, 19:32 UTC).",
    candidates=(Candidate(code="tcp.timeout", why="a second look from another network would decide"),),
    findings=(),
    stacks=(),
    chain=(),
    certificates=(),
    handshake=(),
    timeline=(TimelineRow(title="192.0.2.99:8443, ordinary", bars=(TimelineBar(label="TCP connect", started=0.0, took=30.0, tone="bad", says="timed out"),)),),
)
"""Nothing was seen."""


def report(*results: Result) -> Report:
    """Return a report of these results."""
    return Report(results=results, made_by="probe 0.1.0")


def poisoned(fact: Any, text: str) -> Any:
    """Return the same noun with every free text in it, however deep, replaced by ``text``; numbers, times, bytes and enumerations stay."""
    if isinstance(fact, Enum):
        return fact
    if isinstance(fact, str):
        return text
    if isinstance(fact, tuple):
        return tuple(poisoned(one, text) for one in fact)
    if is_dataclass(fact) and not isinstance(fact, type):
        return replace(fact, **{one.name: poisoned(getattr(fact, one.name), text) for one in fields(fact)})
    return fact


def counted(fact: Any, seen: list[str], path: str = "") -> Any:
    """Return the same noun with every text replaced by a word of its own; ``seen`` collects ``path word`` lines."""
    if isinstance(fact, Enum):
        return fact
    if isinstance(fact, str):
        word = f"word{len(seen):04d}"
        seen.append(f"{path} {word}")
        return word
    if isinstance(fact, tuple):
        return tuple(counted(one, seen, path) for one in fact)
    if is_dataclass(fact) and not isinstance(fact, type):
        return replace(fact, **{one.name: counted(getattr(fact, one.name), seen, f"{type(fact).__name__}.{one.name}") for one in fields(fact)})
    return fact


ALL = {
    "healthy": report(HEALTHY),
    "missing": report(MISSING),
    "expired": report(EXPIRED),
    "undecided": report(UNDECIDED),
    "several": report(HEALTHY, MISSING, EXPIRED, UNDECIDED),
    "hostile": report(poisoned(MISSING, HOSTILE)),
    "hostile-several": report(*(poisoned(one, HOSTILE) for one in (MISSING, HEALTHY, EXPIRED))),
    "long": report(poisoned(MISSING, LONG)),
    "empty": Report(results=(), made_by=""),
}
"""Every sample by name."""
