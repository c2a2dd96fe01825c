"""What happened in the plain words before TLS (StartTLS)."""

from probe.case.case import Case
from probe.protocols import named


def needs(case: Case) -> str | None:
    """Why no cause of this stage can be looked for, if so."""
    if case.target.listening or case.target.inspecting or named(case.target.protocol).start is None or case.start:
        return None
    return "The words before TLS were not exchanged, because no connection was made."
