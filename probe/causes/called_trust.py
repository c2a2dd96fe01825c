"""What a caller has against the certificate that it was shown.

Which faults a client answers with which alert was measured with real clients (OpenSSL, curl, Java, Go, Node, GnuTLS, NSS); an alert fits a fault only if one of
them does so. An alert that speaks of the issuer, with nothing wrong in what was sent, leaves the caller's trust store.
"""

from dataclasses import replace

from probe.case.called import public
from probe.case.case import Case
from probe.case.path import Path, Why
from probe.causes.catalogue import entry
from probe.causes.chain.intermediate_missing import root_by_name
from probe.causes.words import Certainty, Effect, Evidence, Finding, Owner
from probe.facts.certificate import Certificate, is_self_issued, title
from probe.facts.observation import Alert, Handshake, How
from probe.tls.alerts import name as alert_name

OWN = (
    "chain.expired",
    "chain.not-yet-valid",
    "chain.bad-signature",
    "chain.issuer-rekeyed",
    "chain.not-a-ca",
    "chain.path-length",
    "chain.name-constraints",
    "chain.critical-extension",
    "chain.eku",
    "chain.weak-key",
    "chain.weak-signature",
    "chain.order",
    "chain.leaf-is-ca",
    "name.mismatch",
    "name.cn-only",
    "name.wildcard",
    "name.ip-not-in-san",
    "chain.pin-mismatch",
    "endpoint.expires-soon",
)
"""Causes that lie in what was shown, whatever the caller trusts."""
TRUST = "chain.root-untrusted"
_NAMES = ("name.mismatch", "name.cn-only", "name.wildcard", "name.ip-not-in-san")
_STRUCTURE = ("chain.not-a-ca", "chain.path-length", "chain.name-constraints", "chain.critical-extension")
CERTIFICATE_ALERTS = {
    42: (
        "chain.bad-signature",
        "chain.issuer-rekeyed",
        "chain.not-yet-valid",
        "chain.expired",
        "chain.eku",
        "chain.weak-key",
        "chain.weak-signature",
        *_STRUCTURE,
        *_NAMES,
        "chain.pin-mismatch",
        TRUST,
    ),
    43: ("chain.eku", "chain.weak-signature", "chain.weak-key"),
    44: (),
    45: ("chain.expired", "chain.not-yet-valid"),
    46: ("chain.eku", *_STRUCTURE, *_NAMES, "chain.expired", "chain.pin-mismatch", TRUST),
    48: ("chain.issuer-rekeyed", "chain.not-a-ca", "chain.path-length", "chain.pin-mismatch", TRUST),
    49: (TRUST,),
    51: ("chain.bad-signature", "chain.issuer-rekeyed"),
    113: (),
}
"""The faults that clients answer with an alert about the server's certificate."""
ELSEWHERE = {
    43: (
        "chain.weak-signature",
        "The caller cannot use our certificate: its own settings switch off an algorithm in the chain, or it is not made for this purpose.",
        Owner.CLIENT,
        Certainty.POSSIBLE,
    ),
    44: ("chain.revoked", "The caller holds one of the certificates for revoked.", Owner.SERVER, Certainty.LIKELY),
    45: (
        "clock.skew",
        "The caller holds a certificate for expired, and those that were sent are all valid today: its clock is wrong, or what it trusts expired.",
        Owner.CLIENT,
        Certainty.LIKELY,
    ),
    51: (
        "chain.issuer-rekeyed",
        "For the caller a signature in the chain does not verify: its trust store holds a CA of the same name with another, older key.",
        Owner.CLIENT,
        Certainty.LIKELY,
    ),
    113: ("chain.staple-missing", "The caller expects a stapled OCSP answer, which was not sent, or not a good one.", Owner.SERVER, Certainty.LIKELY),
}
"""What an alert says that nothing in the chain explains."""
SAYS = {
    42: "it refuses the certificate and does not say why; Go and GnuTLS answer every fault so, Python a wrong name",
    43: "it cannot use the certificate for this; OpenSSL says so of a wrong extended key usage, Java of an algorithm that is switched off",
    44: "it found the certificate revoked",
    45: "it found a certificate outside of its dates",
    46: "it refuses the certificate and does not say why; Java says so of an unknown issuer and of a wrong name",
    48: "it does not know the issuer; OpenSSL, curl, Python and Firefox say so",
    49: "it does not allow the certificate",
    51: "a signature did not verify",
    113: "the stapled OCSP answer was missing or not good",
}
"""What clients mean by these alerts."""
EVERY_FAULT = (42, 46)
"""Alerts that some clients answer any fault with."""


