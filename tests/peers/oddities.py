"""Situations that are rare and on which clients disagree: old purposes, key usages against the key exchange, policies, curves, digests, empty subjects."""

from typing import Any

from cryptography import x509

from tests.peers.naming import HOST, Rows
from tests.peers.pki import Made, ca, leaf

KEY_TRANSPORT = "key-transport"
POLICY = x509.ObjectIdentifier("1.3.6.1.4.1.55555.2.1")
OTHER_POLICY = x509.ObjectIdentifier("1.3.6.1.4.1.55555.2.2")
ANY_POLICY = x509.ObjectIdentifier("2.5.29.32.0")
Extra = tuple[tuple[x509.ExtensionType, bool], ...]


def usage(root: Made, int_: Made) -> Rows:
    """Purposes of former times, and key usages where the server's key deciphers instead of signing."""
    for label in ("netscape", "microsoft"):
        middle = ca("Gated Issuing", root, purposes=(label,))
        top = ca("Gated Root", purposes=(label,))
        yield f"eku-{label}-gated", (leaf(int_, purposes=(label,)), int_), (root,)
        yield f"eku-int-{label}-gated", (leaf(middle), middle), (root,)
        yield f"eku-root-{label}-gated", (leaf(top),), (top,)
    for label, allowed in (
        ("key-encipherment", ("key_encipherment",)),
        ("digital-signature", ("digital_signature",)),
        ("both", ("digital_signature", "key_encipherment")),
        ("key-agreement", ("key_agreement",)),
        ("non-repudiation", ("content_commitment",)),
        ("none", ()),
    ):
        end = leaf(int_, key="rsa2048", usage=allowed)
        yield f"key-transport-{label}", (end, int_), (root,), HOST, KEY_TRANSPORT


def policies(root: Made) -> Rows:
    """Policies that a CA asks for, carried and not carried by what is below it (RFC 5280 section 6.1.3 d to f)."""

    def chain(label: str, upper: Extra, lower: Extra, end: Extra, **knobs: Any) -> tuple[str, tuple[Made, ...], tuple[Made, ...]]:
        first = ca("Policy CA", root, extra=upper)
        second = ca("Lower Policy CA", first, extra=lower, **knobs)
        return label, (leaf(second, extra=end), second, first), (root,)

    asks, later, carries, other, every = _asks(0), _asks(1), _carries(POLICY), _carries(OTHER_POLICY), _carries(ANY_POLICY)
    yield chain("policy-asked-not-carried", (*asks, *carries), (), ())
    yield chain("policy-asked-not-carried-by-leaf", (*asks, *carries), carries, ())
    yield chain("policy-asked-by-lower", (), asks, ())
    yield chain("policy-asked-carried", (*asks, *carries), carries, carries)
    yield chain("policy-asked-other-carried", (*asks, *carries), carries, other)
    yield chain("policy-asked-any-carried", (*asks, *every), every, every)
    yield chain("policy-asked-any-then-one", (*asks, *every), every, carries)
    yield chain("policy-asked-one-then-any", (*asks, *carries), every, carries)
    yield chain("policy-asked-any-inhibited", (*asks, *every, *_inhibits(0)), every, every)
    yield chain("policy-asked-any-inhibited-later", (*asks, *every, *_inhibits(1)), every, every)
    yield chain("policy-asked-later", (*later, *carries), (), ())
    yield chain("policy-asked-by-leaf", (), (), asks)
    yield chain("policy-inhibit-any", _inhibits(0), (), ())
    yield chain("policy-mapped", (*asks, *carries, *_maps(POLICY, OTHER_POLICY)), other, other)
    yield chain("policy-mapped-away", (*asks, *carries, *_maps(POLICY, OTHER_POLICY)), carries, carries)
    yield chain("policy-not-mapped", (*asks, *carries), (*other,), (*other,))
    mapping_forbidden = ((x509.PolicyConstraints(0, 0), True),)
    yield chain("policy-mapping-forbidden", (*mapping_forbidden, *carries), (*carries, *_maps(POLICY, OTHER_POLICY)), other)
    top = ca("Asking Root", extra=asks)
    yield "policy-asked-by-root", (leaf(top),), (top,)


