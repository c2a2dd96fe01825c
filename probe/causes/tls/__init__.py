"""The handshake: do both sides find a way to speak TLS?"""

from probe.case.case import Case, is_again, step
from probe.case.hello_size import agreed as both_agreed
from probe.causes.words import Evidence
from probe.facts.observation import Alert, Handshake, How, Preamble
from probe.tls.plaintext import wants_tls

TLS13 = 0x0304


def needs(case: Case) -> str | None:
    """Why no cause of this stage can be looked for, if so."""
    if not case.connected:
        return "No TLS handshake was tried, because no connection was made."
    return None if case.handshake else "No TLS handshake was tried."


FAILED = ("alpn", "cipher", "closed", "hello_size", "legacy_only", "malformed", "no_certificate", "not_tls", "sni_required", "timeout", "version")


def silent(case: Case) -> tuple[str, ...]:
    """All of them, when the ordinary handshake was completed and no other question had to be asked."""
    smooth = all(attempt.question.name == "ordinary" or is_again(attempt) for attempt in case.attempts) and not case.observation.calls
    done = all(one.ending.how is How.DONE for one in case.handshakes)
    return FAILED if smooth and done and case.established else ()


def refusal(handshake: Handshake) -> Alert | None:
    """The alert with which the peer ended the handshake."""
    return next((one for one in handshake.alerts if not one.sent and one.description not in (0, 90)), None)


def objection(handshake: Handshake) -> Alert | None:
    """The alert with which our own engine ended the handshake."""
    return next((one for one in handshake.alerts if one.sent and one.description not in (0, 90)), None)


def answered(handshake: Handshake) -> bool:
    """Whether anything at all came back."""
    return bool(handshake.received or handshake.first_bytes)


def plain_answer(case: Case) -> Preamble | None:
    """The plaintext look, when the port answered in plain text and did not say that it wants TLS."""
    look = case.plaintext
    return look if look and look.received and not wants_tls(look.received) else None


def agreed(case: Case, question: str) -> Handshake | None:
    """The handshake of this question if both sides agreed: it was completed, or stopped only where the server wanted a client certificate."""
    found = step(case.asked(question), Handshake)
    return found if found and both_agreed(found) else None


def only_tls12(case: Case) -> Handshake | None:
    """The handshake limited to TLS 1.2, when of all questions it alone was answered to the end, and the ordinary one had offered TLS 1.3."""
    found = case.succeeded("tls12")
    offered = case.hello.offered if case.hello else None
    if found is None or offered is None or TLS13 not in offered.versions:
        return None
    others = any(one.ending.how is How.DONE for one in case.handshakes if one is not found) or any(one.established for one in case.tries)
    return None if others else found


def limited(case: Case, found: Handshake) -> Evidence:
    """Tell that the handshake succeeds with TLS 1.2."""
    return Evidence(says=f"Limited to TLS 1.2 the handshake succeeds ({found.version}); with TLS 1.3 in the offer none did.", at=case.pointer(found))


def rescued(case: Case, *questions: str) -> tuple[str, Handshake] | None:
    """The first of these questions on which both sides agreed where the ordinary handshake was not completed."""
    if case.established:
        return None
    for question in questions:
        if found := agreed(case, question):
            return question, found
    return None
