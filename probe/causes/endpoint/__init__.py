"""The endpoint as a whole: all its addresses, and its future."""

from probe.case.case import Case


def needs(case: Case) -> str | None:
    """Why no cause of this stage can be looked for, if so."""
    return None if case.attempts else "No connection was tried."


def silent(case: Case) -> tuple[str, ...]:
    """Without a profile nothing is expected of the endpoint."""
    return () if case.observation.agreement else ("profile_mismatch",)
