"""The directory answers inside TLS, and refuses what was asked.

TLS is behind us: certificate, chain and name are good, and the directory itself says no. With --bind the name and the
password were told to it, in a connection of their own. Active Directory gives the reason as a number behind result 49
(invalidCredentials): data 52e is a wrong password, 525 an unknown user, 530 and 531 times and machines that are not
allowed, 532 and 773 a password that has expired or must be changed, 533 a disabled, 701 an expired, 775 a locked
account, 80090346 a channel binding that does not fit. Result 8 (strongerAuthRequired) means that the policy wants
signing or another kind of bind. Clients often show all of that as "LDAP error" and blame the certificate.

Clients say: Java "javax.naming.AuthenticationException: [LDAP: error code 49 - 80090308: LdapErr: DSID-..., comment:
AcceptSecurityContext error, data 52e", "AuthenticationNotSupportedException: [LDAP: error code 8 - 00002028: LdapErr";
OpenLDAP "ldap_bind: Invalid credentials (49)".
"""

from dataclasses import replace

from probe.case.bound import BIND, Bound, bound, why_not
from probe.case.case import Case
from probe.causes.checked import finding
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, NotObserved, Owner
from probe.protocols.ldap_results import CONFIDENTIALITY, CREDENTIALS, STRONGER, spelled

CAUSE = Cause(
    title="The directory refuses what was asked",
    owner=Owner.CLIENT,
    actions=("correct-bind",),
    instead=("mend-account", "allow-simple-bind", "read-server-log"),
    explains=("app.protocol",),
    references=("RFC 4511 section 4.2.2", "RFC 4511 section 4.1.9", "https://learn.microsoft.com/openspecs/windows_protocols/ms-adts/"),
)
SHOWN_BY = Shown(why_not="It takes the password to see it: ldapwhoami -x -W -D NAME -H URL asks for it.")
_REFUSED = {
    STRONGER: ("wants a stronger kind of authentication than a simple bind, such as a signed one", ("allow-simple-bind",)),
    CONFIDENTIALITY: ("says that the connection is not encrypted, though TLS stands: something in front of it ends TLS", ("read-server-log",)),
}
_ACTIONS = {"password": "correct-bind", "user": "correct-bind", "account": "mend-account", "expired": "mend-account", "channel": "allow-simple-bind"}


def judge(case: Case) -> Finding | NotObserved | None:
    """The bind was refused, or a check of the profile says so of the answer."""
    found = bound(case)
    if found is None and case.target.bind and not any(other.asked(BIND) for other in case.siblings):
        begun = case.asked(BIND)
        if begun is not None and not begun.steps and not why_not(case):
            return NotObserved(
                why="The bind was not made: another directory refused the same name and password, or did not answer in time, and wrong ones lock an account."
            )
        later = "its connection did not come as far as the first one, or met another certificate" if begun is not None else "there was no time left for it"
        return NotObserved(why=why_not(case) or f"The bind was not made, because {later}.")
    if found is None:
        return _by_profile(case)
    if found.is_good:
        return None
    return _unanswered(case, found) if found.said.status is None else _refused(case, found)


def _by_profile(case: Case) -> Finding | None:
    """What the profile says of the answer to the search for the root entry; without a profile nobody says anything."""
    found = finding(case, "app.ldap") if case.observation.agreement else None
    return replace(found[0], owner=Owner.SERVER, actions=("read-server-log",)) if isinstance(found, tuple) else None


def _refused(case: Case, found: Bound) -> Finding:
    one, who = found.said, case.target.bind
    text = dict(one.fields).get("diagnosticMessage", "")
    says, actions = _REFUSED.get(one.status or 0, ("", ()))
    if found.reason:
        says, actions = f"refuses the bind: {found.reason}", (_ACTIONS[found.kind],)
    elif one.status == CREDENTIALS:
        says, actions = "refuses the bind: name or password is wrong", ("correct-bind",)
    elif not says:
        says, actions = "refuses the bind", ("read-server-log",)
    return Finding(
        effect=Effect.BREAKS,
        summary=f"TLS works; the directory {says} ({found.words}).",
        evidence=(
            Evidence(says=f"The bind as {who} was answered with {found.words}.", at=case.pointer(one)),
            *((Evidence(says=f"Its words: {text}", at=case.pointer(one)),) if text else ()),
        ),
        actions=actions,
        owner=Owner.SERVER if found.kind in ("account", "expired", "channel") or one.status in _REFUSED else None,
        values=(("good", who), ("speaks", spelled(one.status or 0))),
    )


def _unanswered(case: Case, found: Bound) -> Finding:
    return Finding(
        effect=Effect.RISKS,
        certainty=Certainty.POSSIBLE,
        summary="TLS works; the bind got no answer of a directory, so that nothing is known about the name and the password.",
        evidence=(
            Evidence(says=f"After the bind the connection ended ({found.said.ending.how}), {found.said.received} bytes had come.", at=case.pointer(found.said)),
        ),
        actions=("read-server-log",),
    )
