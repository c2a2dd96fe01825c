"""The trust store holds no anchor at all.

A client with an empty trust store can trust nobody, whatever the server sends. Some products start that way on purpose
and expect every root to be installed by hand. In Java a PKCS12 store that was opened without its password, or was made
by openssl pkcs12 -export -nokeys, which does not mark entries as trusted, counts as empty too, though the certificates
are in it and openssl lists them.

Clients say: Java "the trustAnchors parameter must be non-empty", curl exit 77, OpenSSL "unable to get local issuer
certificate".
"""

from probe.case.case import Case
from probe.causes.shown import Shown
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner

CAUSE = Cause(
    title="The trust store is empty, or what is in it does not count",
    owner=Owner.CLIENT,
    actions=("install-root", "mark-trusted"),
    references=("RFC 5280 section 6.1.1",),
    explains=("chain.root-untrusted", "chain.issuer-unknown", "chain.self-signed"),
)
NOTHING = Shown(why_not="A store without a certificate, or none at all, leaves nothing that another program could print.")
KEYTOOL = Shown(
    commands=("keytool -list -keystore {store} -storepass changeit",),
    shows='Keytool says "contains 0 entries", or shows a PrivateKeyEntry, of which Java counts the first certificate only. Write the store\'s own password.',
)


def judge(case: Case) -> Finding | None:
    """All trust stores in use together hold nothing, or nothing that a client stack counts."""
    if case.store_size:
        return _uncounted(case)
    stores = case.observation.stores
    named = ", ".join(one.path or one.source for one in stores) or "none"
    return Finding(
        effect=Effect.BREAKS,
        summary=f"The trust store in use ({named}) holds no certificate.",
        evidence=tuple(Evidence(says=f"{one.path or one.source}: {one.size} anchors.", at=case.pointer(one)) for one in stores)
        or (Evidence(says="No trust store was read.", at="/target"),),
        values=(("root", "the root of the server's chain"),),
        actions=("install-root",),
    )


def _uncounted(case: Case) -> Finding | None:
    """Certificates are there, and a client stack counts none of them, or not the ones that are needed."""
    blind = {one.name for one in case.stacks if not case.as_counted(one.name).store_size}
    refusing = {one.stack for one in case.verdicts if one.accepts is False and case.as_counted(one.stack) is not case}
    whole = {one.stack for one in case.counting_all.verdicts if one.accepts} if refusing else set()
    stopped = tuple(one.name for one in case.stacks if one.name in blind or one.name in refusing & whole)
    if not stopped:
        return None
    met = [(store, one) for store in case.observation.stores for one in store.uncounted if one.stack in stopped]
    titles = {one.name: one.title.partition(" (")[0] for one in case.stacks}
    store, first = met[0]
    what = "is empty" if blind.issuperset(stopped) else "lacks what is needed, though it is in the file"
    return Finding(
        effect=Effect.BREAKS,
        summary=f"For {' and '.join(titles[one] for one in stopped)} the trust store {store.path} {what}: {first.why}.",
        evidence=tuple(
            Evidence(says=f"{titles[one.stack]} counts {one.size} of the {held.size} certificates in {held.path}: {one.why}.", at=case.pointer(held))
            for held, one in met
        ),
        stacks=case.stopped(stopped),
        values=(("root", "the root of the server's chain"), ("store", store.path)),
        actions=("mark-trusted",),
    )


def shown_by(case: Case, _finding: Finding) -> Shown:
    """Let keytool list what it counts."""
    return KEYTOOL if case.store_size else NOTHING


SHOWN_BY = shown_by
