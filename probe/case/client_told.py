"""What becomes of a client stack's verdict by its client certificate: one that sends none, or cannot load it, does not get through. Pure."""

from dataclasses import replace

from probe.case.client_auth import AFTER, IF_TURNED_ON, ClientAuth
from probe.case.path import StackVerdict
from probe.stacks import Stack

OPENSSL = "openssl"
"""The stack whose own reading of the client's files was compared (``Identity.unloadable``)."""
TURNED_ON = (
    "The server asks for the client certificate only after the handshake. The program has to turn that on (openssl s_client: -enable_pha; curl does by itself)."
)


def told(client: ClientAuth, verdict: StackVerdict, stacks: tuple[Stack, ...]) -> StackVerdict:
    """A stack's verdict as a user meets it: one that sends no certificate is refused by a server that insists on one, whatever it thinks of the server.

    One that cannot load the files of its certificate does not even connect.
    """
    stack = next((one for one in stacks if one.name == verdict.stack), None)
    if stack is None or not verdict.accepts:
        return verdict
    if stack.name == OPENSSL and client.requested and client.identity and client.identity.unloadable:
        return replace(verdict, accepts=False, note=f"{verdict.note} It does not load the files with the client certificate as they are.".strip())
    if not client.accepted or not client.required:
        return verdict
    if client.sends(stack):
        turned_on = f"{verdict.note} {TURNED_ON}".strip() if client.after and stack.post_handshake == IF_TURNED_ON else verdict.note
        return replace(verdict, note=turned_on)
    why = "because the server names none of its issuers" if not client.chooses(stack) else f"because the server asks for it only {AFTER}"
    note = f"It sends no client certificate, {why}, and without one the server refuses it."
    return replace(verdict, accepts=False, note=f"{verdict.note} {note}".strip())
