"""Healthy variants of what stands in certificates besides key, name and date: extensions, identifiers, string types."""

from dataclasses import replace
from typing import Any

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from probe.facts.certificate import Certificate
from probe.lab import surgery
from tests.lab.healthy_variants import HOST, Variant, Variants, good, key, plain, usual
from tests.peers.pki import CA_USAGE, Made, ca, leaf, name

OID = x509.ObjectIdentifier
_UNKNOWN = OID("1.3.6.1.4.1.55555.7")
STRICT = ("chain.strict-profile",)
"""What is healthy for most clients and refused by strict ones."""


def identifiers() -> Variants:
    """Key identifiers (RFC 5280 sections 4.2.1.1 and 4.2.1.2) in every form."""
    root, middle = usual()
    bare_root = ca("Bare Root", identifiers=False)
    bare = ca("Bare CA", bare_root, identifiers=False)
    yield Variant(name="ids-none", chain=(leaf(bare, identifiers=False), bare), anchors=(bare_root,), risks=STRICT)
    yield replace(good("ids-none-in-leaf", leaf(middle, identifiers=False)), risks=STRICT)
    without = ca("Half Bare CA", root, identifiers=False)
    yield Variant(name="ids-none-in-intermediate", chain=(leaf(without, authority=None, identifiers=False), without), anchors=(root,), risks=STRICT)
    serial = 0x1234567890ABCDEF
    known = ca("Serial CA", root, serial=serial)
    odd = _authority_with_serial(known, root, serial)
    yield Variant(name="ids-with-issuer-and-serial", chain=(odd, known), anchors=(root,))
    free = ca("Free Id Root", identifiers=False, extra=((x509.SubjectKeyIdentifier(b"\1\2\3\4"), False),))
    end = leaf(free, identifiers=False, extra=((x509.AuthorityKeyIdentifier(b"\1\2\3\4", None, None), False),))
    yield Variant(name="ids-of-four-bytes", chain=(end,), anchors=(free,))
    long = ca("Long Id Root", identifiers=False, extra=((x509.SubjectKeyIdentifier(b"\7" * 32), False),))
    end = leaf(long, identifiers=False, extra=((x509.AuthorityKeyIdentifier(b"\7" * 32, None, None), False),))
    yield Variant(name="ids-of-32-bytes", chain=(end,), anchors=(long,))
    own = ca("Own Id Root", extra=((x509.AuthorityKeyIdentifier.from_issuer_public_key(key("p256", 901).public_key()), False),), key=key("p256", 901))
    yield Variant(name="ids-root-names-itself", chain=(leaf(own),), anchors=(own,))
    for number, serial in enumerate((1, 127, 128, 0xFFFF, (1 << 158) - 1)):
        yield good(f"serial-{number}", leaf(middle, serial=serial))


def _authority_with_serial(issuer: Made, above: Made, serial: int) -> Made:
    identifier = x509.SubjectKeyIdentifier.from_public_key(issuer.key.public_key()).digest
    authority = x509.AuthorityKeyIdentifier(identifier, [x509.DirectoryName(above.subject)], serial)
    return leaf(issuer, identifiers=False, extra=((authority, False),))


