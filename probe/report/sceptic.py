"""Proof for sceptics: the commands of a cause, filled in for this case, and the files that they need."""

import re
import shlex

from probe.case.case import Case
from probe.case.revocation import identity_pairs, pairs
from probe.causes.catalogue import entry
from probe.causes.shown import FILES, Shown
from probe.causes.words import Effect, Finding
from probe.facts.identity import Identity
from probe.facts.noun import noun
from probe.facts.observation import Handshake
from probe.facts.proxy import HTTP
from probe.facts.target import Target
from probe.protocols import NAMES, named
from probe.report.begun import WITH_CURL, before
from probe.report.certificates import Numbers

NOBODY = "-no-CAfile -no-CApath -no-CAstore"
"""Options of OpenSSL with which nothing is trusted."""
ONLY = "-no-CApath -no-CAstore -CAfile"


@noun
class Told:
    """Commands to copy, what to look for in their output, and which certificates of the report to save under which name before."""

    commands: tuple[str, ...] = ()
    shows: str = ""
    saves: tuple[tuple[str, tuple[int, ...]], ...] = ()


def told(finding: Finding, case: Case, numbers: Numbers) -> Told:
    """Fill in the commands of a finding; none where its cause has none."""
    shown = shown_by(finding, case)
    values = _values(case, numbers)
    commands = tuple(re.sub(" {2,}", " ", filled) for command in shown.commands for filled in _filled(command, values, case))
    if _by_socks(case):
        # OpenSSL goes through proxies of HTTP alone: without the proxy its command would show something else.
        commands = tuple(one for one in commands if not one.startswith(("openssl s_client", "for one in", "keytool -printcert -sslserver")))
        if not commands:
            return Told()
    numbered = dict(zip(FILES, (_roots(case, numbers), numbers.known(finding.about), _issuer(case, finding, numbers)), strict=True))
    saves = tuple((name, which) for name, which in numbered.items() if which and any(name in shlex.split(command) for command in commands))
    return Told(commands=commands, shows=shown.shows, saves=saves)


def _by_socks(case: Case) -> bool:
    """Whether the target was reached through a SOCKS proxy."""
    return case.target.proxy is not None and case.target.proxy.scheme != HTTP


def _filled(command: str, values: dict[str, str], case: Case) -> tuple[str, ...]:
    """One command, or one for each address or DNS server."""
    many = {"each_peer": _peers(case), "each_dig": _digs(case)}
    field = next((one for one in many if f"{{{one}}}" in command), None)
    return tuple(command.format_map({**values, field: one}) for one in many[field]) if field else (command.format_map(values),)


def shown_by(finding: Finding, case: Case) -> Shown:
    """What the cause of a finding says of this case."""
    known = entry(finding.code)
    made = known.shown if known else None
    if isinstance(made, Shown) and made.openssl and finding.effect is Effect.BREAKS and finding.stacks and "openssl" not in finding.stacks:
        return Shown(why_not=f"OpenSSL has nothing against this; it stops {' and '.join(finding.stacks)}.")
    return (made(case, finding) if callable(made) else made) or Shown()


def _values(case: Case, numbers: Numbers) -> dict[str, str]:
    target = case.target
    there = _peer(case)
    alpn = named(target.protocol).alpn if target.protocol in NAMES else ()
    return {
        "peer": shlex.quote(there) + (f" -proxy {shlex.quote(target.proxy.place)}" if target.proxy and target.proxy.scheme == HTTP else ""),
        "sni": f"{_sni(case.handshake, target)} {before(target)}".rstrip(),
        "verify": _verify(case, numbers),
        "name": ("-verify_ip " if case.names and case.names.is_ip else "-verify_hostname ") + shlex.quote(target.name),
        "server_name": shlex.quote(target.name),
        "versions": " ".join(f"{option} {shlex.quote(one)}" for option, one in (("-min_protocol", target.tls_min), ("-max_protocol", target.tls_max)) if one),
        "alpn": f"-alpn {','.join(alpn)}" if alpn else "",
        "dig": next(iter(_digs(case)), ""),
        "url": _url(case, there),
        "client": _client(target, case.observation.identity),
        "system_url": shlex.quote(f"https://{target.host}:{target.port}/"),
        "store": shlex.quote(next((one.path or one.source for one in case.observation.stores if one.skipped or one.refused or one.uncounted), "root.pem")),
    }


