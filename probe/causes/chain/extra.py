"""The server sends certificates that belong to no path.

Certificates that lead from nowhere to nowhere do no harm to most clients, but they make the handshake larger, and Java
then sorts the chain and hides the real reason of any other fault. They are often left over from an earlier certificate.
Java takes at most ten certificates, needed or not.

Clients say: nothing, as long as nothing else is wrong; Java "The certificate chain length (...) exceeds the maximum
allowed length (10)".
"""

from probe.case.build import MAX_DEPTH
from probe.case.case import Case
from probe.case.path import Origin
from probe.causes.limited import limited, needed
from probe.causes.shown import certificates_sent
from probe.causes.words import Cause, Effect, Evidence, Finding, NotObserved, Owner
from probe.facts.certificate import title

CAUSE = Cause(
    title="The server sends certificates that do not belong to the chain", owner=Owner.SERVER, actions=("remove-extra",), references=("RFC 8446 section 4.4.2",)
)
SHOWN_BY = certificates_sent("In the list of certificates one has nothing to do with the others, or stands there twice: s: is its subject, i: its issuer.")


def judge(case: Case) -> Finding | NotObserved | None:
    """A presented certificate is on none of the paths, or was sent twice; it breaks where a client would take the chain without it."""
    if found := _too_many(case):
        return found
    if case.paths.truncated:
        return NotObserved(why=f"The chain is longer than {MAX_DEPTH} certificates or branches too often; not all paths were looked at.")
    used = {link.index for path in case.paths.paths for link in path.links if link.origin is Origin.PRESENTED}
    used |= {case.presented.index(link.certificate) for path in case.paths.paths for link in path.links if link.certificate in case.presented}
    extra = tuple(number for number in range(len(case.presented)) if number not in used)
    if not extra:
        return None
    return Finding(
        effect=Effect.NOTE,
        summary=f"{len(extra)} of the {len(case.presented)} certificates that the server sends {'belongs' if len(extra) == 1 else 'belong'} to no path.",
        about=tuple(dict.fromkeys(case.presented[number] for number in extra)),
        evidence=tuple(
            Evidence(says=f'Number {number + 1}, "{title(case.presented[number])}", is not on any path.', at=case.pointer(case.chain_handshake))
            for number in extra
        ),
    )


def _too_many(case: Case) -> Finding | None:
    """What is sent beside the needed certificates is more than a stack takes."""
    met = tuple(one for one in limited(case) if one.mended)
    if not met:
        return None
    kept = needed(case)
    beside = tuple(dict.fromkeys(one for one in case.presented if one not in kept))
    says = f"{len(case.presented)} certificates were sent; {len(kept)} of them lead from the server's own to the trust store."
    return Finding(
        effect=Effect.BREAKS,
        summary=" ".join((f"The server sends {len(case.presented)} certificates, {len(kept)} are needed.", *dict.fromkeys(one.sentence for one in met))),
        about=beside or tuple(dict.fromkeys(case.presented)),
        evidence=(Evidence(says=says, at=case.pointer(case.chain_handshake)),),
        stacks=case.stopped(tuple(one.stack for one in met)),
    )
