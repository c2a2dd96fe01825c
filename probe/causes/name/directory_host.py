"""The certificate is not for the name that the directory server gives itself.

A directory says in its root entry what its own name is (dnsHostName). A domain controller's certificate has to be issued
for that name (Microsoft KB 321051), and members of the domain, which find the controllers through DNS, connect by it.
A client that is configured with an alias, an address or the name of the domain may get on with a certificate that holds
just these; every other client then meets a name that does not fit.

Clients say: nothing as long as they use the name that fits; those that use the other one "hostname mismatch", "No subject
alternative DNS name matching ... found".
"""

from probe.case.case import Case
from probe.case.directory import directory
from probe.case.names import compare
from probe.causes.name import good_for
from probe.causes.shown import Shown
from probe.causes.words import Cause, Effect, Evidence, Finding, NotObserved, Owner

CAUSE = Cause(
    title="The certificate is not for the directory server's own name",
    owner=Owner.SERVER,
    actions=("reissue-with-name",),
    references=(
        "https://learn.microsoft.com/troubleshoot/windows-server/active-directory/enable-ldap-over-ssl-3rd-certification-authority",
        "https://learn.microsoft.com/openspecs/windows_protocols/ms-adts/",
    ),
)
SHOWN_BY = Shown(
    commands=("openssl s_client -connect {peer} {sni} </dev/null 2>/dev/null | openssl x509 -noout -subject -ext subjectAltName",),
    shows="The names that OpenSSL prints are those of the certificate; the server's own name, which the finding says, is not among them.",
)


def judge(case: Case) -> Finding | NotObserved | None:
    """The root entry names another host than the certificate does; what stops this very client is another cause's."""
    found = directory(case)
    if found is None and case.target.protocol not in ("ldaps", "ldap"):
        return None
    if found is None:
        return NotObserved(why="Only a directory says what its own name is, and none answered.")
    if not found.host or case.names is None or case.leaf is None or not found.is_active_directory or not case.names.matches:
        return None
    check = compare(found.host, case.leaf)
    if check.matches:
        return None
    return Finding(
        effect=Effect.RISKS,
        summary=f"The domain controller calls itself {found.host}, and its certificate is not for that name: whoever finds it through DNS refuses it.",
        about=case.presented[:1],
        evidence=(
            Evidence(says=f"Its root entry says dnsHostName {found.host}.", at=case.pointer(found.said)),
            Evidence(says=f"The certificate names {good_for(check)}.", at=case.pointer(case.chain_handshake)),
        ),
        values=(("good", found.host),),
    )