def _client(target: Target, identity: Identity | None) -> str:
    """The options of curl for the client certificate; a password it asks for."""
    if not target.cert:
        return ""
    kind = {"pkcs12": "--cert-type P12 ", "der": "--cert-type DER "}.get(identity.kind if identity else "", "")
    key = f" --key {shlex.quote(target.key)}" if target.key else ""
    return f"{kind}--cert {shlex.quote(target.cert)}{key}"


def _peer(case: Case) -> str:
    """Address and port where they decide what is met, else the name."""
    target = case.target
    several = len({one.address for one in case.observation.attempts}) > 1
    host = target.connect or (case.address if case.address and (target.resolver or several) else target.host)
    return f"{f'[{host}]' if ':' in host else host}:{target.connect_port or target.port}"


def _sni(one: Handshake | None, target: Target) -> str:
    sni = one.sni if one else target.sni
    return f"-servername {shlex.quote(sni)}" if sni else "-noservername"


def _roots(case: Case, numbers: Numbers) -> tuple[int, ...]:
    return numbers.known(case.anchors)


def _issuer(case: Case, finding: Finding, numbers: Numbers) -> tuple[int, ...]:
    about = finding.about[:1]
    if case.observation.files:
        chains = [one.path.links for one in case.files.chains]
        above = [after.certificate for links in chains for one, after in zip(links, links[1:], strict=False) if one.certificate in about]
        return numbers.known(tuple(above[:1]))
    return numbers.known(tuple(issuer for certificate, issuer in (*pairs(case), *identity_pairs(case)) if certificate in about)[:1])


def _verify(case: Case, numbers: Numbers) -> str:
    """What is trusted, and the moment that is judged if it is not now."""
    stores = case.observation.stores
    if _roots(case, numbers):
        trust = f"{ONLY} root.pem"
    elif len(stores) == 1 and stores[0].size and stores[0].kind in ("pem", "system", "certifi") and stores[0].path:
        # Nothing in this store has to do with the chain: there is nothing to save, and the store itself is the proof.
        # The system's store is a file and a folder with the same content.
        trust = f"{ONLY} {shlex.quote(stores[0].path.partition('; ')[0])}"
    else:
        trust = NOBODY
    moment = f" -attime {int(case.at.timestamp())}" if case.target.at else ""
    return f"{trust}{moment}"


def _digs(case: Case) -> tuple[str, ...]:
    """The DNS servers that were asked, each with the name as dig takes it whatever it begins with."""
    asked = dict.fromkeys(one.server for one in case.observation.resolutions if one.source == "dns" and one.server)
    name = f"-q {shlex.quote(case.target.host)}"
    return tuple(f"{_server(one)} {name}" for one in asked) or (name,)


def _server(asked: str) -> str:
    host, _, port = asked.rpartition(":")
    return f"@{shlex.quote(host.strip('[]'))} -p {shlex.quote(port)}"


def _peers(case: Case) -> tuple[str, ...]:
    """Every address that was tried, with its port."""
    places = dict.fromkeys((one.address, one.port) for one in case.observation.attempts)
    proxy = case.target.proxy
    through = f" -proxy {shlex.quote(proxy.place)}" if proxy and proxy.scheme == HTTP else ""
    return tuple(shlex.quote(f"{f'[{address}]' if ':' in address else address}:{port}") + through for address, port in places)


def _url(case: Case, there: str) -> str:
    """What curl is given: the URL, and where to connect if that is elsewhere. The path is the user's own."""
    target = case.target
    name = f"[{target.name}]" if ":" in target.name else target.name
    plain = shlex.quote(f"https://{name}:{target.port}{target.path}")
    if target.protocol in WITH_CURL:
        plain = f"--ssl-reqd {shlex.quote(f'{target.protocol}://{name}:{target.port}')}"
    if target.proxy:
        plain = f"--proxy {shlex.quote(target.proxy.url)} {plain}"
    elif target.unproxied:
        plain = f"--noproxy '*' {plain}"
    return plain if there == f"{name}:{target.port}" else f"--connect-to {shlex.quote(f'{name}:{target.port}:{there}')} {plain}"
