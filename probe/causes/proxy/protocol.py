"""What answers is no proxy of this kind, or no tunnel comes of its consent.

Where a proxy should be, something else speaks: a web server that knows no CONNECT, a login page of a guest network, a
SOCKS proxy where an HTTP proxy was meant or the other way round, or a proxy that itself wants TLS. Or the proxy agrees to
the tunnel and then speaks plain text, hangs up or is silent, although the target speaks TLS to everybody else; one that
opens TLS waits for a ClientHello where a mail server would greet first. Usual
reasons: the wrong scheme or port in the setting (https:// in HTTPS_PROXY for a plain HTTP proxy is the most frequent one).

Clients say: Python "Your proxy appears to only use HTTP and not HTTPS", OpenSSL "wrong version number", Go "proxyconnect
tcp: tls: first record does not look like a TLS handshake", curl exit 56 "CONNECT tunnel failed, response 405" or exit 97.
"""

from probe.case.case import Case
from probe.case.proxied import Refusal, broken_off, directly_begun, is_socks, refusal, wordless
from probe.causes.proxy import answer, asked, proxy, unheard
from probe.causes.shown import Shown, client
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, NotObserved, Owner
from probe.facts.observation import How, Tunnel
from probe.tls.plaintext import first_line, recognise, wants_tls

CAUSE = Cause(
    title="What answers is not the proxy that was meant",
    owner=Owner.CLIENT,
    actions=("correct-proxy", "connect-directly"),
    instead=("let-words-pass",),
    references=("RFC 9110 section 9.3.6", "RFC 1928 section 3"),
    explains=("tls.not-tls", "tls.closed", "tls.timeout", "tls.malformed", "starttls.protocol", "starttls.closed", "starttls.timeout"),
)


def shown_by(case: Case, _finding: Finding) -> Shown:
    """What curl is told in place of a tunnel; where words come before TLS OpenSSL speaks them in it, and prints nothing when they lead nowhere."""
    if wordless(case):
        return Shown(commands=(f"timeout 5 {client('')}",), shows='OpenSSL does not print "CONNECTION ESTABLISHED" through the proxy.')
    return Shown(
        commands=("curl -gksv --max-time 10 {url}",), shows="curl does not get through the proxy either, and prints what was answered in place of a tunnel."
    )


SHOWN_BY = shown_by
TLS_ALERT, SOCKS5, SOCKS4 = b"\x15\x03", b"\5", b"\0"


def judge(case: Case) -> Finding | NotObserved | None:
    """An answer that is none, or a tunnel in which nobody speaks TLS although the target does."""
    one = case.tunnel
    if one is not None and broken_off(case):
        return _broken_off(case, one)
    if one is not None and wordless(case):
        return _wordless(case, one)
    if one is None or refusal(case) is not Refusal.PROTOCOL:
        return unheard(case)
    says, sure = _instead(case, one)
    head = f" It begins: {first_line(one.body)}" if one.body and one.status is None else ""
    return Finding(
        effect=Effect.BREAKS,
        certainty=Certainty.PROVEN if sure else Certainty.LIKELY,
        summary=f"{proxy(case)} {says}.",
        evidence=(Evidence(says=f"Asked for a tunnel to {asked(case)}, it {answer(case)}.{head}", at=case.pointer(one)),),
        alternatives=() if sure else (("proxy.denied", "A proxy that does not allow the target may also just hang up, or answer so."),),
    )


def _instead(case: Case, one: Tunnel) -> tuple[str, bool]:
    """What speaks there, and whether that is sure."""
    socks = is_socks(case)
    if one.status is not None:
        return _status(case, one)
    if one.ending.how is How.LOCAL:
        return "answers without an end, and was cut off", True
    if one.body[:2] == TLS_ALERT or wants_tls(one.body):
        return "itself wants TLS before anything else: it is an https:// proxy, or no proxy at all", True
    spoken = recognise(one.body)
    if spoken == "HTTP" and socks:
        return "speaks HTTP, not SOCKS: if it is a proxy, its URL begins with http://", True
    if spoken == "HTTP":
        return "answers in HTTP that cannot be read", True
    if not socks and one.body[:1] in (SOCKS5, SOCKS4) and len(one.body) <= 8:
        return "does not speak HTTP; its answer looks like that of a SOCKS proxy", False
    if spoken:
        return f"speaks {spoken}, and is no proxy", True
    if one.ending.how is How.DECLINED:
        return f"answers with something that is not {'SOCKS' if socks else 'HTTP'}, and is no proxy of this kind", True
    if one.ending.how is How.TIMED_OUT:
        return "does not answer the greeting of SOCKS, as an HTTP proxy does not: then its URL begins with http://", False
    return f"hangs up on the request for a tunnel, as {'an HTTP proxy' if socks else 'a SOCKS proxy or one that wants TLS'} does", False