def constraints() -> Variants:
    """Constraints that are kept."""
    root, _ = usual()

    def below(label: str, host: str = HOST, san: tuple[str, ...] = (f"dns:{HOST}",), **knobs: Any) -> Variant:
        middle = ca("Constrained CA", root, **knobs)
        return Variant(name=f"constraint-{label}", chain=(leaf(middle, host, san=san), middle), anchors=(root,), host=host)

    yield below("permitted-exact", permitted=(f"dns:{HOST}",))
    yield below("permitted-above", permitted=("dns:example",))
    yield below("permitted-one-of-many", permitted=("dns:partner.example", "dns:shop.example", "ip:10.0.0.0/8"))
    yield below("permitted-subdomain", "www.shop.example", ("dns:www.shop.example",), permitted=("dns:shop.example",))
    yield below("permitted-wildcard", "www.shop.example", ("dns:*.shop.example",), permitted=("dns:shop.example",))
    yield below("permitted-other-case", permitted=("dns:SHOP.example",))
    yield below("excluded-others", excluded=("dns:partner.example", "ip:10.0.0.0/8"))
    yield below("permitted-and-excluded", permitted=("dns:example",), excluded=("dns:partner.example",))
    yield below("permitted-address", "192.0.2.7", ("ip:192.0.2.7",), permitted=("ip:192.0.2.0/24",))
    yield below("permitted-address-6", "2001:db8::7", ("ip:2001:db8::7",), permitted=("ip:2001:db8::/32",))
    yield below("permitted-mail-only", permitted=("email:shop.example",))
    yield below("permitted-directory", permitted=("dn:Example GmbH", f"dns:{HOST}"))
    for length in (0, 1, 5):
        yield below(f"path-length-{length}", path_length=length)
    tight = ca("Tight Root", path_length=1)
    middle = ca("Tight CA", tight, path_length=0)
    yield Variant(name="constraint-path-as-long-as-allowed", chain=(leaf(middle), middle), anchors=(tight,))
    yield below("intermediate-for-servers", purposes=("server",))
    yield below("intermediate-for-both", purposes=("server", "client"))
    yield below("intermediate-for-any", purposes=("any", "server"))
    yield below("intermediate-only-signs-certificates", usage=("key_cert_sign",))
    yield below("intermediate-usage-many", usage=(*CA_USAGE, "digital_signature", "content_commitment"))
    yield replace(below("intermediate-without-usage", usage=()), risks=STRICT)


def purposes() -> Variants:
    """Key usages and purposes of the end-entity certificate that a server may have."""
    root, middle = usual()
    for label, wanted in (("server", ("server",)), ("server-and-client", ("server", "client")), ("client-and-server", ("client", "server")), ("none", ())):
        yield good(f"purpose-{label}", leaf(middle, purposes=wanted))
    yield good("purpose-any-and-server", leaf(middle, purposes=("any", "server")))
    for label, usage in (
        ("none", ()),
        ("signature", ("digital_signature",)),
        ("signature-and-agreement", ("digital_signature", "key_agreement")),
        ("signature-and-encipherment", ("digital_signature", "key_encipherment")),
        ("many", ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment")),
    ):
        yield good(f"usage-{label}", leaf(middle, usage=usage))
        yield good(f"usage-{label}-rsa", leaf(middle, usage=usage, key=key("rsa2048", 200)))
    yield good("no-basic-constraints", leaf(middle, ca=None))
    yield Variant(name="directly-below-root", chain=(leaf(root),), anchors=(root,))


def information() -> Variants:
    """URLs, policies and other extensions that nobody needs to read."""
    _, middle = usual()
    web = x509.UniformResourceIdentifier
    access = [
        x509.AccessDescription(AuthorityInformationAccessOID.OCSP, web("http://ocsp.ca.example/")),
        x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, web("http://ca.example/issuing.der")),
    ]
    points = [x509.DistributionPoint([web("http://ca.example/issuing.crl")], None, None, None)]
    directory = [x509.DistributionPoint([web("ldap:///CN=CA,DC=corp,DC=example?certificateRevocationList")], None, None, None)]
    policy = x509.PolicyInformation
    every: dict[str, x509.ExtensionType] = {
        "access": x509.AuthorityInformationAccess(access),
        "ocsp-only": x509.AuthorityInformationAccess(access[:1]),
        "issuers-only": x509.AuthorityInformationAccess(access[1:]),
        "crl": x509.CRLDistributionPoints(points),
        "crl-in-directory": x509.CRLDistributionPoints(directory),
        "crl-freshest": x509.FreshestCRL(points),
        "policy": x509.CertificatePolicies([policy(OID("2.23.140.1.2.1"), None)]),
        "policies": x509.CertificatePolicies([policy(OID("2.23.140.1.2.2"), ["https://ca.example/cps"]), policy(OID("1.3.6.1.4.1.55555.9"), None)]),
        "any-policy": x509.CertificatePolicies([policy(OID("2.5.29.32.0"), None)]),
        "issuer-names": x509.IssuerAlternativeName([x509.DNSName("ca.example")]),
        "no-check": x509.OCSPNoCheck(),
        "template": x509.MSCertificateTemplate(OID("1.3.6.1.4.1.311.21.8.1.2"), 100, 1),
        "unknown": x509.UnrecognizedExtension(_UNKNOWN, b"\x05\x00"),
        "unknown-no-der": x509.UnrecognizedExtension(_UNKNOWN, b"\xff\xff words"),
        "unknown-large": x509.UnrecognizedExtension(_UNKNOWN, bytes(10_000)),
        "netscape-type": x509.UnrecognizedExtension(OID("2.16.840.1.113730.1.1"), bytes.fromhex("03020640")),
        "netscape-comment": x509.UnrecognizedExtension(OID("2.16.840.1.113730.1.13"), b"\x16\x05words"),
    }
    for label, value in every.items():
        yield good(f"extension-{label}", leaf(middle, extra=((value, False),)))
    yield good("extension-all", leaf(middle, extra=tuple((every[one], False) for one in ("access", "crl", "policies", "issuer-names", "template", "unknown"))))
    subject_directory = x509.UnrecognizedExtension(OID("2.5.29.9"), b"\x30\x00")
    yield good("extension-directory-attributes", leaf(middle, extra=((subject_directory, False),)))


