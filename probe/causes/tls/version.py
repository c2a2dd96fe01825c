"""No common protocol version.

The server does not speak any of the TLS versions that were offered: the client allows only old ones, or only new ones
that the server does not know.

Clients say: OpenSSL "tlsv1 alert protocol version" or "unsupported protocol", Java "Received fatal alert:
protocol_version" or "The server selected protocol version ... is not accepted by client preferences", curl exit 35.
"""

from probe.case.case import Case
from probe.causes.shown import openssl_says
from probe.causes.tls import agreed, objection, refusal
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner
from probe.tls.messages import reading

CAUSE = Cause(
    title="No common TLS version",
    owner=Owner.CLIENT,
    actions=("allow-tls-version",),
    instead=("update-caller",),
    references=("RFC 8446 section 4.2.1", "RFC 8446 section 6.2"),
)
SHOWN_BY = openssl_says("alert protocol version", "unsupported protocol", options="{versions}")
PROTOCOL_VERSION = 70


def judge(case: Case) -> Finding | None:
    """protocol_version in either direction; the question with all versions is the proof."""
    one = case.handshake
    if one is None or case.established:
        return None
    alert = refusal(one) or objection(one)
    unrestricted = case.succeeded("any-version")
    if unrestricted is None and agreed(case, "legacy"):
        return None
    about_version = alert is not None and alert.description == PROTOCOL_VERSION
    if unrestricted is None and not about_version:
        return None
    if case.hello and case.hello.version and not about_version:
        # The server chose one of the versions offered and then stopped for another reason, which a later version may merely hide.
        return None
    offered = _range(case.target.tls_min, case.target.tls_max) + _by_profile(case)
    evidence = []
    if alert:
        who = "We refused" if alert.sent else "The server refused"
        evidence.append(Evidence(says=f"{who} with alert {alert.description}; offered: {offered}.", at=case.pointer(one)))
    if unrestricted is None:
        return _none(case, offered, tuple(evidence))
    spoken = reading(unrestricted).version or unrestricted.version or "another version"
    evidence.append(Evidence(says=f"Asked without a limit, the server chose {spoken}.", at=case.pointer(unrestricted)))
    return Finding(
        effect=Effect.BREAKS,
        summary=f"The client may use {offered}, the server chose {spoken} when all were offered.",
        evidence=tuple(evidence),
        values=(("version", spoken),),
    )


def _none(case: Case, offered: str, evidence: tuple[Evidence, ...]) -> Finding:
    """The server speaks of the version, and it does so too when all versions are offered: then another reason may be behind it."""
    every = case.asked("legacy") is not None and not (case.target.tls_min or case.target.tls_max)
    why = "A server of TLS 1.3 alone that has no key for its signature algorithms says the same: all versions were offered, and it accepts none."
    return Finding(
        effect=Effect.BREAKS,
        certainty=Certainty.LIKELY if every else Certainty.PROVEN,
        summary=f"The server speaks none of the versions offered ({offered}).",
        evidence=evidence,
        alternatives=(("tls.cipher", why),) if every else (),
    )


def _by_profile(case: Case) -> str:
    """That the range is the profile's, if it is."""
    agreement, target = case.observation.agreement, case.target
    if agreement is None or (target.tls_min, target.tls_max) == (None, None):
        return ""
    same = (target.tls_min or "", target.tls_max or "") == (agreement.tls.min, agreement.tls.max)
    return f" (the profile {agreement.profile} asks for it)" if same else ""


def _range(lowest: str | None, highest: str | None) -> str:
    if lowest and highest:
        return lowest if lowest == highest else f"{lowest} to {highest}"
    if highest:
        return f"nothing above {highest}"
    return f"{lowest} and above" if lowest else "TLSv1.2 and TLSv1.3"
