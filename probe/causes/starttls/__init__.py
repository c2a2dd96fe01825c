"""What happened in the plain words before TLS (StartTLS)."""

from probe.case.case import Case
from probe.causes.words import Evidence
from probe.facts.observation import How, Preamble
from probe.protocols import named


def needs(case: Case) -> str | None:
    """Why no cause of this stage can be looked for, if so."""
    if case.target.listening or case.target.inspecting or named(case.target.protocol).start is None or case.start:
        return None
    return "The words before TLS were not exchanged, because no connection was made."


ALL = ("closed", "injected", "protocol", "refused", "timeout", "unsupported")


def silent(case: Case) -> tuple[str, ...]:
    """All of them where no plain words come before TLS, or they went well and nothing followed them that may not."""
    one = case.start
    return ALL if one is None or (one.ending.how is How.DONE and not one.surplus) else ()


def said(case: Case, one: Preamble, *more: str) -> tuple[Evidence, ...]:
    """The sentences in ``more``, and what the peer said of itself, each pointing at the words before TLS."""
    at = case.pointer(one)
    greeting = dict(one.fields).get("greeting", "")
    words = (f"It greeted with: {greeting}",) if greeting else ()
    return tuple(Evidence(says=text, at=at) for text in (*words, *more))


def capabilities(one: Preamble) -> str:
    """What the peer offers, for a sentence."""
    listed = [value for name, value in one.fields if name == "capability"]
    return ", ".join(listed[:16]) + (f" and {len(listed) - 16} more" if len(listed) > 16 else "")