def subjects() -> Variants:
    """Distinguished names of many forms and string types."""
    root, middle = usual()
    forms: dict[str, x509.Name] = {
        "organization-only": name("", "Shop Ltd"),
        "of-a-company": name(HOST, "Shop Ltd", ("2.5.4.6", "DE"), ("2.5.4.7", "Berlin"), ("2.5.4.8", "Berlin"), ("2.5.4.11", "Web")),
        "with-mail": name(HOST, "Shop Ltd", ("1.2.840.113549.1.9.1", "admin@shop.example")),
        "with-domain-components": name(HOST, "", ("0.9.2342.19200300.100.1.25", "example"), ("0.9.2342.19200300.100.1.25", "shop")),
        "with-umlaut": name(HOST, "B\u00fccher & S\u00f6hne"),
        "in-greek": name(HOST, "\u03ba\u03b1\u03c4\u03ac\u03c3\u03c4\u03b7\u03bc\u03b1"),
        "with-serial": name(HOST, "Shop Ltd", ("2.5.4.5", "HRB 4711")),
        "with-unknown-attribute": name(HOST, "Shop Ltd", ("1.3.6.1.4.1.55555.3", "words")),
        "with-commas": name(HOST, 'Shop, "The", Inc. <>;+='),
        "long": name(HOST, "L" * 64, *(("2.5.4.11", f"Unit {number} {'u' * 50}") for number in range(12))),
        "two-common-names": x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "www.shop.example"), x509.NameAttribute(NameOID.COMMON_NAME, HOST)]),
        "joined": x509.Name(
            [x509.RelativeDistinguishedName([x509.NameAttribute(NameOID.COMMON_NAME, HOST), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Shop")])]
        ),
    }
    for label, subject in forms.items():
        yield good(f"subject-{label}", leaf(middle, subject=subject))
    for label, subject in forms.items():
        if label != "two-common-names":
            above = ca("Named", root, subject=subject)
            yield Variant(name=f"issuer-{label}", chain=(leaf(above), above), anchors=(root,))
    # RFC 5280 section 4.1.2.6: without a subject the names stand in a critical extension.
    critical = x509.SubjectAlternativeName([x509.DNSName(HOST)])
    yield good("subject-empty", leaf(middle, subject=x509.Name([]), san=(), extra=((critical, True),)))
    retyped = _retyped(plain(), middle, surgery.PRINTABLE_STRING)
    yield good("issuer-other-string-type", retyped)


def _retyped(end: Made, issuer: Made, tag: int) -> Made:
    """The certificate with the issuer's name in another string type, signed again."""
    parts = surgery.children(surgery.children(end.certificate.der)[0])
    parts[3] = surgery.retyped(parts[3], tag)
    return Made(certificate=Certificate(der=surgery.signed(parts, issuer.key, "sha256")), key=end.key, subject=end.subject)


def everything() -> tuple[Variant, ...]:
    """All healthy variants, each under a name of its own."""
    from tests.lab import healthy_variants as first

    makers = (
        *(first.keys_and_hashes, first.lengths_and_orders, first.crosses, first.names, first.tls, first.services, first.dates, first.stores),
        *(identifiers, constraints, purposes, information, subjects),
    )
    found = tuple(one for make in makers for one in make())
    assert len({one.name for one in found}) == len(found)
    return found
