"""A certificate request before it is handed in (PKCS #10, RFC 2986): key, signature, subject, country, names, the profile's rules, the certificate before it.

Pure. What stands against it, and what is well, each in a sentence with how bad and how sure it is.
"""

import re
from ipaddress import ip_address

from probe.case.files import Files, Request
from probe.facts.certificate import Certificate, Key, title
from probe.facts.files import Entry
from probe.facts.keys import public_key
from probe.facts.noun import noun
from probe.facts.oids import SIGNATURES
from probe.facts.profile import Agreement, SubjectRule
from probe.facts.reading import Name
from probe.policies import countries
from probe.profiles.templates import used

RSA_BITS, EC_BITS = 2048, 224
OLD = ("md5", "sha1", "md4", "md2")
CURVES = ("P-256", "P-384", "P-521")
HOST = re.compile(r"(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
LABELS = re.compile(r"(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*", re.IGNORECASE)
KINDS = ("email", "uri", "dn", "other")
"""What stands before an alternative name that is neither a host name nor an address."""
NAMED = 4
SERVERS = "1.3.6.1.5.5.7.3.1"


@noun
class Remark:
    """One sentence about a request. ``weight`` is breaks, risks, note or good; ``sure`` proven, likely or possible."""

    text: str
    weight: str = "good"
    sure: str = "proven"


def remarks(files: Files, request: Request, agreement: Agreement | None) -> tuple[Remark, ...]:
    """Everything that is to be said about one request."""
    entry = request.place.entry
    if entry.problem:
        return (Remark(text="It is damaged, so that nothing can be said about it.", weight="breaks"),)
    old = before(files, request)
    key = _key(entry)
    return (
        *_signature(entry),
        *_strength(key, agreement),
        *_subject(request.subject, entry),
        *_names(request.subject, entry, agreement),
        *_wishes(entry),
        *_rules(request.subject, agreement),
        *(_beside(files, request, old, agreement) if old else ()),
    )


def before(files: Files, request: Request) -> Certificate | None:
    """The certificate that the request is to replace: of the same key, else of the same name, else for the same hosts, else the only one there is."""
    leaves = files.leaves
    for some in (request.same_key, request.same_name):
        if chosen := [one for one in some if one in leaves] or list(some):
            return max(chosen, key=_issued)
    wanted = {name.lower() for name in request.place.entry.names}
    alike = [one for one in leaves if wanted & {name.lower() for name in (*one.read.dns_names, *one.read.ip_addresses)}]
    if alike:
        return max(alike, key=_issued)
    return leaves[0] if len(leaves) == 1 else None


def _issued(one: Certificate) -> float:
    return one.read.not_before.timestamp() if one.read.not_before else 0.0


def _key(entry: Entry) -> Key | None:
    try:
        return public_key(entry.public)[0] if entry.public else None
    except ValueError:
        return None


def _signature(entry: Entry) -> list[Remark]:
    if entry.signed is False:
        says = "Its signature is not by its own key: whoever made it does not prove to hold the key, or it was altered. Every authority refuses it."
        return [Remark(text=says, weight="breaks")]
    if entry.signed is None:
        return [Remark(text="Whether its own key signed it could not be checked here.", weight="note")]
    name = SIGNATURES.get(entry.algorithm, entry.algorithm)
    if any(word in name.lower().replace("-", "") for word in OLD):
        says = f"Its own key signed it, with {name}; many authorities refuse that hash also in a request. Make it again with SHA-256."
        return [Remark(text=says, weight="risks", sure="likely")]
    return [Remark(text=f"Its own key signed it ({name}).")]


def _strength(key: Key | None, agreement: Agreement | None) -> list[Remark]:
    if key is None:
        return [Remark(text="Its key cannot be read.", weight="risks", sure="likely")]
    rules = agreement.request if agreement else None
    size = f"{key.kind} {key.curve or key.bits or ''}".strip()
    kinds = (rules.key if rules else ()) or (agreement.client_certificate.key if agreement and not _inwards(agreement) else ())
    found: list[Remark] = []
    if agreement and kinds and key.kind not in kinds:
        verified = (rules if rules and rules.key else agreement.client_certificate).verified
        says = f"Its key is {size}; {agreement.title or agreement.profile} takes {' or '.join(kinds)}."
        found.append(Remark(text=says, weight="breaks" if verified else "risks", sure="proven" if verified else "possible"))
    if rules and agreement and rules.least_bits and key.kind == "RSA" and (key.bits or 0) < rules.least_bits:
        says = f"Its key is {size}; {agreement.title or agreement.profile} wants {rules.least_bits} bits or more."
        found.append(Remark(text=says, weight="breaks" if rules.verified else "risks", sure="proven" if rules.verified else "possible"))
    if (key.kind.startswith("RSA") and (key.bits or 0) < RSA_BITS) or (key.kind == "EC" and (key.bits or 0) < EC_BITS):
        says = f"Its key is {size}, which no public authority signs and many clients and servers refuse. Make a new key of {RSA_BITS} bits or more."
        found.append(Remark(text=says, weight="risks", sure="likely"))
    elif key.kind == "EC" and key.curve not in CURVES:
        found.append(Remark(text=f"Its key is on the curve {key.curve}, which many authorities and Java do not take.", weight="risks", sure="likely"))
    elif key.kind not in ("RSA", "EC"):
        found.append(Remark(text=f"Its key is {size}, which many authorities do not take.", weight="risks", sure="likely"))
    return found or [Remark(text=f"Its key is {size}.")]


def _subject(subject: Name | None, entry: Entry) -> list[Remark]:
    if subject is None:
        return [Remark(text="Its subject cannot be read.", weight="breaks", sure="likely")]
    if not subject.attributes:
        if entry.names:
            return [Remark(text="Its subject is empty; the names stand in the subjectAltName alone.", weight="note")]
        return [Remark(text="Its subject is empty, and it asks for no name: nobody can tell whom the certificate is for.", weight="risks")]
    found = [Remark(text=f"Its subject is {subject.text}.")]
    codes = [value for label, value in subject.attributes if label == "C"]
    if len(codes) > 1:
        found.append(Remark(text=f"It has {len(codes)} countries ({', '.join(codes[:NAMED])}); a name has one.", weight="risks"))
    return [*found, *(one for code in dict.fromkeys(codes) for one in _country(code))]


def _country(code: str) -> list[Remark]:
    assigned, meant = countries()
    plain = code.strip().upper()
    if len(code) != 2 or not code.isascii() or not code.isalpha():
        says = f'The country is "{code[:40]}"; it must be the two letters of ISO 3166-1, such as DE. Most programs refuse to read or sign it.'
        return [Remark(text=says, weight="breaks", sure="likely")]
    if plain in meant:
        return [Remark(text=f"The country is {code}, which is no country code; {meant[plain]} is meant, perhaps.", weight="risks", sure="likely")]
    if plain not in assigned:
        return [Remark(text=f"The country is {code}, which is no country code of ISO 3166-1.", weight="risks", sure="likely")]
    if code != plain:
        return [
            Remark(
                text=f"The country is {code}; the code is written {plain}, and some authorities compare it letter by letter.", weight="risks", sure="possible"
            )
        ]
    return [Remark(text=f"The country is {code}.")]


def _names(subject: Name | None, entry: Entry, agreement: Agreement | None) -> list[Remark]:
    found: list[Remark] = []
    common = [value for label, value in (subject.attributes if subject else ()) if label == "CN"]
    plain = [one for one in entry.names if one.partition(":")[0] not in KINDS]
    odd = [one for one in plain if not _address(one) and not LABELS.fullmatch(one)]
    if odd:
        asked = f"It asks for {', '.join(map(repr, odd[:NAMED]))}, which {'is' if len(odd) == 1 else 'are'} no host name"
        says = f"{asked}: write names without scheme, port, path or blanks."
        found.append(Remark(text=says, weight="risks", sure="likely"))
    as_name = [one for one in common if HOST.fullmatch(one) and one.lower() not in {name.lower() for name in plain}]
    if entry.names:
        found.append(Remark(text=f"It asks for {', '.join(entry.names[:NAMED])}{f' and {len(entry.names) - NAMED} more' if len(entry.names) > NAMED else ''}."))
        if as_name:
            found.append(Remark(text=f"Its common name {as_name[0]} is not among these; clients look at these alone.", weight="risks", sure="likely"))
    elif as_name and not _for_clients(entry, agreement):
        says = f"It asks for no subjectAltName, only for the common name {as_name[0]}. Clients look at the former alone, unless the authority adds it."
        found.append(Remark(text=says, weight="risks", sure="possible"))
    host = agreement.endpoint.host if agreement and _inwards(agreement) else ""
    if host and "{" not in host and host.lower() not in {name.lower() for name in plain} and not _covered(host, plain):
        says = f"It does not ask for {host}, the name under which {agreement.title if agreement else ''} calls.".replace("  ", " ")
        found.append(Remark(text=says, weight="breaks", sure="likely"))
    return found


def _covered(host: str, names: list[str]) -> bool:
    """Whether a wildcard among the names is good for a host."""
    rest = host.lower().partition(".")[2]
    return any(one.lower() == f"*.{rest}" for one in names)


def _inwards(agreement: Agreement) -> bool:
    """Whether the certificate is for a server of our own, which the other side calls."""
    return agreement.endpoint.direction == "in"


def _for_clients(entry: Entry, agreement: Agreement | None) -> bool:
    """Whether the certificate is for a client, which needs no name of a host."""
    if entry.purposes is not None:
        return "serverAuth" not in entry.purposes and SERVERS not in entry.purposes
    return agreement is not None and not _inwards(agreement)


def _address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _wishes(entry: Entry) -> list[Remark]:
    found: list[Remark] = []
    if entry.wants_ca:
        found.append(
            Remark(text="It asks for a certificate of an authority (CA:TRUE), which hardly anybody wants and no public authority gives.", weight="risks")
        )
    if entry.challenge:
        says = "It carries a challenge password in plain text, which everybody can read who gets the request. If that is used elsewhere, change it."
        found.append(Remark(text=says, weight="risks"))
    return found


def _rules(subject: Name | None, agreement: Agreement | None) -> list[Remark]:
    if agreement is None:
        return []
    rules = agreement.request
    own = rules.subject_rules if rules else ()
    wanted = own or (() if _inwards(agreement) else agreement.client_certificate.subject_rules)
    found = [one for rule in wanted for one in _rule(rule, subject, agreement)]
    if rules is None and not wanted:
        found.append(Remark(text=f"The profile {agreement.profile} has no rule for requests.", weight="note"))
    if rules and rules.note:
        unsure = "" if rules.verified else f" Not verified{f' (source: {rules.source})' if rules.source else ''}."
        found.append(Remark(text=f"{rules.note}{unsure}", weight="note"))
    return found


def _rule(rule: SubjectRule, subject: Name | None, agreement: Agreement) -> list[Remark]:
    if missing := used(rule.equals):
        return [Remark(text=f"Whether {rule.attribute} is right was not looked at: it needs --var {missing[0]}=VALUE.", weight="note")]
    values = [value for label, value in (subject.attributes if subject else ()) if label == rule.attribute]
    wanted = f'"{rule.equals}"' if rule.equals else f"something that matches {rule.regex}"
    if any(value == rule.equals if rule.equals else _finds(rule.regex, value) for value in values):
        return [Remark(text=f"{rule.attribute} is as {agreement.profile} wants it: {wanted}.")]
    shown = " and ".join(f'"{value}"' for value in values[:NAMED]) or "not there"
    says = f"{rule.attribute} is {shown}; {agreement.profile} wants {wanted}."
    if rule.verified:
        return [Remark(text=says, weight="breaks")]
    return [Remark(text=f"{says} Not verified{f' (source: {rule.source})' if rule.source else ''}.", weight="risks", sure="possible")]


def _finds(pattern: str, text: str) -> bool:
    from probe.profiles.patterns import found

    return found(pattern, text)


def _beside(files: Files, request: Request, old: Certificate, agreement: Agreement | None) -> list[Remark]:
    """The request beside the certificate that it replaces."""
    named = f'"{title(old)}" ({files.words(old)})'
    entry = request.place.entry
    same_key = old in request.same_key
    mine, its = request.subject, old.read.subject
    same_name = mine is not None and its is not None and mine.key == its.key
    theirs = {name.lower() for name in (*old.read.dns_names, *old.read.ip_addresses)}
    shared = theirs & {name.lower() for name in entry.names}
    if not same_key and not same_name and not shared:
        return [Remark(text=f"It has neither key nor name in common with {named}: is it to replace that one?", weight="note")]
    key = "the same key as" if same_key else "another key than"
    found = [Remark(text=f"It has {key} the certificate {named}.", weight="good" if not same_key else "note")]
    if not same_name:
        keeps = agreement.request.same_subject if agreement and agreement.request else False
        text = its.text if its else "?"
        says = f"Its subject is another one than that of {named}, which is {text}."
        if keeps and agreement:
            sure = "" if agreement.request and agreement.request.verified else " That rule was not verified."
            says += f" {agreement.title or agreement.profile} compares the whole subject, so that the new certificate may have to be registered anew.{sure}"
        found.append(Remark(text=says, weight="risks" if keeps else "note", sure="possible" if keeps else "proven"))
    lost = [name for name in (*old.read.dns_names, *old.read.ip_addresses) if name.lower() not in {one.lower() for one in entry.names}]
    if lost and entry.names:
        more = f" and {len(lost) - NAMED} more" if len(lost) > NAMED else ""
        found.append(Remark(text=f"It does not ask for {', '.join(lost[:NAMED])}{more}, which {named} has.", weight="risks", sure="likely"))
    return found
