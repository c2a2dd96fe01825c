"""The client's own trust store: can it do its work?"""

from probe.case.case import Case


def needs(case: Case) -> str | None:
    """Why no cause of this stage can be looked for, if so."""
    return None if case.presented else "No certificate was seen with which the trust store could be tried."
