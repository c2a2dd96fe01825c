"""The proxy wants a user name and a password, or does not accept the ones it got.

An HTTP proxy answers 407 and names the schemes that it takes; a SOCKS proxy finds no method in common or refuses the
login. The target has not been asked for anything yet. Programs that work elsewhere fail here because they get their login
from the desktop (Kerberos, NTLM), which servers and containers do not have. Java does not send Basic through a tunnel
unless jdk.http.auth.tunneling.disabledSchemes is emptied.

Clients say: curl exit 56 "CONNECT tunnel failed, response 407", Java "Unable to tunnel through proxy. Proxy returns
"HTTP/1.1 407 Proxy Authentication Required"", Python "Tunnel connection failed: 407 Proxy Authentication Required",
Chrome "ERR_PROXY_AUTH_REQUESTED".
"""

from probe.case.case import Case
from probe.case.proxied import Refusal, refusal
from probe.causes.proxy import answer, asked, proxy, unheard
from probe.causes.shown import Shown
from probe.causes.words import Cause, Effect, Evidence, Finding, NotObserved, Owner

CAUSE = Cause(
    title="The proxy wants a login",
    owner=Owner.CLIENT,
    actions=("give-proxy-login", "connect-directly"),
    references=("RFC 9110 section 15.5.8", "RFC 1929"),
)
SHOWN_BY = Shown(
    commands=("curl -gksv --max-time 10 {url}",), shows='curl prints "CONNECT tunnel failed, response 407", or that the SOCKS proxy accepts no method or login.'
)


def judge(case: Case) -> Finding | NotObserved | None:
    """407, or the corresponding answers of SOCKS."""
    one = case.tunnel
    if one is None or refusal(case) is not Refusal.AUTH:
        return unheard(case)
    schemes = list(dict.fromkeys(value for name, value in one.fields if name == "proxy-authenticate"))
    if one.authenticated:
        wants = f"does not accept the user name and password that it was given for {asked(case)}"
    else:
        wants = f"wants a user name and a password before it goes to {asked(case)}, and none was given"
    takes = f" It takes {', '.join(schemes)}." if schemes else ""
    basic = " The probe can only give Basic, so that it cannot tell whether the target works." if schemes and "Basic" not in schemes else ""
    return Finding(
        effect=Effect.BREAKS,
        summary=f"The proxy {proxy(case)} {wants}.{takes}{basic}",
        evidence=(Evidence(says=f"The proxy {answer(case)}; a login was {'sent' if one.authenticated else 'not sent'}.", at=case.pointer(one)),),
    )
