"""Healthy endpoints in great number: everything that may differ between two that work. None of them may be called broken."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from probe.facts.noun import noun
from probe.lab.answers import Answer
from probe.lab.pki import Issued, staple
from probe.lab.stage import Stage
from probe.lab.traits import Traits
from tests.peers.pki import Made, ca, leaf, make

HOST = "shop.example"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@noun
class Variant:
    """What is served, what is trusted, and which findings that it carries as risks are right.

    ``serving`` are fields of ``probe.lab.tls_server.Serving`` beside the credentials, ``options`` further ones of the command.
    ``store`` writes the anchors and gives the ``--trust`` options. ``java`` and ``openssl``: whether the real one is asked too, and if not, why not.
    """

    name: str
    chain: tuple[Made, ...]
    anchors: tuple[Made, ...]
    host: str = HOST
    scheme: str = "https"
    serving: dict[str, Any] | None = None
    options: tuple[str, ...] = ()
    staple: bytes = b""
    store: Callable[[Stage, tuple[Made, ...]], tuple[str, ...]] | None = None
    risks: tuple[str, ...] = ()
    java: str = ""
    openssl: str = ""


Variants = Iterator[Variant]


@cache
def key(kind: str, number: int = 0) -> Any:
    """A key of the pool: RSA keys are slow to make, and nobody minds that another variant has the same one."""
    if kind.startswith("rsa"):
        return rsa.generate_private_key(65537, int(kind[3:]))
    curves: dict[str, ec.EllipticCurve] = {"p256": ec.SECP256R1(), "p384": ec.SECP384R1(), "p521": ec.SECP521R1()}
    if kind in curves:
        return ec.generate_private_key(curves[kind])
    return ed25519.Ed25519PrivateKey.generate() if kind == "ed25519" else ed448.Ed448PrivateKey.generate()


@cache
def usual() -> tuple[Made, Made]:
    """The root and the intermediate below which most end-entity certificates stand."""
    root = ca("Healthy Root")
    return root, ca("Healthy Issuing CA", root)


def good(name: str, end: Made | None = None, **knobs: Any) -> Variant:
    """A variant below the usual authorities."""
    root, middle = usual()
    return Variant(name=name, chain=(end or plain(), middle), anchors=(root,), **knobs)


@cache
def plain() -> Made:
    """The end-entity certificate of variants that are not about it."""
    return leaf(usual()[1])


def keys_and_hashes() -> Variants:
    """Every kind of end-entity key below every kind of authority key, with the hashes in use, in either TLS version."""
    ends = ("p256", "p384", "p521", "rsa2048", "rsa3072", "ed25519", "ed448")
    issuers = (
        ("p256", "sha256", False),
        ("p256", "sha512", False),
        ("p384", "sha384", False),
        ("p521", "sha512", False),
        ("rsa2048", "sha256", False),
        ("rsa2048", "sha384", False),
        ("rsa3072", "sha512", False),
        ("rsa2048", "sha256", True),
        ("ed25519", "sha256", False),
        ("ed448", "sha256", False),
    )
    for number, (kind, digest, pss) in enumerate(issuers):
        above: dict[str, Any] = {"hash": digest, "pss": pss}
        root = ca("Key Root", key=key(kind, number), **above)
        middle = ca("Key Issuing CA", root, key=key(kind, number + 100), **above)
        for end in ends:
            made = leaf(middle, key=key(end, 200), **above)
            only = ("TLSv1.2", "TLSv1.3")[(number + ends.index(end)) % 2]
            label = f"{end}-below-{kind}-{digest}{'-pss' if pss else ''}-{only}"
            yield Variant(name=label, chain=(made, middle), anchors=(root,), serving={"tls_min": only, "tls_max": only})


def lengths_and_orders() -> Variants:
    """Chains of one to five certificates, with and without the root, in order and shuffled."""
    root = ca("Length Root")
    issuers = [root]
    while len(issuers) < 5:
        issuers.append(ca(f"Length CA {len(issuers)}", issuers[-1]))
    for length in range(1, 6):
        above = issuers[1:length][::-1]
        end = leaf(issuers[length - 1])
        for sent in (False, True):
            whole = (end, *above, *([root] if sent else []))
            label = f"chain-of-{length}{'-root-sent' if sent else ''}"
            yield Variant(name=label, chain=whole, anchors=(root,))
            if len(above) > 1:
                for turn in range(1, len(above)):
                    shuffled = (end, *above[turn:], *above[:turn], *([root] if sent else []))
                    yield Variant(name=f"{label}-turned-{turn}", chain=shuffled, anchors=(root,), risks=("chain.order",))
                yield Variant(name=f"{label}-reversed", chain=(end, *([root] if sent else []), *above[::-1]), anchors=(root,), risks=("chain.order",))
    middle = usual()[1]
    yield Variant(name="root-before-intermediate", chain=(plain(), usual()[0], middle), anchors=(usual()[0],), risks=("chain.order",))
    yield Variant(name="intermediate-in-store", chain=(plain(),), anchors=usual())
    yield Variant(name="intermediate-in-store-first", chain=(plain(),), anchors=usual()[::-1])
    yield Variant(name="whole-chain-in-store", chain=(plain(), middle), anchors=(plain(), middle, usual()[0]))
    yield Variant(name="intermediate-twice", chain=(plain(), middle, middle), anchors=(usual()[0],))
    yield Variant(name="leaf-twice", chain=(plain(), plain(), middle), anchors=(usual()[0],))
    stranger = ca("Stranger", ca("Strange Root"))
    yield Variant(name="stranger-behind", chain=(plain(), middle, stranger), anchors=(usual()[0],))
    yield Variant(name="many-strangers-behind", chain=(plain(), middle, *(ca(f"Stranger {number}") for number in range(6))), anchors=(usual()[0],))


def crosses() -> Variants:
    """Cross-certificates in the forms in which they are met, with a path that every client finds."""
    old, new = ca("Old World"), ca("New World")
    cross = ca("New World", old, key=new.key)
    middle = ca("World Issuing CA", new)
    lower = ca("World Issuing CA", old, key=middle.key)
    end = leaf(middle)
    yield Variant(name="cross-new-trusted", chain=(end, middle, cross), anchors=(new,))
    yield Variant(name="cross-old-trusted", chain=(end, middle, cross), anchors=(old,))
    yield Variant(name="cross-both-trusted", chain=(end, middle, cross), anchors=(old, new))
    yield Variant(name="cross-both-trusted-other-order", chain=(end, middle, cross), anchors=(new, old))
    yield Variant(name="cross-not-sent", chain=(end, middle), anchors=(new, old))
    yield Variant(name="cross-with-new-root-sent", chain=(end, middle, new, cross), anchors=(new,))
    yield Variant(name="cross-with-old-root-sent", chain=(end, middle, cross, old), anchors=(old,))
    yield Variant(name="cross-expired-new-trusted", chain=(end, middle, ca("New World", old, key=new.key, ends=-3 * DAY)), anchors=(new,))
    yield Variant(name="cross-untrusted-root-new-trusted", chain=(end, middle, ca("New World", ca("Lost World"), key=new.key)), anchors=(new,))
    yield Variant(name="intermediate-of-two-roots-one-sent", chain=(leaf(lower), lower), anchors=(old, new))
    yield Variant(name="intermediate-of-two-roots-both-sent", chain=(end, middle, lower), anchors=(old, new))
    renewed = ca("Old World", key=old.key, ends=4000 * DAY)
    yield Variant(name="root-renewed-old-trusted", chain=(leaf(lower), lower, renewed), anchors=(old,))
    yield Variant(name="root-renewed-both-trusted", chain=(leaf(lower), lower), anchors=(old, renewed))
    again = ca("World Issuing CA", new, key=middle.key)
    yield Variant(name="intermediate-renewed-both-sent", chain=(end, middle, again), anchors=(new,))


def names() -> Variants:
    """Names in every form that covers the host."""
    _, middle = usual()

    def named(label: str, host: str, *san: str, **knobs: Any) -> Variant:
        risks = knobs.pop("risks", ())
        return good(f"name-{label}", leaf(middle, host, san=san, **knobs), host=host, risks=risks)

    yield named("exact", HOST, f"dns:{HOST}")
    yield named("wildcard", "www.shop.example", "dns:*.shop.example")
    yield named("wildcard-and-exact", HOST, "dns:*.shop.example", f"dns:{HOST}")
    yield named("wildcard-of-a-deep-name", "a.b.c.shop.example", "dns:*.b.c.shop.example")
    yield named("upper-case-in-certificate", HOST, "dns:SHOP.EXAMPLE")
    yield named("mixed-case-wildcard", "www.shop.example", "dns:*.Shop.Example")
    yield named("international", "xn--bcher-kva.example", "dns:xn--bcher-kva.example")
    yield named("international-in-capitals", "xn--bcher-kva.example", "dns:XN--BCHER-KVA.example")
    yield named("international-below-wildcard", "www.xn--bcher-kva.example", "dns:*.xn--bcher-kva.example")
    yield named("digits", "4711.example", "dns:4711.example")
    yield named("single-letter", "x.example", "dns:x.example")
    yield named("hyphens", "a--b-c.example", "dns:a--b-c.example")
    yield named("label-of-63", f"{'l' * 63}.example", f"dns:{'l' * 63}.example", common="long")
    longest = ".".join(["l" * 60] * 4)
    yield named("of-243-characters", longest, f"dns:{longest}", common="long")
    yield named("ipv4", "127.0.0.1", "ip:127.0.0.1")
    yield named("ipv6", "::1", "ip:::1")
    yield named("ipv6-long", "2001:db8::7", "ip:2001:db8::7")
    yield named("address-among-names", "192.0.2.7", "dns:shop.example", "ip:192.0.2.7", "ip:192.0.2.8")
    yield named("name-among-addresses", HOST, "ip:192.0.2.7", f"dns:{HOST}", "ip:2001:db8::7")
    yield named("with-mail-and-uri", HOST, "email:a@shop.example", "uri:https://shop.example/", f"dns:{HOST}")
    yield named("with-directory-name", HOST, "dn:Shop Ltd", f"dns:{HOST}")
    yield named("first-of-100", HOST, f"dns:{HOST}", *(f"dns:n{number}.example" for number in range(99)))
    yield named("last-of-100", HOST, *(f"dns:n{number}.example" for number in range(99)), f"dns:{HOST}")
    yield named("last-of-1000", HOST, *(f"dns:n{number}.example" for number in range(999)), f"dns:{HOST}")
    yield named("common-name-of-another", HOST, f"dns:{HOST}", common="www.partner.example")
    yield named("common-name-no-host", HOST, f"dns:{HOST}", common="Web server of the shop")
    yield named("common-name-in-capitals", HOST, f"dns:{HOST}", common="SHOP.EXAMPLE")
    yield named("no-common-name", HOST, f"dns:{HOST}", common="")
    yield named("common-name-only", HOST, common=HOST, risks=("name.cn-only",))
    yield named("twice", HOST, f"dns:{HOST}", f"dns:{HOST}")
    yield named("strange-wildcards-beside", HOST, "dns:*", "dns:*.example", "dns:www.*.example", f"dns:{HOST}")
    yield good("name-option", leaf(middle, "pay.example"), host="pay.example", options=("--sni", "other.example"))
    yield good("name-given-for-address", host="127.0.0.1", options=("--name", HOST), java="asked by address", openssl="asked by address")
    yield good("sni-none", options=("--sni", "none"))


def tls() -> Variants:
    """Versions, application protocols, staples, groups, client certificates, alone and together."""
    asks = ("none", "requested")
    curves = (None, "secp256r1", "secp384r1", "secp521r1")
    for number, version in enumerate((("TLSv1.2", "TLSv1.2"), ("TLSv1.3", "TLSv1.3"), ("TLSv1.2", "TLSv1.3"), ("TLSv1", "TLSv1.3"))):
        for alpn in ((), ("http/1.1",), ("h2", "http/1.1")):
            for client in asks:
                curve = curves[(number + len(alpn)) % 4]
                label = f"tls-{version[0]}-{version[1]}-{'-'.join(alpn).replace('/', '') or 'no-alpn'}-{client}-{curve or 'any'}"
                yield good(label, serving={"tls_min": version[0], "tls_max": version[1], "alpn": alpn, "client": client, "curve": curve})
    for suite in ("ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-ECDSA-AES128-GCM-SHA256"):
        yield good(f"suite-{suite}", serving={"tls_max": "TLSv1.2", "ciphers": suite})
    for suite in ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"):
        yield good(f"suite-{suite}", serving={"tls_min": "TLSv1.3", "suites": suite})
    for highest in ("TLSv1.2", "TLSv1.3"):
        yield good(f"staple-{highest}", staple=_staple(), serving={"tls_max": highest})
        yield good(f"staple-client-requested-{highest}", staple=_staple(), serving={"tls_max": highest, "client": "requested"})
    yield good("client-12-only", options=("--tls-max", "TLSv1.2"))
    yield good("client-13-only", options=("--tls-min", "TLSv1.3"))


def _staple() -> bytes:
    issuer, end = (Issued(certificate=one.certificate, key=one.key, traits=Traits()) for one in (usual()[1], plain()))
    return staple(replace(end, issuer=issuer))


def services() -> Variants:
    """Protocols and answers that are no fault of the connection."""
    for status in (200, 201, 204, 301, 302, 307, 308, 400, 401, 403, 404, 405, 406, 410, 418, 429):
        body = b"" if status in (204, 304) else b"words\n"
        yield good(f"http-{status}", serving={"answer": Answer(status=status, body=body)})
    yield good("http-large-page", serving={"answer": Answer(body=b"x" * 200_000)})
    yield good("http-empty-page", serving={"answer": Answer(body=b"")})
    yield good("http-clock-four-minutes-ahead", serving={"answer": Answer(skew=240)})
    yield good("http-clock-four-minutes-behind", serving={"answer": Answer(skew=-240)})
    yield good("ldaps", scheme="ldaps", serving={"answer": Answer(protocol="ldap")})
    yield good("ldaps-12", scheme="ldaps", serving={"answer": Answer(protocol="ldap"), "tls_max": "TLSv1.2"})
    yield good("ldaps-client-requested", scheme="ldaps", serving={"answer": Answer(protocol="ldap"), "client": "requested"})
    yield good("tls-only", scheme="tls")
    yield good("tls-only-12", scheme="tls", serving={"tls_max": "TLSv1.2"})
    yield good("tls-only-banner", scheme="tls", serving={"answer": Answer(protocol="raw", body=b"220 ready\r\n")})
    yield good("not-asked", options=("--no-app",))
    yield good("not-fetched", options=("--no-fetch",))


def dates() -> Variants:
    """Dates near the edges at which something would have to be said."""
    root, middle = usual()

    def dated(label: str, starts: timedelta, ends: timedelta, risks: tuple[str, ...] = ()) -> Variant:
        return good(f"date-{label}", leaf(middle, starts=starts, ends=ends), risks=risks)

    yield dated("since-an-hour", -HOUR, 90 * DAY)
    yield dated("since-a-minute", -timedelta(minutes=1), 90 * DAY)
    yield dated("30-of-90-days-left", -60 * DAY, 30 * DAY)
    yield dated("23-of-90-days-left", -67 * DAY, 23 * DAY)
    yield dated("3-of-7-days-left", -4 * DAY, 3 * DAY)
    yield dated("20-of-47-days-left", -27 * DAY, 20 * DAY)
    yield dated("12-of-24-hours-left", -12 * HOUR, 12 * HOUR)
    yield dated("22-of-398-days-left", -376 * DAY, 22 * DAY)
    yield dated("398-days", -DAY, 397 * DAY)
    yield dated("825-days", -DAY, 824 * DAY)
    yield dated("ten-years", -DAY, 3650 * DAY)
    yield dated("thirty-years", -DAY, 10950 * DAY)
    yield dated("outlives-its-issuer", -DAY, 5000 * DAY)
    yield dated("older-than-its-issuer", -200 * DAY, 300 * DAY)
    yield dated("ends-in-ten-days-of-90", -80 * DAY, 10 * DAY, risks=("endpoint.expires-soon",))
    yield dated("ends-in-two-hours-of-90-days", -90 * DAY, 2 * HOUR, risks=("endpoint.expires-soon",))
    for label, starts, ends in (("old-root", -9000 * DAY, 900 * DAY), ("endless-root", -DAY, 2_900_000 * DAY), ("young-root", -HOUR, 9000 * DAY)):
        made = ca("Dated Root", starts=starts, ends=ends)
        below = ca("Dated CA", made, ends=min(ends, 600 * DAY))
        yield Variant(name=f"date-{label}", chain=(leaf(below), below), anchors=(made,))
    ending = ca("Ending CA", root, starts=-300 * DAY, ends=30 * DAY)
    yield Variant(name="date-intermediate-30-days-left", chain=(leaf(ending, ends=20 * DAY), ending), anchors=(root,))


def stores() -> Variants:
    """Trust in every form in which it can be given."""
    root, middle = usual()
    others = tuple(ca(f"Other Root {number}") for number in range(30))

    def pem(*anchors: Made) -> str:
        return "".join(one.x509.public_bytes(Encoding.PEM).decode() for one in map(_loaded, anchors))

    forms: dict[str, Callable[[tuple[Made, ...]], bytes]] = {
        "pem": lambda anchors: pem(*anchors).encode(),
        "pem-crlf": lambda anchors: pem(*anchors).replace("\n", "\r\n").encode(),
        "pem-with-comments": lambda anchors: f"# root\nsubject=/CN=Root\n{pem(*anchors)}\nthe end\n".encode(),
        "der": lambda anchors: anchors[0].certificate.der,
        "p7b": lambda anchors: pkcs7.serialize_certificates([one.x509 for one in map(_loaded, anchors)], Encoding.DER),
        "p7b-pem": lambda anchors: pkcs7.serialize_certificates([one.x509 for one in map(_loaded, anchors)], Encoding.PEM),
        "last-of-31": lambda anchors: pem(*others, *anchors).encode(),
        "first-of-31": lambda anchors: pem(*anchors, *others).encode(),
        "same-twice": lambda anchors: pem(*anchors, *anchors).encode(),
    }
    for label, write in forms.items():
        yield good(f"trust-{label}", store=_file(f"trust-{label}", write))
    yield good("trust-folder", store=_folder(others[:3]))
    yield good("trust-two-files", store=_two(others[0]))
    yield Variant(name="trust-intermediate-too", chain=(plain(), middle), anchors=(middle, root))
    own = make(HOST, san=(f"dns:{HOST}",))
    yield Variant(name="trust-self-signed", chain=(own,), anchors=(own,))


@noun
class _Loaded:
    x509: x509.Certificate


def _loaded(one: Made) -> _Loaded:
    return _Loaded(x509=x509.load_der_x509_certificate(one.certificate.der))


def _file(name: str, write: Callable[[tuple[Made, ...]], bytes]) -> Callable[[Stage, tuple[Made, ...]], tuple[str, ...]]:
    return lambda stage, anchors: ("--trust", str(stage.write(name, write(anchors))))


def _folder(others: tuple[Made, ...]) -> Callable[[Stage, tuple[Made, ...]], tuple[str, ...]]:
    def store(stage: Stage, anchors: tuple[Made, ...]) -> tuple[str, ...]:
        folder = Path(stage.folder, "anchors")
        folder.mkdir()
        for number, one in enumerate((*others, *anchors)):
            (folder / f"{number}.crt").write_bytes(_loaded(one).x509.public_bytes(Encoding.PEM))
        return ("--trust", str(folder))

    return store


def _two(other: Made) -> Callable[[Stage, tuple[Made, ...]], tuple[str, ...]]:
    def store(stage: Stage, anchors: tuple[Made, ...]) -> tuple[str, ...]:
        first, second = (stage.write(name, one.certificate.der) for name, one in (("one.der", other), ("two.der", anchors[0])))
        return ("--trust", str(first), "--trust", str(second))

    return store
