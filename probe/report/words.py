"""The sentences of a report that do not belong to one cause: verdict, owners, proofs, how to repeat it."""

import shlex
from dataclasses import replace

from probe.case.case import Case
from probe.case.checked import undecided
from probe.case.hello_size import CURRENT
from probe.case.pins import every, fits
from probe.causes.catalogue import entry
from probe.causes.checked import asked
from probe.causes.unfiled import ACTION
from probe.causes.words import Certainty, Owner, Verdict
from probe.diagnose import Diagnosis, Prescribed
from probe.facts.calling import LEVELS
from probe.facts.observation import Exchange, Observation
from probe.facts.proxy import HTTP, Unproxied
from probe.facts.target import Pin, Target
from probe.protocols import TITLES, WORDED
from probe.report.begun import AT_ONCE_WITH_CURL, WITH_CURL

OWNERS = {
    Owner.SERVER: "whoever runs {host}",
    Owner.CLIENT: "whoever runs the connecting program and its trust store",
    Owner.NETWORK: "whoever runs the network between",
    Owner.DNS: "whoever runs the DNS zone of {host} or the DNS server that was asked",
    Owner.CA: "whoever issued the certificate, together with whoever runs {host}",
    Owner.USER: "whoever wrote down the target",
    Owner.NOBODY: "nobody",
}


def owner(one: Owner, target: Target) -> str:
    """Who must act, in words."""
    if target.inspecting and one is Owner.USER:
        return "whoever made or sent these files"
    return OWNERS[one].format(host=target.host)


def endpoint(target: Target) -> str:
    """Host and port as people write them; of files their names."""
    if target.inspecting:
        return target.spelled
    return f"[{target.host}]:{target.port}" if ":" in target.host else f"{target.host}:{target.port}"


def peer(target: Target) -> str:
    """What ``openssl s_client -connect`` is given: the address given by hand, else the host, with the port; and the proxy, if it is one of HTTP."""
    return f"{place(target)} -proxy {shlex.quote(target.proxy.place)}" if target.proxy and target.proxy.scheme == HTTP else place(target)


def place(target: Target) -> str:
    """The address given by hand, else the host, with the port."""
    host, port = target.connect or target.host, target.connect_port or target.port
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def directory(target: Target) -> str:
    """What OpenLDAP's programs are given to come to the same directory: -ZZ asks for StartTLS, and goes no further without it."""
    return f"-ZZ -H ldap://{endpoint(target)}" if target.protocol == "ldap" else f"-H ldaps://{endpoint(target)}"


def url(target: Target) -> str:
    """What curl is given: the URL with the name that is checked, the proxy, and if need be where to connect for it."""
    name = f"[{target.name}]" if ":" in target.name else target.name
    proxy = f"--proxy {shlex.quote(target.proxy.url)} " if target.proxy else ""
    plain = f"{proxy}https://{name}:{target.port}/"
    if target.protocol in WITH_CURL:
        plain = f"{proxy}--ssl-reqd {target.protocol}://{name}:{target.port}"
    elif target.protocol in AT_ONCE_WITH_CURL:
        plain = f"{proxy}{target.protocol}://{name}:{target.port}"
    there = place(target)
    return plain if there == f"{name}:{target.port}" else f"--connect-to {name}:{target.port}:{there} {plain}"


def titled(code: str, target: Target) -> str:
    """What a cause is called in the report of this target; ``KeyError`` for a code that does not exist."""
    known = entry(code)
    if known is None:
        raise KeyError(code)
    if target.listening:
        from probe.causes.called import TITLES  # a check needs none of it

        return TITLES.get(code, known.cause.title)
    return known.cause.title


