"""What happened in the plain words before TLS (StartTLS)."""

from probe.case.case import Case
from probe.facts.observation import How
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