def faults(case: Case, defects: list[tuple[str, str]]) -> tuple[Finding, ...]:
    """What is wrong with what the caller was shown, apart from trust, by the causes of the catalogue."""
    found = []
    for code in OWN if case.presented else ():
        known = entry(code)
        if known is None or known.needs(case):
            continue
        try:
            answer = known.judge(case)
        except Exception as error:  # the fence, as in the catalogue
            defects.append((code, type(error).__name__))
            continue
        if isinstance(answer, Finding):
            found.append(replace(answer, code=code))
    return tuple(found)


def distrusted(case: Case, one: Handshake, alert: Alert, wrong: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The caller refused our certificate with an alert."""
    number = alert.description
    told = Evidence(says=f"The caller sent alert {number} ({alert_name(number)}): {SAYS[number]}.", at=case.pointer(one))
    fitting = [finding for finding in wrong if finding.effect is Effect.BREAKS and finding.code in CERTIFICATE_ALERTS[number]]
    trust = _trust(case, number, told)
    if number in EVERY_FAULT:
        trust = _perhaps_named(one, trust)
    if fitting:
        # 48 comes from an unknown issuer in nearly every case; the other faults that bring it are rare.
        spoken = number not in EVERY_FAULT and number != 48
        return tuple(_blamed(finding, told, spoken, trust if number in (*EVERY_FAULT, 48) else None) for finding in fitting)
    if number in ELSEWHERE:
        code, says, owner, certainty = ELSEWHERE[number]
        return (Finding(code=code, effect=Effect.BREAKS, certainty=certainty, summary=says, about=case.presented[:1], evidence=(told,), owner=owner),)
    return (trust,)


def hung_up(case: Case, one: Handshake, wrong: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The caller closed in the middle of the handshake and sent no alert, as Node does when it refuses the certificate."""
    how = {How.RESET: "reset the connection", How.TIMED_OUT: "said nothing more"}.get(one.ending.how, "closed the connection")
    at = case.pointer(one)
    if not case.presented:
        return (
            Finding(
                code="tls.closed",
                effect=Effect.BREAKS,
                certainty=Certainty.POSSIBLE,
                summary=f"The caller sent a ClientHello and then {how}, before our certificate was sent.",
                evidence=(Evidence(says=f"{one.received} bytes of TLS had come, {one.sent} had gone.", at=at),),
                owner=Owner.CLIENT,
                actions=("ask-caller",),
            ),
        )
    told = Evidence(says=f"After our certificate the caller {how} without an alert; Node and some products refuse a certificate so.", at=at)
    fitting = [finding for finding in wrong if finding.effect is Effect.BREAKS]
    if fitting:
        return tuple(_blamed(finding, told, False, _trust(case, 0, told)) for finding in fitting)
    scanner = ("tls.closed", "A monitor or scanner that only looks at the certificate hangs up in the same way; then nothing is wrong.")
    trust = _perhaps_named(one, _trust(case, 0, told))
    known = _root_known(case)
    if one.ending.how is How.TIMED_OUT or known:
        says = f"After our certificate the caller {how}, without an alert that says why."
        why = (trust.code, trust.summary)
        return (
            Finding(
                code="tls.closed",
                effect=Effect.BREAKS,
                certainty=Certainty.POSSIBLE,
                summary=says,
                evidence=(told,),
                alternatives=(why, *(other for other in trust.alternatives if other[0] == "name.mismatch")),
                owner=Owner.CLIENT,
                actions=("ask-caller",),
            ),
        )
    return (replace(trust, alternatives=(*trust.alternatives, scanner)),)


def named(case: Case, one: Handshake, wrong: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The handshake was completed, and then the caller left without a word: clients such as curl compare the name only now."""
    at = case.pointer(one)
    told = Evidence(says="The caller completed the handshake, so it accepts the chain, and then hung up without a request.", at=at)
    fitting = [finding for finding in wrong if finding.effect is Effect.BREAKS and finding.code in (*_NAMES, "chain.pin-mismatch")]
    if fitting:
        return tuple(_blamed(finding, told, False, None) for finding in fitting)
    return (
        Finding(
            code="tls.closed",
            effect=Effect.BREAKS,
            certainty=Certainty.POSSIBLE,
            summary="The caller completed the TLS handshake, so it accepts our chain, and then said nothing.",
            evidence=(told,),
            alternatives=(
                (
                    "name.mismatch",
                    "Some clients, curl among them, compare the name after the handshake and hang up without a word"
                    + (f"; the name {one.sni} fits our certificate." if one.sni else "; under which name this one knows us was not seen."),
                ),
            ),
            owner=Owner.CLIENT,
            actions=("ask-caller",),
        ),
    )


def careless(case: Case) -> tuple[Finding, ...]:
    """A caller that took the temporary certificate takes any."""
    leaf = case.leaf
    if leaf is None or not (case.target.listening and case.target.listening.temporary):
        return ()
    return (
        Finding(
            code="chain.self-signed",
            effect=Effect.RISKS,
            summary="The caller accepted the temporary certificate, which nobody can trust: it does not check certificates.",
            about=(leaf,),
            evidence=(Evidence(says="It completed the handshake and sent a request.", at=case.pointer(case.chain_handshake)),),
            owner=Owner.CLIENT,
            actions=("show-real-certificate",),
        ),
    )


def _blamed(finding: Finding, told: Evidence, spoken: bool, trust: Finding | None) -> Finding:
    """A fault of ours that explains what the caller did."""
    others = ((trust.code, trust.summary),) if trust and trust.code != finding.code else ()
    return replace(
        finding,
        certainty=Certainty.PROVEN if spoken and finding.certainty is Certainty.PROVEN else Certainty.LIKELY,
        evidence=(told, *finding.evidence),
        stacks=(),
        alternatives=(*finding.alternatives, *others),
    )


def _perhaps_named(one: Handshake, trust: Finding) -> Finding:
    """A caller that named nobody may know us by a name, or an IP address, that is not in our certificate."""
    if one.sni is not None:
        return trust
    says = (
        "The caller sent no server name, so under which name or IP address it knows us was not seen. When that is not in our certificate, "
        "Java, Go, GnuTLS and Node end the call in exactly this way."
    )
    return replace(trust, alternatives=(*trust.alternatives, ("name.mismatch", says)))


def _root_known(case: Case) -> bool:
    """Whether the chain that was sent leads to a public root."""
    path = case.nearest
    return path is not None and public(case.observation, path.links[-1].certificate)


def _trust(case: Case, number: int, told: Evidence) -> Finding:
    """The caller does not find from our chain to anything that it trusts: what is likelier, that we sent too little or that it trusts too little."""
    path = case.nearest
    spoken = number == 48
    if path is None:
        return Finding(code=TRUST, effect=Effect.BREAKS, certainty=Certainty.LIKELY, summary="The caller does not trust our certificate.", evidence=(told,))
    top = path.links[-1].certificate
    sent = Evidence(says=f"{_sent(case)}", at=case.pointer(case.chain_handshake))
    leaf = case.presented[0]
    if leaf == top and is_self_issued(leaf):
        return _self_signed(case, leaf, spoken, (told, sent))
    missing = _missing(case, path)
    if is_self_issued(top) and missing:
        many = "s" if len(missing) > 1 else ""
        says = f"We did not send the intermediate certificate{many} {_titles(missing)}; without it a caller finds no way to the root."
        return Finding(
            code="chain.intermediate-missing",
            effect=Effect.BREAKS,
            certainty=Certainty.PROVEN if spoken else Certainty.LIKELY,
            summary=says,
            about=missing,
            evidence=(told, sent),
            values=(("missing", _titles(missing)),),
        )
    if is_self_issued(top):
        return _root(case, top, spoken, (told, sent))
    return _open_end(path, top, (told, sent))


def _self_signed(case: Case, leaf: Certificate, spoken: bool, evidence: tuple[Evidence, ...]) -> Finding:
    listening = case.target.listening
    if listening and listening.temporary:
        return Finding(
            code="chain.self-signed",
            effect=Effect.BREAKS,
            certainty=Certainty.POSSIBLE,
            summary="The caller refused the temporary certificate, as every caller does. What it says of the real one shows when that is given with --cert.",
            about=(leaf,),
            evidence=evidence,
            values=(("certificate", f'"{title(leaf)}"'),),
            actions=("show-real-certificate",),
        )
    return Finding(
        code="chain.self-signed",
        effect=Effect.BREAKS,
        certainty=Certainty.PROVEN if spoken else Certainty.LIKELY,
        summary=f'Our certificate "{title(leaf)}" is signed with its own key, and the caller does not have exactly this one in its trust store.',
        about=(leaf,),
        evidence=evidence,
        values=(("certificate", f'"{title(leaf)}"'),),
    )


def _missing(case: Case, path: Path) -> tuple[Certificate, ...]:
    """The intermediates of the path that are known from elsewhere and were not sent."""
    return tuple(link.certificate for link in path.links[1:] if link.certificate not in case.presented and not is_self_issued(link.certificate))


def _root(case: Case, root: Certificate, spoken: bool, evidence: tuple[Evidence, ...]) -> Finding:
    """The chain is complete."""
    listed = public(case.observation, root)
    what = "a public one, which the caller's own or outdated list lacks" if listed else "no public one: every caller has to install it"
    return Finding(
        code=TRUST,
        effect=Effect.BREAKS,
        certainty=Certainty.PROVEN if spoken else Certainty.LIKELY,
        summary=f'The caller does not trust the root "{title(root)}". The chain that we sent leads there without a gap; the root is {what}.',
        about=(root,),
        evidence=evidence,
        alternatives=(
            ("trust.only-intermediate", "An OpenSSL client that was given only the intermediate says the same; it needs the root."),
            ("chain.pin-mismatch", "A caller that holds on to one certificate of ours (an uploaded one, a pin) says the same after a renewal."),
        )
        if not case.target.pin
        else (("trust.only-intermediate", "An OpenSSL client that was given only the intermediate says the same; it needs the root."),),
        values=(("root", f'"{title(root)}"'),),
    )


def _open_end(path: Path, top: Certificate, evidence: tuple[Evidence, ...]) -> Finding:
    """The chain ends at an issuer that is not known here."""
    issuer = top.read.issuer
    name = issuer.text if issuer else "an issuer without a name"
    objection = next((one for one in path.objections if one.why is Why.ISSUER_UNKNOWN), None)
    alone = len(path.links) == 1
    if alone and not (objection and root_by_name(objection)):
        return Finding(
            code="chain.intermediate-missing",
            effect=Effect.BREAKS,
            certainty=Certainty.LIKELY,
            summary=f"We sent only our own certificate; its issuer {name} is nowhere in what we send.",
            about=(top,),
            evidence=evidence,
            alternatives=((TRUST, f"If {name} is itself a root, the caller does not trust it."),),
            values=(("missing", name),),
        )
    return Finding(
        code=TRUST,
        effect=Effect.BREAKS,
        certainty=Certainty.LIKELY,
        summary=f"The caller does not trust {name}, to which the chain that we sent leads.",
        evidence=evidence,
        alternatives=()
        if objection and root_by_name(objection) and not alone
        else (("chain.intermediate-missing", f"If {name} is not a root, we have to send one more certificate."),),
        values=(("root", name),),
    )


def _sent(case: Case) -> str:
    count = len(case.presented)
    return f"We sent {count} certificate{'s' if count != 1 else ''}: {_titles(case.presented)}."


def _titles(certificates: tuple[Certificate, ...]) -> str:
    return " and ".join(f'"{title(one)}"' for one in certificates)