def sentence(found: Diagnosis) -> str:
    """The verdict in one sentence with the host and the time."""
    target = found.case.target
    # With --at it is not what happened but what would happen.
    judged = f", judged for {target.at:%Y-%m-%d %H:%M} UTC," if target.at else ""
    when = f"{found.case.observation.taken_at:%Y-%m-%d %H:%M} UTC{judged}"
    what = endpoint(target) + (f" through {target.proxy.url}" if target.proxy else "")
    cause = entry(found.cause.code) if found.cause else None
    if found.verdict is Verdict.WORKS:
        with_risks = sum(1 for one in found.findings if one.effect == "risks")
        risks = f" {with_risks} risk{'s' if with_risks != 1 else ''} {'are' if with_risks != 1 else 'is'} named below." if with_risks else ""
        return f"{what} worked at {when.rstrip(',')}: {_acceptance(found)}.{risks}"
    if cause is None:
        why = {"interrupted": "the check was interrupted", "timeout": "the time for the check ran out"}.get(
            found.case.observation.unfinished, "what was seen does not decide"
        )
        odd = undecided(found.case)
        if odd and not found.case.observation.unfinished:
            why = f"TLS works, and what the answer to {asked(odd.check)} means is not known"
        return f"Whether {what} works was not found out at {when.rstrip(',')}: {why}."
    if found.verdict is Verdict.DEPENDS:
        return f"{what} works for some clients only, at {when.rstrip(',')}: {_divided(found)}. {cause.cause.title}."
    if found.verdict is Verdict.UNDECIDED and found.case.established and found.case.chain_accepted:
        return f"Whether {what} works was not found out at {when.rstrip(',')}: {cause.cause.title}."
    if found.verdict is Verdict.UNDECIDED and found.cause and ACTION in found.cause.actions:
        return (
            f"Whether {what} works was not found out at {when.rstrip(',')}: whether the other side has its certificate on file was not said (--uploaded FILE)."
        )
    if found.verdict is Verdict.UNDECIDED:
        known = [one for one in (entry(code) for code, _ in found.candidates) if one]
        titles = " Or: ".join(f"{one.cause.title}." for one in known) or f"{cause.cause.title}."
        return f"{what} failed at {when.rstrip(',')}, and what was seen does not decide why. Either: {titles}"
    likely = found.cause is not None and found.cause.certainty is not Certainty.PROVEN
    why = f", most likely because of this: {cause.cause.title}." if likely else f": {cause.cause.title}."
    return f"{what} failed at {when.rstrip(',')}{why}"


def short(title: str) -> str:
    """A client stack's title without what stands in brackets behind it."""
    return title.partition(" (")[0]


def _divided(found: Diagnosis) -> str:
    """Who accepts, who refuses, and who gets no answer."""
    lost = [f"{one.title[:1].lower()}{one.title[1:]}" if one.stack == CURRENT else short(one.title) for one in found.stacks if one.unanswered]
    small = {one.name: one.hello.without for one in found.case.stacks} if lost else {}
    yes = [small.get(one.stack) or short(one.title) for one in found.stacks if one.accepts]
    no = [short(one.title) for one in found.stacks if one.accepts is False and not one.unanswered]
    parts = [f"{_does(yes, 'accept')} it"] if yes else []
    parts += [f"{_does(no, 'refuse')} it"] if no else []
    return ", ".join((*parts, f"{' and '.join(lost)} get no answer") if lost else parts)


def _does(titles: list[str], verb: str) -> str:
    return f"{' and '.join(titles)} {verb}{'s' if len(titles) == 1 else ''}"


def _acceptance(found: Diagnosis) -> str:
    case = found.case
    titles = " and ".join(short(one.title) for one in found.stacks)
    app, said = "", case.exchange
    if case.target.protocol == "mqtts":
        from probe.report.broker import accepted  # few checks call a broker

        app = accepted(case)
    elif case.target.protocol == "wss":
        from probe.case.upgraded import answer

        said = answer(case)
    if said and said.status is not None:
        app = f", and the service answered {' '.join(answered(said)).replace(' status', '').replace(' answer', '')}"
        if said.protocol in ("ldaps", "ldap") and said.status:
            from probe.protocols.ldap_results import spelled  # few checks are of directories

            app = f"; the directory answers the anonymous search with result {spelled(said.status)}, which is its own matter and none of TLS"
    if case.target.bind:
        from probe.case.bound import bound  # few checks bind

        tried = bound(case)
        app += f", and the bind as {case.target.bind} succeeded" if tried and tried.is_good else ""
    version = f"{case.handshake.version}, " if case.handshake and case.handshake.version else ""
    agreement = case.observation.agreement
    named = ", whose names are not compared" if agreement and agreement.names.rule == "none" else f" for {case.target.name}"
    return f"{version}{titles} accept{'s' if len(found.stacks) == 1 else ''} its certificate{named}{app}"


def answered(one: Exchange) -> tuple[str, str]:
    """What kind of answer the service gave after TLS, and the answer: a number, or a word where the protocol has no numbers."""
    title = TITLES.get(one.protocol, one.protocol.upper())
    label = "HTTP status" if title == "HTTP" else "LDAP result" if title == "LDAP" else f"{title} answer"
    return label, str(one.status) if one.protocol not in WORDED else "NO" if one.status else "OK"


