"""Situations in which clients are asked for their verdict: what a server presents, what the client trusts, and the name it asks for.

The names are those under which the facts about client stacks are known; a plus joins two faults.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any

from cryptography import x509

from probe.facts.noun import noun
from tests.peers import naming, oddities
from tests.peers.naming import HOST, PAST, Rows
from tests.peers.pki import UNKNOWN, Made, ca, leaf, make

FUTURE: dict[str, Any] = {"starts": timedelta(days=3), "ends": timedelta(days=90)}


@noun
class Situation:
    """``presented`` in the order sent (its first key makes the handshake), ``anchors`` in the order in the store.

    ``key_exchange``: ``ephemeral``, or ``key-transport`` where the client enciphers to the server's RSA key (RFC 5246 section 7.4.7.1).
    """

    name: str
    presented: tuple[Made, ...]
    anchors: tuple[Made, ...]
    host: str = HOST
    key_exchange: str = "ephemeral"


class _Good:
    """An ordinary PKI: root, two intermediates of which usually one is used, and an end-entity certificate below each."""

    def __init__(self) -> None:
        self.root = ca("Root")
        self.int = ca("Issuing", self.root)
        self.lower = ca("Lower", self.int)
        self.leaf = leaf(self.int)
        self.deep = leaf(self.lower)
        self.foreign = ca("Foreign Root")
        self.stray = ca("Stray", self.foreign)


def _missing(good: _Good) -> Rows:
    root, int_, lower, end, deep = good.root, good.int, good.lower, good.leaf, good.deep
    yield "ok", (end, int_), (root,)
    yield "ok-root-sent", (end, int_, root), (root,)
    yield "ok-two-ints", (deep, lower, int_), (root,)
    direct = leaf(root)
    yield "ok-no-int", (direct,), (root,)
    yield "missing-int", (end,), (root,)
    yield "missing-int-root-sent", (end, root), (root,)
    yield "missing-upper-of-2", (deep, lower), (root,)
    yield "missing-lower-of-2", (deep, int_), (root,)
    yield "missing-int-in-store", (end,), (root, int_)
    yield "root-untrusted", (end, int_), (good.foreign,)
    yield "root-untrusted-root-sent", (end, int_, root), (good.foreign,)
    yield "store-empty", (end, int_), ()
    yield "only-int-trusted", (end, int_), (int_,)
    yield "only-int-trusted-root-sent", (end, int_, root), (int_,)
    yield "only-int-trusted-int-missing", (end,), (int_,)
    yield "only-lower-int-trusted", (deep, lower, int_), (lower,)
    yield "leaf-trusted", (end,), (end,)
    yield "leaf-trusted-chain-sent", (end, int_), (end,)
    yield "leaf-trusted+name", (end,), (end,), "other.example"
    old = leaf(int_, **PAST)
    yield "leaf-trusted+expired", (old,), (old,)
    client = leaf(int_, purposes=("client",))
    yield "leaf-trusted+eku", (client,), (client,)
    yield "leaf-trusted-old-same-key", (end, int_), (leaf(int_, key=end.key),)
    yield "missing-int+expired-leaf", (old,), (root,)
    yield "missing-int+name", (end,), (root,), "other.example"
    yield "root-untrusted+expired-leaf", (old, int_), (good.foreign,)
    yield "root-untrusted+name", (end, int_), (good.foreign,), "other.example"


def _self_signed(good: _Good) -> Rows:
    end, authority = leaf(None, identifiers=False), leaf(None, ca=True, usage=("digital_signature", "key_cert_sign"))
    yield "self-signed", (end,), (good.root,)
    yield "self-signed-ca-true", (authority,), (good.root,)
    yield "self-signed-trusted-ca-false", (end,), (end,)
    yield "self-signed-trusted-ca-true", (authority,), (authority,)
    yield "self-signed-trusted+name", (end,), (end,), "other.example"
    old = leaf(None, **PAST)
    yield "self-signed-trusted-expired", (old,), (old,)
    yield "self-signed+expired", (old,), (good.root,)
    yield "self-signed+name", (end,), (good.root,), "other.example"
    ided = leaf(None)
    yield "self-signed-trusted-other-key", (leaf(None, authority=None),), (ided,)
    yield "self-signed-trusted-renewed-same-key", (leaf(None, key=ided.key),), (ided,)


def _order(good: _Good) -> Rows:
    root, int_, lower, end, deep = good.root, good.int, good.lower, good.leaf, good.deep
    yield "order-reversed", (int_, end), (root,)
    yield "order-root-first", (root, int_, end), (root,)
    yield "order-swapped-ints", (deep, int_, lower), (root,)
    yield "order-root-second", (end, root, int_), (root,)
    yield "order-swapped-ints+missing-root", (deep, int_, lower), (good.foreign,)
    yield "extra-in-middle", (end, good.stray, int_), (root,)
    yield "extra-at-end", (end, int_, good.stray), (root,)
    yield "extra-twice-int", (end, int_, int_), (root,)
    yield "order-swapped-ints+expired", (leaf(lower, **PAST), int_, lower), (root,)
    yield "order-swapped-ints+name", (deep, int_, lower), (root,), "other.example"
    yield "order-swapped-ints+eku", (leaf(lower, purposes=("client",)), int_, lower), (root,)
    yield "disorder-future-leaf", (leaf(lower, **FUTURE), int_, lower), (root,)
    late = ca("Late", root, **PAST)
    yield "disorder-expired-int", (leaf(late), good.stray, late), (root,)
    yield "disorder-bad-signature", (leaf(lower, damaged=True), int_, lower), (root,)
    yield "disorder-ca-false", _ladder(good, ca=False), (root,)
    yield "disorder-pathlen", (deep, good.stray, lower, short := ca("Issuing", root, key=int_.key, path_length=0)), (root,)
    yield "pathlen-int-kept", (end, short), (root,)
    yield "disorder-nc", _ladder(good, permitted=("dns:partner.example",)), (root,)
    yield "disorder-crit-ext", (leaf(lower, critical=UNKNOWN), int_, lower), (root,)
    yield "disorder-aki-mismatch", (leaf(lower, authority=b"\1" * 20), int_, lower), (root,)
    old_root = ca("Old Root", **PAST)
    upper = ca("Upper", old_root)
    under = ca("Under", upper)
    yield "disorder-expired-root", (leaf(under), upper, under), (old_root,)
    yield "disorder-expired-root-direct", (leaf(old_root), good.stray), (old_root,)
    yield "disorder-expired-root-one-int", (leaf(upper), good.stray, upper), (old_root,)
    yield "disorder-only-int-trusted", (deep, int_, lower), (int_,)
    bare = make("No CA Root", ca=None, usage=("key_cert_sign",))
    yield "disorder-root-no-bc", (leaf(bare), good.stray), (bare,)
    ints = [ca("Step 0", root)]
    for number in range(1, 6):
        ints.append(ca(f"Step {number}", ints[-1]))
    yield "long-5-ints-shuffled", (leaf(ints[4]), *ints[:5]), (root,)
    yield "long-6-ints-shuffled", (leaf(ints[5]), *ints), (root,)
    yield "long-6-ints", (leaf(ints[5]), *reversed(ints)), (root,)


def _ladder(good: _Good, **knobs: Any) -> tuple[Made, ...]:
    """A chain of two intermediates in the wrong order, whose lower one has the knobs."""
    lower = ca("Ladder", good.int, **knobs)
    return leaf(lower), good.int, lower


def _time(good: _Good) -> Rows:
    root, int_ = good.root, good.int
    yield "expired-leaf", (leaf(int_, **PAST), int_), (root,)
    late, early = ca("Late", root, **PAST), ca("Early", root, **FUTURE)
    yield "expired-int", (leaf(late), late), (root,)
    yield "future-leaf", (leaf(int_, **FUTURE), int_), (root,)
    yield "future-int", (leaf(early), early), (root,)
    old, young = ca("Old Root", **PAST), ca("Young Root", **FUTURE)
    under_old, under_young = ca("Under Old", old), ca("Under Young", young)
    yield "expired-root", (leaf(under_old), under_old), (old,)
    yield "future-root", (leaf(under_young), under_young), (young,)
    yield "expired-int-as-anchor", (leaf(late), late), (late,)
    yield "expired-leaf-and-int", (leaf(late, **PAST), late), (root,)
    yield "expired-leaf+name", (leaf(int_, **PAST), int_), (root,), "other.example"
    yield "expired-leaf+eku", (leaf(int_, purposes=("client",), **PAST), int_), (root,)
    yield "expired-leaf+ca-false", (leaf(no := ca("No CA", root, ca=False), **PAST), no), (root,)
    yield "expired-leaf+bad-signature", (leaf(int_, damaged=True, **PAST), int_), (root,)
    yield "expired-int+future-leaf", (leaf(late, **FUTURE), late), (root,)
    renewed = ca("Issuing", root, key=int_.key, **PAST)
    yield "int-renewed-both-sent-old-first", (good.leaf, renewed, int_), (root,)
    renewed_root = ca("Old Root", key=old.key)
    yield "root-renewed-new-sent", (leaf(under_old), under_old, renewed_root), (old,)
    yield "root-renewed-both-in-store", (leaf(under_old), under_old), (old, renewed_root)


def _keys(good: _Good) -> Rows:
    root, int_ = good.root, good.int
    yield "rekeyed-int", (good.leaf, ca("Issuing", root)), (root,)
    bare = leaf(int_, identifiers=False)
    fresh = ca("Issuing", root, identifiers=False)
    yield "rekeyed-int-no-keyid", (bare, fresh), (root,)
    yield "rekeyed-root", (good.leaf, int_), (ca("Root"),)
    yield "rekeyed-root-no-keyid", (good.leaf, ca("Issuing", root, identifiers=False, key=int_.key)), (ca("Root", identifiers=False),)
    yield "rekeyed-root-root-sent", (good.leaf, int_, root), (ca("Root"),)
    plain_root, other_root = ca("Plain Root", identifiers=False), ca("Plain Root", identifiers=False)
    plain = ca("Plain", plain_root, identifiers=False)
    yield "rekeyed-root-both-in-store-no-keyid", (leaf(plain, identifiers=False), plain), (other_root, plain_root)
    yield "rekeyed-root-both-in-store", (good.leaf, int_), (ca("Root"), root)
    yield "rekeyed-int-both-sent-wrong-first-no-keyid", (bare, fresh, int_), (root,)
    yield "aki-mismatch", (leaf(int_, authority=b"\1" * 20), int_), (root,)
    wrong = ca("Wrong Id", root, authority=b"\2" * 20)
    yield "aki-mismatch-int", (leaf(wrong), wrong), (root,)
    yield "aki-mismatch-int-root-sent", (leaf(wrong), wrong, root), (root,)
    yield "aki-issuer-serial-mismatch", (leaf(int_, authority=4711), int_), (root,)
    yield "bad-signature-leaf", (leaf(int_, damaged=True), int_), (root,)
    yield "bad-signature-leaf-rsa", (leaf(r := ca("RSA Issuing", root, key="rsa2048"), damaged=True), r), (root,)
    bent = ca("Bent", root, damaged=True)
    yield "bad-signature-int", (leaf(bent), bent), (root,)
    bent_root = ca("Bent Root", damaged=True)
    yield "bad-signature-root", (leaf(bent_root),), (bent_root,)
    yield "bad-signature-leaf+expired-int", (leaf(old := ca("Late", root, **PAST), damaged=True), old), (root,)
    yield "bad-signature-leaf+name", (leaf(int_, damaged=True), int_), (root,), "other.example"


def _cross(good: _Good) -> Rows:
    old, new = ca("Old World"), ca("New World")
    cross, stale = ca("New World", old, key=new.key), ca("New World", old, key=new.key, **PAST)
    int_ = ca("Middle", new)
    end = leaf(int_)
    yield "cross-new-trusted", (end, int_, cross), (new,)
    yield "cross-old-trusted", (end, int_, cross), (old,)
    yield "cross-expired-new-trusted", (end, int_, stale), (new,)
    yield "cross-expired-old-trusted", (end, int_, stale), (old,)
    yield "cross-expired-both-trusted", (end, int_, stale), (old, new)
    dying = ca("Old World", key=old.key, **PAST)
    yield "cross-old-root-expired-both-trusted", (end, int_, cross), (dying, new)
    yield "cross-old-root-expired-old-trusted", (end, int_, cross), (dying,)
    a = ca("Shared", old, **PAST)
    b = ca("Shared", new, key=a.key)
    yield "cross-int-a-expired-b-valid", (leaf(b), a, b), (old, new)
    c = ca("Shared", good.foreign, key=a.key)
    yield "cross-int-a-untrusted-b-second", (leaf(b), c, b), (new,)
    yield "cross-int-a-untrusted-b-first", (leaf(b), b, c), (new,)
    yield "cross-int-trusted-issuer-untrusted-sent", (end, int_, new, cross), (int_, old)


def _strength(good: _Good) -> Rows:
    root, int_ = good.root, good.int
    rsa = ca("RSA Issuing", root, key="rsa2048")
    yield "sha1-leaf", (leaf(rsa, hash="sha1"), rsa), (root,)
    rsa_root = ca("RSA Root", key="rsa2048", hash="sha1")
    yield "sha1-root", (leaf(rsa_root),), (rsa_root,)
    under = ca("SHA-1 Issuing", rsa_root, hash="sha1")
    yield "sha1-int", (leaf(under), under), (rsa_root,)
    yield "sha1-leaf-ecdsa", (leaf(int_, hash="sha1"), int_), (root,)
    yield "md5-leaf", (leaf(rsa, hash="md5"), rsa), (root,)
    yield "md5-root", (leaf(md5 := ca("MD5 Root", key="rsa2048", hash="md5")),), (md5,)
    yield "sha224-leaf", (leaf(rsa, hash="sha224"), rsa), (root,)
    for bits in (512, 768, 1024, 1536):
        yield f"rsa{bits}-leaf", (leaf(int_, key=f"rsa{bits}"), int_), (root,)
    small = ca("Small", root, key="rsa1024")
    yield "rsa1024-int", (leaf(small), small), (root,)
    small_root = ca("Small Root", key="rsa1024")
    yield "rsa1024-root", (leaf(small_root),), (small_root,)
    tiny = ca("Tiny", root, key="rsa768")
    yield "rsa768-int", (leaf(tiny), tiny), (root,)
    tiny_root = ca("Tiny Root", key="rsa768")
    yield "rsa768-root", (leaf(tiny_root),), (tiny_root,)
    for kind in ("p224", "p192", "ed25519", "ed448"):
        yield f"{kind}-leaf", (leaf(int_, key=kind), int_), (root,)
    edwards = ca("Edwards", root, key="ed25519")
    yield "ed25519-chain", (leaf(edwards), edwards), (root,)
    pss = ca("PSS Root", key="rsa2048", pss=True)
    yield "pss-chain", (leaf(pss, pss=True),), (pss,)
    yield "md5-leaf+expired", (leaf(rsa, hash="md5", **PAST), rsa), (root,)
    yield "rsa1024-leaf+missing-int", (leaf(int_, key="rsa1024"),), (root,)
    yield "sha1-leaf+name", (leaf(rsa, hash="sha1"), rsa), (root,), "other.example"
    yield "rsa1024-leaf+crit-ext", (leaf(int_, key="rsa1024", critical=UNKNOWN), int_), (root,)


def _usage(good: _Good) -> Rows:
    root, int_ = good.root, good.int

    def below(label: str, **knobs: Any) -> tuple[str, tuple[Made, ...], tuple[Made, ...]]:
        """The knobs are the intermediate's."""
        middle = ca("Issuing here", root, **knobs)
        return label, (leaf(middle), middle), (root,)

    def under(label: str, **knobs: Any) -> tuple[str, tuple[Made, ...], tuple[Made, ...]]:
        """The knobs are the root's."""
        top = make("Odd Root", **{"ca": True, "usage": ("key_cert_sign",), **knobs})
        middle = ca("Under odd root", top)
        return label, (leaf(middle), middle), (top,)

    def end(label: str, **knobs: Any) -> tuple[str, tuple[Made, ...], tuple[Made, ...]]:
        return label, (leaf(int_, **knobs), int_), (root,)

    yield end("eku-client-only", purposes=("client",))
    yield end("eku-any", purposes=("any",))
    yield end("eku-none", purposes=())
    yield below("eku-int-client-only", purposes=("client",))
    yield below("eku-int-any", purposes=("any",))
    yield under("eku-root-client-only", purposes=("client",))
    yield below("int-ca-false", ca=False)
    yield below("int-no-bc", ca=None)
    yield below("int-no-bc-no-usage", ca=None, usage=())
    yield below("int-v1", version=1)
    yield under("root-v1", version=1)
    yield under("root-no-bc", ca=None)
    yield under("root-no-bc-no-usage", ca=None, usage=())
    yield under("root-no-bc+crit-ext", ca=None, critical=UNKNOWN)
    yield under("root-ca-false", ca=False)
    yield under("root-no-certsign", usage=("digital_signature",))
    yield under("root-no-usage", usage=())
    yield below("int-no-certsign", usage=("digital_signature",))
    issuing = leaf(int_, "issuing.example")
    yield "leaf-as-issuer", (leaf(issuing), issuing, int_), (root,)
    yield end("leaf-ku-certsign-only", usage=("key_cert_sign",))
    yield end("leaf-ku-keyagreement-only", usage=("key_agreement",))
    yield end("leaf-ku-keyencipherment-only", usage=("key_encipherment",), key="rsa2048")
    yield end("leaf-ca-true", ca=True)
    yield "leaf-v1", (leaf(int_, common=HOST, version=1), int_), (root,)
    yield under("pathlen-root", path_length=0)[0], *_lengthened("root"), HOST
    yield "pathlen-int", *_lengthened("int"), HOST
    yield under("pathlen-root-fits", path_length=1)
    yield below("crit-ext-int", critical=UNKNOWN)
    yield end("crit-ext-leaf", critical=UNKNOWN)
    yield under("crit-ext-root", critical=UNKNOWN)
    yield end("ct-poison", critical="1.3.6.1.4.1.11129.2.4.3")
    yield end("crit-aia", extra=((x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.5.5.7.1.1"), b"\x30\x00"), True),))
    yield end("eku-client-only+name", purposes=("client",), san=("dns:shop.other",))
    yield end("eku-client-only+ku", purposes=("client",), usage=("key_agreement",))
    yield "crit-ext-leaf+expired", (leaf(int_, critical=UNKNOWN, **PAST), int_), (root,)
    yield "int-ca-false+expired-int", (leaf(no := ca("No CA", root, ca=False, **PAST)), no), (root,)
    yield "eku-int+expired-int", (leaf(e := ca("EKU CA", root, purposes=("client",), **PAST)), e), (root,)


def _lengthened(which: str) -> tuple[tuple[Made, ...], tuple[Made, ...]]:
    """Root, two intermediates and an end entity; the path length of the root or the upper intermediate is 0."""
    root = ca("Short Root", path_length=0 if which == "root" else None)
    upper = ca("Short", root, path_length=0 if which == "int" else None)
    lower = ca("Below Short", upper)
    return (leaf(lower), lower, upper), (root,)


def _long(good: _Good) -> Rows:
    ints = [ca("Rung 0", good.root)]
    for number in range(1, 12):
        ints.append(ca(f"Rung {number}", ints[-1]))
    for count in (9, 10, 12):
        yield f"long-{count}-ints", (leaf(ints[count - 1]), *reversed(ints[:count])), (good.root,)
    for count in (900, 2600, 2700):
        many = (f"dns:{HOST}", *(f"dns:host-{number}.of.a.long.name.{HOST}" for number in range(count)))
        yield f"long-{count}-names", (leaf(good.int, san=many), good.int), (good.root,)


def _names(good: _Good) -> Rows:
    yield from naming.names(good.root, good.int)
    yield from naming.constraints()


def _odd(good: _Good) -> Rows:
    yield from oddities.usage(good.root, good.int)
    yield from oddities.policies(good.root)
    yield from oddities.strength(good.root, good.int)
    yield from oddities.subjects(good.root, good.int)
    yield from oddities.names(good.root, good.int)
    yield from oddities.long(good.root)


_GROUPS: tuple[Callable[[_Good], Rows], ...] = (_missing, _self_signed, _order, _time, _keys, _cross, _strength, _names, _usage, _long, _odd)


@cache
def situations() -> tuple[Situation, ...]:
    """All situations, made once for a test run."""
    good = _Good()
    rows = [row for group in _GROUPS for row in group(good)]
    return tuple(_situation(*row) for row in rows)


def _situation(name: str, presented: tuple[Made, ...], anchors: tuple[Made, ...], host: str = HOST, key_exchange: str = "ephemeral") -> Situation:
    return Situation(name=name, presented=presented, anchors=anchors, host=host, key_exchange=key_exchange)
