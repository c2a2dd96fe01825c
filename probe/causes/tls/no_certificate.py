"""The domain controller most likely has no certificate that fits, and hangs up on every ClientHello.

A domain controller of Active Directory opens port 636 whether it has a certificate or not. It takes one by itself from
the machine's store, and needs one with a private key that is valid, made for server authentication, and issued for its
full name (Microsoft KB 321051). Where there is none, it accepts the connection and ends it after the ClientHello without
an alert, while port 389 goes on to answer in plain text. That this is the reason is likely and not proven: a box on the
way that ends the connection looks the same. The log of the controller decides.

Clients say: OpenSSL "unexpected eof while reading" or "connect:errno=104", Java "javax.net.ssl.SSLHandshakeException:
Remote host terminated the handshake" or "java.net.SocketException: Connection reset", ldp.exe "Error 81 = ldap_connect",
OpenLDAP "Can't contact LDAP server (-1)".
"""

from probe.case.case import Case
from probe.case.directory import BESIDE, beside
from probe.causes.shown import openssl_says
from probe.causes.tls import refusal
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner
from probe.facts.observation import How

CAUSE = Cause(
    title="The domain controller most likely has no certificate that fits",
    owner=Owner.SERVER,
    actions=("give-controller-certificate", "find-box"),
    references=(
        "https://learn.microsoft.com/troubleshoot/windows-server/active-directory/enable-ldap-over-ssl-3rd-certification-authority",
        "https://learn.microsoft.com/openspecs/windows_protocols/ms-adts/",
    ),
    explains=("tls.closed",),
)
SHOWN_BY = openssl_says("unexpected eof while reading", "errno=104", options="")


def judge(case: Case) -> Finding | None:
    """The handshake was cut off before a byte of TLS came, and beside it a domain controller answers in plain text."""
    one, found, asked = case.handshake, beside(case), case.asked(BESIDE)
    if one is None or one.ending.how not in (How.CLOSED, How.RESET) or one.received or one.first_bytes or refusal(one):
        return None
    if found is None or asked is None or not found.is_active_directory or case.spoke_tls:
        return None
    how = "closed" if one.ending.how is How.CLOSED else "reset"
    itself = f" and calls itself {found.host}" if found.host else ""
    return Finding(
        effect=Effect.BREAKS,
        certainty=Certainty.LIKELY,
        summary=f"The domain controller {how} the connection right after the ClientHello, and answers in plain text on port {asked.port}: most likely it has "
        "no certificate that fits.",
        evidence=(
            Evidence(says=f"The connection was {how} after the ClientHello; no byte of TLS and no alert had come.", at=case.pointer(one)),
            Evidence(says=f"On port {asked.port} the same address says in plain text that it is {found.kind}{itself}.", at=case.pointer(found.said)),
        ),
        alternatives=(("tls.closed", "A box on the way that ends the connection looks the same; event 36886 or 1220 in the controller's log decides."),),
        values=(("good", found.host or "the controller's full name"),),
    )
