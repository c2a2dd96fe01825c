"""The client certificate: does the server want one, and is it content?"""

from probe.case.case import Case


def needs(case: Case) -> str | None:
    """Why no cause of this stage can be looked for, if so."""
    if case.client.requested:
        return None
    if not case.connected:
        return "Whether the server asks for a client certificate was not seen, because no connection was made."
    return None if case.established else "Whether the server asks for a client certificate was not seen, because the handshake ended too early."
