"""Files by themselves: what is in them, do they fit together, what is missing."""

from probe.case.case import Case


def needs(case: Case) -> str | None:
    """Why no cause of this stage can be looked for, if so."""
    return None if case.observation.files else "No file was inspected."