def proof(one: Prescribed, tried: int) -> str:
    """What was proven about a remedy, on top of as many that were ``tried`` before: the verdict of a second diagnosis, or the next obstacle."""
    if one.proof is None:
        return ""
    before = "With this and the steps tried before it" if tried else "With this"
    if one.proof.verdict is Verdict.WORKS:
        return f"{before}, applied to the saved facts, it works."
    if one.proof.next_code:
        following = entry(one.proof.next_code)
        title = following.cause.title if following else one.proof.next_code
        still = "it still fails" if one.proof.next_code == one.finding.code else "the next obstacle is"
        return f"{before}, applied to the saved facts, {still}: {title} ({one.proof.next_code})."
    return f"{before}, the saved facts no longer decide; another check is needed."


def repeat(target: Target) -> str:
    """The command that asks the same again."""
    if target.inspecting:
        from probe.report.inspected import repeat as again

        return again(target)
    if target.listening:
        from probe.report.called import repeat as waiting  # a check needs none of it

        return waiting(target)
    words = ["probe", "check", *(() if target.by_profile else (target.spelled,))]
    named = (
        ("--profile", target.profile),
        ("--env", target.env),
        ("--endpoint", target.endpoint if target.profile else ""),
        *(("--var", f"{name}={value}") for name, value in target.variables),
        *(("--allow", one) for one in target.allowed),
        *(("--alpn", one) for one in target.alpn if not target.by_profile),
        *_spoken(target),
        ("--name", target.name if target.name not in (target.host, target.host.partition("%")[0]) else None),
        ("--sni", "none" if target.sni is None and not _address_like(target) else target.sni if target.sni not in (None, target.host, target.name) else None),
        ("--connect", _connect(target)),
        ("--proxy", _proxy(target)),
        ("--proxy-user", "USER" if target.proxy and target.proxy.login and target.proxy.source == "--proxy" else None),
        ("--repeat", str(target.repeat) if target.repeat > 1 else None),
        ("--bind", target.bind or None),
        ("--ldap-port", _plain_port(target)),
        *(("--resolver", one) for one in _resolvers(target)),
        ("--revocation", target.revocation if target.revocation != "off" else None),
        *((one.option, one.source) for one in (target.pin, target.uploaded) if one and one.option),
        ("--cert", target.cert or None),
        ("--key", target.key or None),
        ("--on-file", target.on_file.source if target.on_file else None),
        ("--client-auth", target.client_auth if target.client_auth != "allowed" else None),
        ("--public", target.public if target.public != "certifi" else None),
        ("--tls-min", target.tls_min),
        ("--tls-max", target.tls_max),
        ("--as", target.stack),
        ("--at", target.at.isoformat().replace("+00:00", "Z") if target.at else None),
    )
    for option, value in named:
        words += [option, value] if value else []
    for source in target.trust:
        words += ["--trust", source] if target.trust != ("system",) else []
    words += ["--no-fetch"] if not target.fetch else []
    words += ["--fetch-private"] if target.fetch_private else []
    words += ["--no-app"] if not target.app else []
    words += ["--dns-records"] if target.records else []
    words += ["--allow-connect"] if target.calling and target.calling.consented and "connect" not in target.allowed else []
    words += ["--send-anyway"] if target.send_anyway else []
    words += ["--no-direct"] if target.proxy and not target.proxy.direct else []
    return shlex.join(words)


def _spoken(target: Target) -> tuple[tuple[str, str | None], ...]:
    """What is told to a broker or asked of a WebSocket, as (option, value); a client ID that was made up is made up again."""
    calling = target.calling
    user = target.user or (calling.user if calling else "")
    return (
        ("--client-id", calling.client_id if calling and not calling.own and calling.consented else None),
        ("--mqtt", LEVELS[calling.levels[0]] if calling and calling.consented and len(calling.levels) == 1 and not target.profile else None),
        *(("--subprotocol", one) for one in target.subprotocols),
        ("--user", user or None),
    )


def _plain_port(target: Target) -> str | None:
    """The port of ``--ldap-port``, where it is not the usual one."""
    if not target.plain_port or target.protocol != "ldaps":
        return None
    from probe.case.directory import PLAIN  # few targets are directories

    return str(target.plain_port) if target.plain_port != PLAIN.get(target.port) else None


def _address_like(target: Target) -> bool:
    return ":" in target.host or target.host.replace(".", "").isdecimal()


def _proxy(target: Target) -> str | None:
    """What ``--proxy`` was, or would be elsewhere; a login that stands in the environment is found there again."""
    if target.proxy:
        return target.proxy.url if target.proxy.source == "--proxy" or not target.proxy.login else None
    return "none" if target.unproxied and target.unproxied.why == "--proxy" else None


