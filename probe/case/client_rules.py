"""What a profile says of the client certificate, held against the one that is named. Pure.

Remarks, for the server decides; but what the profile says can never serve is not even sent.
"""

from probe.case.identity import Flaw, Found
from probe.facts.certificate import Certificate, is_self_issued, title
from probe.facts.identity import Identity
from probe.facts.profile import Agreement, ClientRules, SubjectRule
from probe.facts.target import Target
from probe.profiles.templates import used

HOSTS = 3
"""Names of a certificate that a sentence shows."""


def remarks(rules: ClientRules, identity: Identity | None) -> tuple[str, ...]:
    """Sentences about everything in which the certificate is not as the profile says, and about one that is missing or not wanted."""
    own = identity.own if identity else None
    if identity is None or own is None:
        return ("The profile says that a client certificate is required; none was named (--cert).",) if rules.policy == "required" else ()
    found = [f"The profile says that no client certificate is to be sent ({rules.policy})."] if rules.policy in ("forbidden", "must-not-be-demanded") else []
    if rules.issuer_regex and not any(_finds(one.text, own.read.issuer.text if own.read.issuer else "") for one in rules.issuer_regex):
        found.append(f'The issuer of "{title(own)}" is none that the profile names.')
    found += [text for one in rules.subject_rules if (text := _subject(one, own))]
    kind = own.read.key.kind if own.read.key else ""
    if rules.key and kind not in rules.key:
        found.append(f"The key is {kind or 'not readable'}; the profile says {' or '.join(rules.key)}.")
    purposes = own.read.extended_key_usage
    if rules.eku == "required" and (purposes is None or "clientAuth" not in purposes):
        found.append("The profile says that the certificate must be made for TLS clients (clientAuth), which it is not.")
    if own.read.version == 1 and not rules.v1_allowed and (rules.eku == "required" or rules.subject_rules):
        found.append("The certificate is of version 1, which the profile does not allow.")
    if rules.send_chain in ("with-ca", "full") and rules.direct_issuer_only and len(identity.certificates) == 1:
        found.append("The profile says that the certificate is sent together with its issuer; the file holds it alone.")
    elif rules.send_chain == "full" and len(identity.certificates) == 1 and not is_self_issued(own):
        found.append("The profile says that the certificate is sent with all its issuers; the file holds it alone.")
    return tuple(found)


def serving(agreement: Agreement | None, target: Target, identity: Identity | None) -> Found | None:
    """Why a client certificate is that of a server, where the profile says that such a one is refused; ``None`` when it is not, or nobody says so.

    It is the very file that the other side has on file as a server's, or its extended key usage is for servers alone: then it is known before anything is
    sent.
    """
    own = identity.own if identity else None
    if own is None or agreement is None or agreement.client_certificate.server_certificate != "refused":
        return None
    if target.uploaded is not None and target.uploaded.certificate == own:
        fact = (
            f'The client certificate "{title(own)}" is the one in {target.uploaded.source}, which the other side has on file as that of your server; there it '
            "is compared with what your server shows, and is no client certificate."
        )
        return Found(flaw=Flaw.EKU, about=own, fact=fact)
    if not _for_servers_alone(own):
        return None
    text = agreement.text_about("client.eku")
    fact = f'The client certificate "{title(own)}" is one for a server ({_hosts(own) or "it names no host"}): its extended key usage has serverAuth alone.'
    return Found(flaw=Flaw.EKU, about=own, fact=f"{fact} {text.short}" if text else fact)


def like_a_servers(agreement: Agreement | None, identity: Identity | None) -> str:
    """A hint that the client certificate may be one for a server: it names hosts and does not say what it is for. "" where there is none."""
    own = identity.own if identity else None
    if own is None or agreement is None or agreement.client_certificate.server_certificate != "refused":
        return ""
    if own.read.extended_key_usage is not None or not own.read.dns_names:
        return ""
    return (
        f'"{title(own)}" names {_hosts(own)} and has no extended key usage: it may be the certificate of a server, as one that was uploaded, which is refused '
        "as a client certificate."
    )


def _for_servers_alone(own: Certificate) -> bool:
    purposes = own.read.extended_key_usage
    return purposes is not None and "serverAuth" in purposes and not {"clientAuth", "anyExtendedKeyUsage"} & set(purposes)


def _hosts(own: Certificate) -> str:
    names = own.read.dns_names
    return ", ".join(names[:HOSTS]) + (f" and {len(names) - HOSTS} more" if len(names) > HOSTS else "")


def _subject(rule: SubjectRule, own: Certificate) -> str:
    """Why a subject is not as a rule says; "" when it is, or when the rule waits for a variable."""
    if used(rule.equals):
        return ""
    values = [value for name, value in (own.read.subject.attributes if own.read.subject else ()) if name == rule.attribute]
    if any(value == rule.equals if rule.equals else _finds(rule.regex, value) for value in values):
        return ""
    wanted = repr(rule.equals) if rule.equals else f"to match {rule.regex}"
    return f"{rule.attribute} of the certificate is {' and '.join(map(repr, values[:3])) or 'not there'}; the profile says {wanted}."


def _finds(pattern: str, text: str) -> bool:
    from probe.profiles.patterns import found  # whoever names no profile needs none of it

    return found(pattern, text)
