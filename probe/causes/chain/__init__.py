"""The chain: does it lead, certificate by certificate, to something the client trusts?"""

from probe.case.case import Case


def needs(case: Case) -> str | None:
    """Why no cause of this stage can be looked for, if so."""
    if case.presented:
        return None
    if not case.connected:
        return "No certificate was seen, because no connection was made."
    return "No certificate was seen, because the handshake ended before the server sent one."
