"""What a proxy did with the request for a tunnel, and when asking without it decides something."""

import re
from enum import StrEnum

from probe.case.case import Case
from probe.case.path import Why
from probe.facts.observation import How, Local, Question, Tunnel

DIRECT = "direct"
"""The name of the question that is asked without the proxy."""
UNKNOWN = frozenset({Why.ISSUER_UNKNOWN, Why.NOT_TRUSTED, Why.NOT_PRESENTED, Why.SELF_SIGNED})
GATEWAY = frozenset({500, 502, 503, 504})
"""What a proxy answers when it does not get to the target (RFC 9110 section 15.6); tinyproxy says 500."""
NO_PROXY = frozenset({400, 404, 405, 501, 505})
"""What a web server answers that knows no CONNECT."""
NO_METHOD, IDENT = 255, frozenset({92, 93})
_SQUID = re.compile(r"(ERR_[A-Z_]+) (\d+)")
_OF_SQUID = {
    "ERR_ACCESS_DENIED": "denied",
    "ERR_CACHE_ACCESS_DENIED": "auth",
    "ERR_FORWARDING_DENIED": "denied",
    "ERR_CANNOT_FORWARD": "unreachable",
    "ERR_CONNECT_FAIL": "unreachable",
    "ERR_DNS_FAIL": "unreachable",
    "ERR_READ_TIMEOUT": "unreachable",
    "ERR_SECURE_CONNECT_FAIL": "unreachable",
    "ERR_SOCKET_FAILURE": "unreachable",
}
"""What Squid's own names for its errors mean here (its header field ``X-Squid-Error``, directory ``errors/templates`` of its source)."""


class Refusal(StrEnum):
    """What stands in the way of a tunnel."""

    AUTH = "auth"
    DENIED = "denied"
    UNREACHABLE = "unreachable"
    PROTOCOL = "protocol"


def is_socks(case: Case) -> bool:
    """Whether the proxy is spoken to in SOCKS."""
    return case.target.proxy is not None and case.target.proxy.scheme.startswith("socks")


def refusal(case: Case) -> Refusal | None:
    """What the proxy's answer to the ordinary request means; ``None`` when the tunnel stands, was interrupted, or was never asked for."""
    one = case.tunnel
    if one is None or one.ending.how is How.DONE:
        return None
    if one.status is None:
        return _wordless(one)
    return _of_socks(one) if is_socks(case) else _of_http(one)


def squid(one: Tunnel) -> tuple[str, int] | None:
    """Squid's own name for its error, and the system's number with it (0: none)."""
    said = _SQUID.fullmatch(dict(one.fields).get("x-squid-error", ""))
    return (said[1], int(said[2])) if said else None


def unsure(case: Case) -> bool:
    """Whether the answer can mean something else too: a number that proxies use for several things, or no answer at all."""
    one = case.tunnel
    if one is None:
        return False
    if one.status is None:
        return one.ending.how is not How.DECLINED
    if is_socks(case):
        return one.status in (1, 91)
    return squid(one) is None and one.status not in (403, 407, 502, 503, 504, 405, 501)


def _wordless(one: Tunnel) -> Refusal | None:
    match one.ending.how:
        case How.TIMED_OUT:
            # A greeting is answered at once, whatever becomes of the target.
            return Refusal.PROTOCOL if dict(one.fields).get("step") in ("method", "login") else Refusal.UNREACHABLE
        case How.DECLINED | How.CLOSED | How.RESET:
            return Refusal.PROTOCOL
        case How.LOCAL if one.ending.local is Local.LIMIT:
            return Refusal.PROTOCOL
        case _:
            return None


def _of_http(one: Tunnel) -> Refusal:
    status = one.status or 0
    if (said := squid(one)) and said[0] in _OF_SQUID:
        return Refusal(_OF_SQUID[said[0]])
    if status == 407:
        return Refusal.AUTH
    if status in NO_PROXY or status == 401 or status < 400:
        return Refusal.PROTOCOL
    return Refusal.UNREACHABLE if status in GATEWAY or status > 504 else Refusal.DENIED


def _of_socks(one: Tunnel) -> Refusal:
    status, step = one.status, dict(one.fields).get("step")
    if step == "login" or (step == "method" and status == NO_METHOD) or status in IDENT:
        return Refusal.AUTH
    if step == "method" or status in (7, 8):
        # Asked for a password that was not offered, or for what this proxy does not know.
        return Refusal.AUTH if step == "method" and status == 2 else Refusal.PROTOCOL
    return Refusal.DENIED if status == 2 else Refusal.UNREACHABLE


def broken_off(case: Case) -> bool:
    """Whether the proxy agreed to the tunnel, and then no byte of TLS came through it."""
    one = case.handshake
    return case.tunnel is not None and case.connected and one is not None and not case.spoke_tls and one.ending.local is not Local.INTERRUPTED


def wordless(case: Case) -> bool:
    """Whether the proxy agreed to the tunnel, and then the plain words before TLS came to nothing in it: silence, an end, or the words of something else."""
    if case.tunnel is None or case.tunnel.ending.how is not How.DONE or case.start is None:
        return False
    from probe.case.starttls import Came, came  # few checks have words before TLS

    return came(case.start) in (Came.SILENT, Came.CUT, Came.STRANGE)


def directly_begun(case: Case) -> bool:
    """Whether without the proxy the plain words came to their end and TLS was agreed on after them."""
    without = case.direct
    return without is not None and without.start is not None and without.established


def directly_the_same(case: Case) -> bool:
    """Whether the target was spoken to without the proxy too, and its plain words came to nothing there as well: then it is not the proxy."""
    without = case.direct
    if without is None or without.start is None:
        return False
    from probe.case.starttls import Came, came

    return case.start is not None and came(without.start) is came(case.start) is not Came.OURS


def unknown_issuer(case: Case) -> bool:
    """Whether a client stack refuses the chain that came through the proxy because it does not know who issued it."""
    return any(why in UNKNOWN for one in case.verdicts if one.accepts is False for why in (objection.why for objection in one.objections))


def direct_question(case: Case) -> Question | None:
    """The question without the proxy, where it decides: is it the proxy or the target, and is it the target's own certificate?

    Never with a client certificate or the words of an application. Whoever goes through SOCKS may want not to be seen by the target, so then it is not asked.
    """
    proxy = case.target.proxy
    if proxy is None or not proxy.direct or is_socks(case) or case.asked_directly:
        return None
    if refusal(case) is not Refusal.UNREACHABLE and not broken_off(case) and not wordless(case) and not unknown_issuer(case):
        return None
    target = case.target
    return Question(name=DIRECT, with_sni=target.sni is not None, tls_min=target.tls_min, tls_max=target.tls_max, app=False, direct=True)
