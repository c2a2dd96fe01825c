"""The bind to a directory: whether it was to be tried, may be tried, and what came of it."""

import re

from probe.case.case import Case, step
from probe.facts.noun import noun
from probe.facts.observation import Exchange, How
from probe.protocols.ldap_results import CREDENTIALS, spelled

BIND = "bind"
"""The question that binds: once, at one address, and only to a server that was judged good."""
DIRECTORIES = ("ldaps", "ldap")
CHANNEL = "80090346"
_DATA = re.compile(r"\bdata ([0-9a-f]{1,8})\b,", re.IGNORECASE)
DATA = {
    "52e": ("the name is known and the password is wrong", "password"),
    "525": ("there is no such user", "user"),
    "530": ("the user may not log on at this time", "account"),
    "531": ("the user may not log on from this machine", "account"),
    "532": ("the password has expired", "expired"),
    "533": ("the account is disabled", "account"),
    "701": ("the account has expired", "account"),
    "773": ("the password must be changed at the next logon", "expired"),
    "775": ("the account is locked", "account"),
    CHANNEL: ("the directory demands channel binding, and what it got does not fit", "channel"),
}
"""The reasons behind result 49 in Active Directory: Windows error codes in hex (winerror.h, sspi.h), each with what kind of fault it is."""


@noun
class Bound:
    """How the bind went. ``reason`` is what Active Directory says besides the result code, ``kind`` the kind of fault ("": not told)."""

    said: Exchange
    code: str = ""
    reason: str = ""
    kind: str = ""

    @property
    def is_good(self) -> bool:
        """Whether the directory accepted the name and the password."""
        return self.said.status == 0 and self.said.ending.how is How.DONE

    @property
    def words(self) -> str:
        """The answer in a few words."""
        if self.said.status is None:
            return "no answer"
        return f"result {spelled(self.said.status)}" + (f", data {self.code}" if self.code else "")


def bound(case: Case) -> Bound | None:
    """What came of the bind at this address; ``None`` when it was not tried here."""
    one = step(case.asked(BIND), Exchange)
    if one is None:
        return None
    found = _DATA.search(dict(one.fields).get("diagnosticMessage", "")) if one.status == CREDENTIALS else None
    code = found[1].lower() if found else ""
    reason, kind = DATA.get(code, ("", ""))
    return Bound(said=one, code=code, reason=reason, kind=kind)


def why_not(case: Case) -> str:
    """Why the name and the password are not told to this server; "" when they may be."""
    if case.target.protocol not in DIRECTORIES:
        return "The bind is only made to a directory."
    if not case.target.app:
        return "The directory was not asked (--no-app)."
    if not case.established:
        return "The bind was not tried, because TLS did not get that far."
    if not case.chain_accepted:
        return "The bind was not tried: the password is told only to a server whose chain and name every client accepts."
    if case.client.accepted is False:
        return "The bind was not tried, because the client certificate is refused."
    if case.exchange is None or case.exchange.status is None:
        return "The bind was not tried, because the service behind TLS did not answer as a directory."
    return ""