def unproxied(target: Target) -> Target:
    """The target without its proxy, as ``--proxy none`` makes it."""
    return replace(target, proxy=None, unproxied=Unproxied(source="", why="--proxy"))


def userless(target: Target) -> Target:
    """The target without its user, for an advice that names one."""
    return replace(target, user="", calling=replace(target.calling, user="") if target.calling else None)


def by_proxy(target: Target) -> tuple[tuple[str, str], ...]:
    """The proxy, who named it, and what the environment says of it besides, as (label, value)."""
    one, none = target.proxy, target.unproxied
    if one:
        told = "it finds the address of the target" if one.resolves and not target.connect else "it is told the target's address"
        told += "; --resolver is not asked for it" if (target.resolver or target.also_resolvers) and told.startswith("it finds") else ""
        login = ", with a user name and a password" if one.login else ""
        note = f"; the entry {target.unread_exemption} of NO_PROXY counts for other programs, not for curl and the probe" if target.unread_exemption else ""
        return (("Proxy", f"{one.url} (named by {one.source}){login}; {told}{note}"),)
    if none is None or not none.source:
        return ()
    why = {
        "--proxy": f"none, as --proxy says; {none.source} is set",
        "protocol": f"none; {none.source} is set, which is for https:// alone: name it with --proxy",
    }
    return (("Proxy", why.get(none.why, f"none: {none.why} exempts the host by its entry {none.entry}; {none.source} is set")),)


def _resolvers(target: Target) -> tuple[str, ...]:
    """The DNS servers to ask, as they were given."""
    first = target.resolver or ("system" if target.also_resolvers else None)
    return (*((first,) if first else ()), *target.also_resolvers)


def _pinned(case: Case, pin: Pin) -> str:
    """A certificate that is expected, when, and whether it was sent."""
    digits = ":".join(pin.sha256[place : place + 2] for place in range(0, len(pin.sha256), 2)).upper()
    state = "not seen" if case.leaf is None else "it is the one that was sent" if fits(pin, case.leaf) else "another one was sent"
    shown = f"SHA-256 {digits}" if pin.certificate is None else f"{pin.source}, SHA-256 {digits}"
    when = f"{f' from {pin.since}' if pin.since else ''}{f' until {pin.until}' if pin.until else ''}"
    filed = " (on file at the other side)" if pin.filed else ""
    return f"{shown}{filed}{when}: {state}"


def _connect(target: Target) -> str | None:
    if target.connect is None:
        return None
    literal = f"[{target.connect}]" if ":" in target.connect and target.connect_port else target.connect
    return f"{literal}:{target.connect_port}" if target.connect_port else literal


def circumstances(case: Case) -> tuple[tuple[str, str], ...]:
    """From where, with what and under which assumptions it was judged, as (label, value)."""
    seen: Observation = case.observation
    target = seen.target
    found = [("Target", target.spelled), ("Name checked", target.name), ("Name sent (SNI)", target.sni or "none"), *by_proxy(target)]
    if target.connect:
        found.append(("Address given by hand", _connect(target) or ""))
    for one in seen.stores:
        what = one.path or {"none": "nothing is trusted (--trust none)"}.get(one.kind, one.source)
        found.append(
            (
                "Trust store",
                "; ".join(
                    (
                        f"{one.source}: {what}, {one.size} anchor{'s' if one.size != 1 else ''}"
                        if one.source not in (what, "none")
                        else f"{what}, {one.size} anchor{'s' if one.size != 1 else ''}",
                        *one.notes,
                    )
                ),
            )
        )
    if target.protocol == "mqtts":
        from probe.report.broker import lines  # few checks call a broker

        found += lines(case)
    found += [("Certificate expected", _pinned(case, one)) for one in every(target)]
    found.append(("Client stacks asked", ", ".join(one.title for one in case.stacks)))
    found.append(("Judged for", f"{case.at:%Y-%m-%d %H:%M:%S} UTC" + ("" if target.at is None else " (given by --at)")))
    found.append(("Seen from", seen.vantage.host + (f" ({seen.vantage.address})" if seen.vantage.address else "")))
    found += [("Environment", one) for one in seen.vantage.note]
    found.append(("Made with", f"probe {seen.probe}, " + ", ".join(f"{name} {version}" for name, version in seen.libraries)))
    found.append(("Not examined", "certificate transparency" if target.revocation != "off" else "revocation (OCSP, CRL) and certificate transparency"))
    return tuple(found)
