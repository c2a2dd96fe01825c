"""The chain is longer than a CA allows, or than a client takes.

A CA certificate can limit how many further CAs may follow (pathLenConstraint). The chain has more. Clients have limits
of their own too: Java takes at most ten certificates and a message of 32,768 bytes, OpenSSL at most 100 intermediates.

Clients say: OpenSSL "path length constraint exceeded" (error 25) or "certificate chain too long" (error 22), Java "basic
constraints check failed: pathLenConstraint violated" or "The certificate chain length (...) exceeds the maximum allowed
length (10)", Go "x509: too many intermediates for path length constraint".
"""

from probe.case.case import Case
from probe.case.path import Why
from probe.causes.limited import limited
from probe.causes.objected import finding, which
from probe.causes.shown import Shown, certificates_sent, openssl_says
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner
from probe.facts.certificate import title

CAUSE = Cause(title="The chain is too long", owner=Owner.CA, actions=("reissue",), references=("RFC 5280 section 4.2.1.9",))


def shown_by(case: Case, found: Finding) -> Shown:
    """OpenSSL names the constraint and its own limit; of another client's limit the list of what was sent is the proof."""
    if case.refusing(Why.PATH_LENGTH) or any(one.stack == "openssl" for one in limited(case)):
        return openssl_says("path length constraint exceeded", "certificate chain too long")
    return certificates_sent(f"The list has {len(case.presented)} certificates; each issuer (i:) is the subject (s:) of the next one, so all are needed.")


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | None:
    """More CAs follow than a path length constraint allows."""
    found = finding(case, Why.PATH_LENGTH, say=lambda one, path: f"{which(path, one.at)} allows fewer CAs below it than the chain has.")
    if found and found.effect is Effect.BREAKS:
        return found
    return _beyond(case) or found


def _beyond(case: Case) -> Finding | None:
    """All that is sent is needed, and it is more than a stack takes."""
    met = tuple(one for one in limited(case) if not one.mended)
    if not met:
        return None
    return Finding(
        effect=Effect.BREAKS,
        summary=" ".join(dict.fromkeys(one.sentence for one in met)),
        about=case.presented[:1],
        evidence=(Evidence(says=f"{len(case.presented)} certificates were sent.", at=case.pointer(case.chain_handshake)),),
        stacks=case.stopped(tuple(one.stack for one in met)),
        values=(("certificate", f'"{title(case.presented[0])}"'),),
    )