def _status(case: Case, one: Tunnel) -> tuple[str, bool]:
    status = one.status or 0
    if is_socks(case):
        return "does not know what it was asked for" if status in (7, 8) else "chose a way to log in that was not offered", True
    if wants_tls(one.body):
        return "wants TLS: it is an https:// proxy, or a web server and no proxy", True
    if 300 <= status < 400:
        return "redirects the request for a tunnel, as a login page of a guest network does", True
    if status in (405, 501):
        return f"knows no CONNECT (status {status}): it is a web server, or a proxy for http:// alone", True
    return f"answers the request for a tunnel with status {status}, as a web server does that is no proxy", False


def _broken_off(case: Case, one: Tunnel) -> Finding | None:
    """The proxy agreed, and no TLS came. Whose fault that is, the question without the proxy tells, or a page where a tunnel was promised."""
    seen, without = case.handshake, case.direct
    if seen is None:
        return None
    answers = without is not None and without.established
    page = recognise(seen.first_bytes) == "HTTP" and dict(one.fields).get("content-type", "").startswith("text/html")
    if not page and not answers:
        return None
    what = {How.TIMED_OUT: "is silent"}.get(seen.ending.how, "ends the connection")
    if seen.first_bytes:
        what = f"speaks plain text ({first_line(seen.first_bytes)})"
    evidence = [
        Evidence(says=f"The proxy {answer(case)}, which stands for a tunnel to {asked(case)}.", at=case.pointer(one)),
        Evidence(says=f"To the ClientHello that followed it {what}.", at=case.pointer(seen)),
    ]
    if without and answers:
        evidence.append(Evidence(says="The same without the proxy: TLS is agreed.", at=case.pointer(without.handshake)))
    return Finding(
        effect=Effect.BREAKS,
        certainty=Certainty.PROVEN if page else Certainty.LIKELY,
        summary=f"{proxy(case)} agrees to a tunnel to {asked(case)} and then {what}" + (", where the target speaks TLS without the proxy." if answers else "."),
        evidence=tuple(evidence),
    )


def _wordless(case: Case, one: Tunnel) -> Finding | None:
    """The proxy agreed, and the plain words before TLS came to nothing in its tunnel, where without it they end in TLS."""
    from probe.case.starttls import Came, came, title, tls_at_once  # few checks have words before TLS

    seen, without = case.start, case.direct
    if seen is None or without is None or not directly_begun(case):
        return None
    name, at_once = title(seen.protocol), tls_at_once(case)
    what = "is silent" if came(seen) is Came.SILENT else "ends the connection"
    if came(seen) is Came.STRANGE:
        what = f"does not speak {name} ({first_line(seen.received) or 'no words that can be shown'})"
    evidence = [
        Evidence(says=f"The proxy {answer(case)}, which stands for a tunnel to {asked(case)}.", at=case.pointer(one)),
        Evidence(says=f"In the tunnel, where words of {name} come first, it {what}.", at=case.pointer(seen)),
        Evidence(says=f"The same without the proxy: after the words of {name} TLS is agreed.", at=case.pointer(without.handshake)),
    ]
    if at_once:
        says = "A ClientHello without any words before it is answered with TLS: as by a proxy that opens TLS, and waits for it in every tunnel."
        evidence.append(Evidence(says=says, at=case.pointer(at_once)))
    return Finding(
        effect=Effect.BREAKS,
        # The two ways may lead to different machines of one name.
        certainty=Certainty.LIKELY,
        summary=f"{proxy(case)} agrees to a tunnel to {asked(case)} and then {what}, where the target begins TLS after words of {name} without the proxy."
        + (" It answers a ClientHello at once, as a proxy does that opens TLS." if at_once else ""),
        evidence=tuple(evidence),
        owner=Owner.NETWORK,
        actions=("let-words-pass", "connect-directly"),
    )
