"""The server sends certificates that belong to no path.

Certificates that lead from nowhere to nowhere do no harm to most clients, but they make the handshake larger, and Java
then sorts the chain and hides the real reason of any other fault. They are often left over from an earlier certificate.

Clients say: nothing, as long as nothing else is wrong.
"""

from probe.case.case import Case
from probe.case.path import Origin
from probe.causes.chain.order import searching
from probe.causes.shown import certificates_sent
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner
from probe.facts.certificate import title

CAUSE = Cause(
    title="The server sends certificates that do not belong to the chain", owner=Owner.SERVER, actions=("remove-extra",), references=("RFC 8446 section 4.4.2",)
)
SHOWN_BY = certificates_sent("In the list of certificates one has nothing to do with the others, or stands there twice: s: is its subject, i: its issuer.")


def judge(case: Case) -> Finding | None:
    """A presented certificate is on none of the paths, or was sent twice."""
    if case.paths.truncated:
        return None
    used = {link.index for path in case.paths.paths for link in path.links if link.origin is Origin.PRESENTED}
    used |= {case.presented.index(link.certificate) for path in case.paths.paths for link in path.links if link.certificate in case.presented}
    extra = tuple(number for number in range(len(case.presented)) if number not in used)
    lost = searching(case)
    sorted_path = [link.index for link in case.nearest.links if link.index is not None] if case.nearest else []
    if lost and sorted_path == sorted(sorted_path):
        return Finding(
            effect=Effect.BREAKS,
            summary=f"The server sends {len(case.presented)} certificates, more than {', '.join(lost)} takes.",
            about=tuple(dict.fromkeys(case.presented)),
            evidence=(Evidence(says=f"{len(case.presented)} certificates were sent.", at=case.pointer(case.chain_handshake)),),
            stacks=case.stopped(lost),
        )
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
