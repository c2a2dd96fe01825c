"""A part of the trust store cannot be read.

A file or folder of trusted certificates has entries that are damaged or are no certificates. What programs make of that
differs: some skip the entry, OpenSSL refuses the whole file at its first damaged block. The root that is needed may be
the damaged one. A store that cannot be read at all ends the check at once, with exit code 2.

Clients say: OpenSSL "error loading file", curl exit 77, Java "problem accessing trust store".
"""

from probe.case.case import Case
from probe.case.path import Why
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner

CAUSE = Cause(title="A part of the trust store cannot be read", owner=Owner.CLIENT, actions=("repair-store",), references=("RFC 7468 section 2",))
SHOWN_BY = Shown(commands=("keytool -printcert -file {store}",), shows="keytool prints an error; of a sound file it prints every certificate.")
SHOWN = 10


def judge(case: Case) -> Finding | None:
    """Entries were skipped. It may be the reason when the chain ends outside of the store."""
    broken = [(store, one) for store in case.observation.stores for one in store.skipped]
    if not broken:
        return None
    lost = bool(case.refusing(Why.ISSUER_UNKNOWN, Why.NOT_TRUSTED, Why.SELF_SIGNED))
    count = f"{len(broken)} entr{'y' if len(broken) == 1 else 'ies'}"
    return Finding(
        effect=Effect.RISKS,
        certainty=Certainty.POSSIBLE if lost else Certainty.PROVEN,
        summary=f"{count} of the trust store cannot be read{'; the missing root may be among them' if lost else ''}.",
        evidence=tuple(Evidence(says=f"{store.path}, {one.where}: {one.why}", at=case.pointer(store)) for store, one in broken[:SHOWN]),
        values=(("store", broken[0][0].path),),
    )