def _asks(after: int) -> Extra:
    return ((x509.PolicyConstraints(after, None), True),)


def _inhibits(after: int) -> Extra:
    return ((x509.InhibitAnyPolicy(after), True),)


def _carries(policy: x509.ObjectIdentifier) -> Extra:
    return ((x509.CertificatePolicies([x509.PolicyInformation(policy, None)]), False),)


def _maps(issuers: x509.ObjectIdentifier, subjects: x509.ObjectIdentifier) -> Extra:
    def oid(one: x509.ObjectIdentifier) -> bytes:
        inner: bytes = x509.ExtendedKeyUsage([one]).public_bytes()
        return inner[2:]

    pair = oid(issuers) + oid(subjects)
    value = bytes([0x30, len(pair) + 2, 0x30, len(pair)]) + pair
    return ((x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.33"), value), True),)


def strength(root: Made, int_: Made) -> Rows:
    """Curves and digests that not every client knows."""
    for curve in ("p224", "k256", "bp256"):
        middle = ca("Curved Issuing", root, key=curve)
        top = ca("Curved Root", key=curve)
        under = ca("Under Curved", top)
        yield f"{curve}-int", (leaf(middle), middle), (root,)
        yield f"{curve}-root", (leaf(under), under), (top,)
    rsa = ca("RSA Issuing", root, key="rsa2048")
    rsa_root = ca("RSA Root", key="rsa2048")
    under = ca("SHA-3 Issuing", rsa_root, hash="sha3-256")
    yield "sha3-leaf", (leaf(rsa, hash="sha3-256"), rsa), (root,)
    yield "sha3-int", (leaf(under), under), (rsa_root,)
    third = ca("SHA-3 Root", key="rsa2048", hash="sha3-256")
    yield "sha3-root", (leaf(third),), (third,)
    short = ca("SHA-224 Issuing", rsa_root, hash="sha224")
    yield "sha224-int", (leaf(short), short), (rsa_root,)
    md5 = leaf(None, key="rsa2048", hash="md5")
    yield "self-signed-trusted-md5", (md5,), (md5,)


def subjects(root: Made, int_: Made) -> Rows:
    """Certificates whose subject is empty, as new public ones are."""
    nobody = x509.Name([])
    san = x509.SubjectAlternativeName([x509.DNSName(HOST)])
    yield "no-subject", (leaf(int_, subject=nobody), int_), (root,)
    yield "no-subject-critical-san", (leaf(int_, subject=nobody, san=(), extra=((san, True),)), int_), (root,)
    yield "no-subject-no-san", (leaf(int_, subject=nobody, san=()), int_), (root,)


def names(root: Made, int_: Made) -> Rows:
    """Names that clients convert in two ways, addresses in two forms, constraints without content."""
    yield "name-deviation", (leaf(int_, san=("dns:xn--strae-oqa.example",)), int_), (root,), "stra\u00dfe.example"
    yield "name-deviation-as-a-label", (leaf(int_, san=("dns:xn--strae-oqa.example",)), int_), (root,), "xn--strae-oqa.example"
    yield "ip-mapped-san", (leaf(int_, san=("ip:::ffff:192.0.2.1",)), int_), (root,), "192.0.2.1"
    for label, knobs in (("permitted", {"permitted": ("dns:",)}), ("excluded", {"excluded": ("dns:",)})):
        middle = ca("Bound", root, **knobs)
        yield f"nc-empty-{label}", (leaf(middle), middle), (root,)
        yield f"nc-empty-{label}-address", (leaf(middle, san=("ip:192.0.2.1",)), middle), (root,), "192.0.2.1"


def long(root: Made) -> Rows:
    """Chains at the limits of depth: 100 intermediates, and one more."""
    ints = [ca("Step 0", root)]
    for number in range(1, 101):
        ints.append(ca(f"Step {number}", ints[-1]))
    for count in (40, 98, 100, 101):
        yield f"long-{count}-ints", (leaf(ints[count - 1]), *reversed(ints[:count])), (root,)
    yield "long-101-ints-untrusted", (leaf(ints[100]), *reversed(ints)), (ca("Nobody"),)
    yield "long-40-ints-untrusted", (leaf(ints[39]), *reversed(ints[:40])), (ca("Nobody"),)
