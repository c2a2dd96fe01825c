"""The client certificate: does the server want one, and is it content?"""

from probe.case.case import Case


def needs(case: Case) -> str | None:
    """Why no cause of this stage can be looked for, if so."""
    if case.client.requested:
        return None
    if not case.connected:
        return "Whether the server asks for a client certificate was not seen, because no connection was made."
    return None if case.established else "Whether the server asks for a client certificate was not seen, because the handshake ended too early."


NEED_REQUEST = (
    "chain_incomplete",
    "eku",
    "expired",
    "key_mismatch",
    "key_unusable",
    "not_sent",
    "not_yet_valid",
    "rejected",
    "revoked",
    "unexpected",
    "untrusted",
    "weak",
)


def silent(case: Case) -> tuple[str, ...]:
    """Without a request in the handshake, and without a client certificate, only a server behind the one that speaks TLS may miss one."""
    target, seen = case.target, case.observation
    concerned = case.client.requested or seen.identity or target.on_file or target.client_auth != "allowed" or seen.agreement or seen.calls
    uncalled = () if target.calling or seen.agreement else ("id_in_use", "issuer_not_registered")
    return (*uncalled, *(() if concerned else NEED_REQUEST))
