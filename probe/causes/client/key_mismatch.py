"""The private key does not belong to the client certificate.

A renewed certificate needs the key that it was requested with. Programs refuse to load such a pair; where one does not,
the server cannot verify the signature that the client makes. The probe refuses it before any connection. Where the right
certificate is in the file, but behind another one, programs take the first and refuse the key as well.

Clients say: OpenSSL "key values mismatch", curl "unable to set private key file", nginx "SSL_CTX_use_PrivateKey failed",
Java finds no usable key and sends none; the server says decrypt_error (51).
"""

from probe.case.case import Case
from probe.case.identity import Flaw
from probe.causes.flawed_identity import flawed
from probe.causes.identity import EXPLAINS
from probe.causes.loading import unloadable
from probe.causes.shown import WITH_CLIENT, Shown
from probe.causes.words import Cause, Finding, Owner

CAUSE = Cause(
    title="The private key does not belong to the client certificate",
    owner=Owner.CLIENT,
    actions=("pair-client-key",),
    instead=("reorder-client-file",),
    references=("RFC 8446 section 4.4.3", "RFC 5246 section 7.4.8"),
    explains=EXPLAINS,
)
SHOWN_BY = Shown(
    commands=(WITH_CLIENT,),
    shows="curl says that it cannot use the key.",
)


def judge(case: Case) -> Finding | None:
    """Whoever read the files saw that they do not fit, or that they only do in another order."""
    return flawed(case, Flaw.MISFIT) or unloadable(case, ("order",), ("reorder-client-file",))
