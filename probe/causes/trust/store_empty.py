"""The trust store holds no anchor at all.

A client with an empty trust store can trust nobody, whatever the server sends. Some products start that way on purpose
and expect every root to be installed by hand. In Java a PKCS12 store that was opened without its password, or was made
by openssl without the mark for trusted entries, counts as empty too.

Clients say: Java "the trustAnchors parameter must be non-empty", curl exit 77, OpenSSL "unable to get local issuer
certificate".
"""

from probe.case.case import Case
from probe.causes.shown import Shown
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner

CAUSE = Cause(
    title="The trust store is empty",
    owner=Owner.CLIENT,
    actions=("install-root",),
    references=("RFC 5280 section 6.1.1",),
    explains=("chain.root-untrusted", "chain.issuer-unknown", "chain.self-signed"),
)
SHOWN_BY = Shown(why_not="A store without a certificate, or none at all, leaves nothing that another program could print.")


def judge(case: Case) -> Finding | None:
    """All trust stores in use together hold nothing."""
    if case.store_size:
        return None
    stores = case.observation.stores
    named = ", ".join(one.path or one.source for one in stores) or "none"
    return Finding(
        effect=Effect.BREAKS,
        summary=f"The trust store in use ({named}) holds no certificate.",
        evidence=tuple(Evidence(says=f"{one.path or one.source}: {one.size} anchors.", at=case.pointer(one)) for one in stores)
        or (Evidence(says="No trust store was read.", at="/target"),),
        values=(("root", "the root of the server's chain"),),
    )
