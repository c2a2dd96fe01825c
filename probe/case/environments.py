"""Test and production mixed up: which environment of a profile certificates belong to, by the marks that tell environments apart. Pure."""

from collections.abc import Callable, Iterable
from hashlib import sha256

from probe.facts.certificate import Certificate, title
from probe.facts.identity import Identity
from probe.facts.noun import noun
from probe.facts.profile import Agreement, Environment, Value
from probe.facts.trust import TrustStore

Look = Callable[[Environment], tuple["Hit", ...]]
NAMED = 200
"""Names of a certificate that are compared."""


@noun
class Hit:
    """A mark of an environment that was met: ``kind`` is name, issuer, subject or anchor; ``on`` is what carries it, for people."""

    kind: str
    mark: Value
    on: str
    certificate: Certificate | None = None


@noun
class Mixed:
    """Another environment than the one that is meant. ``contradicted``: other marks speak for the right one."""

    meant: Environment
    met: Environment
    hits: tuple[Hit, ...]
    contradicted: bool = False

    @property
    def verified(self) -> bool:
        """Whether at least one of the marks was verified."""
        return any(one.mark.verified for one in self.hits)


def of_host(agreement: Agreement | None, *hosts: str) -> Mixed | None:
    """Whether the host that is asked for is one of another environment."""
    return _mixed(agreement, lambda one: _host_hits(one, hosts))


def of_server(agreement: Agreement | None, chain: tuple[Certificate, ...]) -> Mixed | None:
    """Whether the certificates of a server, its own first, are those of another environment."""
    return _mixed(agreement, lambda one: _server_hits(one, chain))


def of_stores(agreement: Agreement | None, stores: Iterable[TrustStore]) -> Mixed | None:
    """Whether the trust stores hold authorities of another environment and none of the one that is meant."""
    anchors = tuple(dict.fromkeys(one for store in stores for one in store.certificates))
    return _mixed(agreement, lambda one: _authority_hits(one, anchors))


def of_identity(agreement: Agreement | None, identity: Identity | None) -> Mixed | None:
    """Whether a client certificate was issued for another environment."""
    if identity is None:
        return None
    return _mixed(agreement, lambda one: _identity_hits(one, identity.certificates))


def markers(agreement: Agreement | None, certificates: Iterable[Certificate]) -> tuple[Certificate, ...]:
    """Those authorities that carry a mark of any environment: a saved observation must keep them, though no chain leads there."""
    if agreement is None or not any(one.marks.anchor_sha256 or one.marks.issuer_regex for one in agreement.environments):
        return ()
    every = tuple(certificates)
    hits = (hit.certificate for one in agreement.environments for hit in _authority_hits(one, every))
    return tuple(dict.fromkeys(one for one in hits if one))[:20]


def titled(one: Environment) -> str:
    """An environment for people."""
    return one.title or one.name


def _mixed(agreement: Agreement | None, look: Look) -> Mixed | None:
    meant = next((one for one in agreement.environments if one.name == agreement.environment), None) if agreement else None
    if agreement is None or meant is None:
        return None
    mine = look(meant)
    kinds = {one.kind for one in mine}
    # What both environments have tells nothing.
    others = [(one, tuple(hit for hit in look(one) if hit.kind not in kinds)) for one in agreement.environments if one is not meant]
    met, hits = max(others, key=lambda one: len(one[1]), default=(meant, ()))
    if not hits or sum(1 for _, found in others if len(found) == len(hits)) > 1:
        return None
    return Mixed(meant=meant, met=met, hits=hits, contradicted=bool(mine))


def _host_hits(one: Environment, hosts: tuple[str, ...]) -> tuple[Hit, ...]:
    asked = {host.lower() for host in hosts}
    return tuple(Hit(kind="name", mark=mark, on=f"the host {mark.text}") for mark in one.marks.server_names if mark.text.lower() in asked)


def _server_hits(one: Environment, chain: tuple[Certificate, ...]) -> tuple[Hit, ...]:
    if not chain:
        return ()
    leaf, marks = chain[0], one.marks
    names = {name.lower() for name in leaf.read.dns_names[:NAMED]}
    names |= {value.lower() for label, value in (leaf.read.subject.attributes if leaf.read.subject else ()) if label == "CN"}
    hits = [
        Hit(kind="name", mark=mark, on=f'the name {mark.text} in "{title(leaf)}"', certificate=leaf)
        for mark in marks.server_names
        if mark.text.lower() in names
    ]
    subject = leaf.read.subject.text if leaf.read.subject else ""
    hits += [
        Hit(kind="subject", mark=mark, on=f'the subject of "{title(leaf)}"', certificate=leaf) for mark in marks.subject_regex if found(mark.text, subject)
    ]
    hits += [hit for certificate in chain for hit in _issued(marks.issuer_regex, certificate)]
    hits += [hit for certificate in chain for hit in _anchored(marks.anchor_sha256, certificate)]
    return tuple(hits)


def _authority_hits(one: Environment, anchors: tuple[Certificate, ...]) -> tuple[Hit, ...]:
    hits = [hit for certificate in anchors for hit in _anchored(one.marks.anchor_sha256, certificate)]
    for certificate in anchors:
        subject = certificate.read.subject.text if certificate.read.subject else ""
        hits += [
            Hit(kind="issuer", mark=mark, on=f'the authority "{title(certificate)}"', certificate=certificate)
            for mark in one.marks.issuer_regex
            if found(mark.text, subject)
        ]
    return tuple(hits)


def _identity_hits(one: Environment, certificates: tuple[Certificate, ...]) -> tuple[Hit, ...]:
    hits = [hit for certificate in certificates for hit in _issued(one.marks.client_issuer_regex, certificate)]
    return (*hits, *(hit for certificate in certificates[1:] for hit in _anchored(one.marks.anchor_sha256, certificate)))


def _issued(patterns: tuple[Value, ...], certificate: Certificate) -> list[Hit]:
    issuer = certificate.read.issuer.text if certificate.read.issuer else ""
    return [
        Hit(kind="issuer", mark=mark, on=f'the issuer of "{title(certificate)}", {issuer}', certificate=certificate)
        for mark in patterns
        if found(mark.text, issuer)
    ]


def found(pattern: str, text: str) -> bool:
    """Whether a mark's regular expression is found in a name."""
    from probe.profiles.patterns import found as finds  # whoever names no profile needs none of it

    return finds(pattern, text)


def _anchored(digests: tuple[Value, ...], certificate: Certificate) -> list[Hit]:
    if not digests:
        return []
    digest = sha256(certificate.der).hexdigest()
    return [Hit(kind="anchor", mark=mark, on=f'the certificate "{title(certificate)}"', certificate=certificate) for mark in digests if mark.text == digest]


def misplaced(agreement: Agreement | None, identity: Identity | None) -> bool:
    """Whether a client certificate is, by marks that were verified, one of another environment: then it is not even sent."""
    mixed = of_identity(agreement, identity)
    return mixed is not None and mixed.verified and not mixed.contradicted
