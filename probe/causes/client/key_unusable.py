"""The client's key makes no signature that the server accepts, or its files are not read by the program.

With its certificate a client proves that it has the key, by a signature of a kind that the server allows. An old or
strict server may not take elliptic curves, Ed25519 or RSA-PSS, and then a client with such a key sends no certificate.
A file in another form than the program reads, as UTF-16 or PKCS7 in place of PEM, stops it before: it does not connect.

Clients say: the same as without a certificate: OpenSSL "tlsv13 alert certificate required" (116) or "sslv3 alert
handshake failure" (40), Java "No X.509 cert selected for ..." in its debug log, then "Received fatal alert".
"""

from probe.case.case import Case
from probe.causes.identity import EXPLAINS, evidence, told
from probe.causes.loading import unloadable
from probe.causes.shown import WITH_CLIENT, Shown
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner
from probe.facts.certificate import title

CAUSE = Cause(
    title="The client's key or the file with its certificate cannot be used",
    owner=Owner.CLIENT,
    actions=("reissue-client-certificate", "allow-client-signatures"),
    instead=("convert-client-file",),
    references=("RFC 8446 section 4.2.3", "RFC 8446 section 4.3.2", "RFC 5246 section 7.4.4"),
    explains=EXPLAINS,
)
SHOWN_BY = Shown(
    commands=(WITH_CLIENT,),
    shows='curl prints the alert "certificate required" or "handshake failure", although it was given a certificate.',
)


def judge(case: Case) -> Finding | None:
    """The server asked, a certificate was at hand, and the engine sent none because no signature fits."""
    seen = case.client
    own = seen.identity.own if seen.identity else None
    if not seen.unable or own is None or seen.handshake is None:
        return unloadable(case, ("certificate", "key"), ("convert-client-file",))
    key = own.read.key
    kind = f"{key.kind} {key.curve or key.bits or ''}".strip() if key else "a kind that cannot be read"
    listed = ", ".join(seen.schemes) or "none that it names"
    facts = (
        f'The key of "{title(own)}" ({kind}) can make none of the signatures that the server accepts of a client ({listed}), so that no certificate was sent.'
    )
    refused = seen.refusal
    after = f"The server refuses without one ({told(refused)})." if refused else "The server goes on without one."
    certainty = Certainty.PROVEN if seen.signs is False else Certainty.LIKELY
    return Finding(
        effect=Effect.BREAKS if refused else Effect.RISKS,
        certainty=certainty,
        summary=f"{facts} {after}",
        about=(own,),
        evidence=(Evidence(says=f"The server accepts these signatures of a client: {listed}.", at=case.pointer(seen.handshake)), *evidence(case)),
        values=(("certificate", f'"{title(own)}"'),),
    )
