"""What a profile expects of an endpoint beside a path to an authority, held against what was seen. Pure.

These are the profile's wishes, not rules of TLS: an endpoint that meets none of them may well work, and is never called broken for that alone.
"""

from collections.abc import Callable, Iterator

from probe.case.case import Case, step
from probe.case.names import compare
from probe.case.public import beside, public_path
from probe.case.resolved import literal, strangers
from probe.facts.certificate import Certificate, title
from probe.facts.noun import noun
from probe.facts.observation import Handshake, How
from probe.facts.profile import Agreement
from probe.facts.target import VERSIONS
from probe.tls.messages import reading

GROUP = "group-"
"""How the names of the questions with one group of key agreement alone begin; the group's name follows."""
ALONE = ("secp256r1", "secp384r1", "secp521r1")
"""The groups that can be offered alone."""


@noun
class Deviation:
    """One thing in which the endpoint is not as the profile says. ``field`` is the profile's, ``fact`` a sentence, ``at`` where it shows.

    ``verified``: somebody verified what the profile says. ``stops``: a client as the profile describes it was seen not to get through.
    """

    field: str
    fact: str
    at: str
    verified: bool = True
    stops: bool = False
    about: tuple[Certificate, ...] = ()


def deviations(case: Case) -> tuple[Deviation, ...]:
    """Everything in which the endpoint is not as the profile says; empty without a profile."""
    agreement = case.observation.agreement
    if agreement is None:
        return ()
    looks: tuple[Callable[[Case, Agreement], Iterator[Deviation]], ...] = (_version, _group, _names, _authority, _addresses)
    return tuple(one for look in looks for one in look(case, agreement))


def group_questions(case: Case) -> tuple[str, ...]:
    """The groups that are still to be offered alone: the server chose another one than the profile names, and may take one of these too."""
    agreement = case.observation.agreement
    if agreement is None or not _outside(case, agreement):
        return ()
    asked = {one.question.name for one in case.attempts}
    wanted = [one for one in agreement.tls.groups if one in ALONE]
    taken = any(_completed(case, one) for one in wanted)
    return () if taken else tuple(one for one in wanted if f"{GROUP}{one}" not in asked)


def _version(case: Case, agreement: Agreement) -> Iterator[Deviation]:
    """The versions are the client's range, unless the user named one: then the server may have chosen outside."""
    one, tls = case.handshake, agreement.tls
    chosen = one.version if one else None
    if one is None or not case.established or chosen not in VERSIONS:
        return
    place = VERSIONS.index(chosen)
    if tls.min and place < VERSIONS.index(tls.min):
        yield Deviation(
            field="tls.min", fact=f"{chosen} was negotiated, and the profile asks for {tls.min} at least.", at=case.pointer(one), verified=tls.verified
        )
    if tls.max and place > VERSIONS.index(tls.max):
        yield Deviation(
            field="tls.max", fact=f"{chosen} was negotiated, and the profile asks for {tls.max} at most.", at=case.pointer(one), verified=tls.verified
        )


def _outside(case: Case, agreement: Agreement) -> str:
    """The group that was negotiated, if it is none of the profile's."""
    one = case.handshake
    if one is None or not case.established or not agreement.tls.groups:
        return ""
    chosen = reading(one).group or one.group or ""
    known = {group.lower() for group in agreement.tls.groups}
    return chosen if chosen and chosen.lower() not in known else ""


def _completed(case: Case, group: str) -> bool:
    found = step(case.asked(f"{GROUP}{group}"), Handshake)
    return found is not None and found.ending.how is How.DONE


def _group(case: Case, agreement: Agreement) -> Iterator[Deviation]:
    tls = agreement.tls
    chosen = _outside(case, agreement)
    if not chosen or any(_completed(case, one) for one in tls.groups):
        # What was offered at first held more than the profile's client has; given one of its groups alone, the server takes that.
        return
    tried = [one for one in tls.groups if (found := step(case.asked(f"{GROUP}{one}"), Handshake)) and found.ending.how is not How.LOCAL]
    named = " or ".join(tls.groups)
    rest = [one for one in tls.groups if one not in tried]
    refused = f" Offered {' or '.join(tried)} alone, it does not complete the handshake." if tried else ""
    untried = f" Whether it takes {' or '.join(rest)} was not tried: this TLS library cannot offer that alone." if rest else ""
    yield Deviation(
        field="tls.groups",
        fact=f"The server chose {chosen} for the key agreement, and the profile names {named}.{refused}{untried}",
        at=case.pointer(case.handshake),
        verified=tls.verified,
        stops=bool(tried) and not rest,
    )


def _names(case: Case, agreement: Agreement) -> Iterator[Deviation]:
    leaf, names = case.leaf, agreement.names
    if leaf is None:
        return
    there = case.where(leaf)
    for one in names.expect:
        if "{" not in one.text and not compare(one.text, leaf).matches:
            says = f'"{title(leaf)}" is not for {one.text}, which the profile expects besides.'
            yield Deviation(field="names.expect", fact=says, at=there, verified=one.verified and names.verified, about=(leaf,))
    if not names.ip_allowed and literal(case.target.name):
        says = f"The certificate is checked for the address {case.target.name}; the profile says that clients name a host, not an address."
        yield Deviation(field="names.ip_allowed", fact=says, at="/target/name", verified=names.verified, about=(leaf,))
    found = compare(case.target.name, leaf)
    if not names.wildcards and found.matches and "*" in found.pattern:
        says = f"{case.target.name} is only covered by {found.pattern}, and the profile says that wildcards do not count."
        yield Deviation(field="names.wildcards", fact=says, at=there, verified=names.verified, about=(leaf,))


def _authority(case: Case, agreement: Agreement) -> Iterator[Deviation]:
    trust = agreement.trust
    if trust.public_ca == "allowed" or not case.presented or case.pinned or case.target.public == "none":
        return
    path = public_path(beside(case))
    leaf = case.presented[:1]
    if trust.public_ca == "forbidden" and path:
        root = title(path.links[-1].certificate)
        whom = "the other side knows no public authorities" if agreement.endpoint.direction == "in" else "this system has an authority of its own"
        says = f'The chain ends at the public authority "{root}", and the profile says that {whom}.'
        yield Deviation(field="trust.public_ca", fact=says, at=case.where(leaf[0]), verified=trust.verified, about=leaf)
    if trust.public_ca == "required" and path is None and case.chain_accepted:
        says = "The chain does not end at a public authority, and the profile says that it has to."
        yield Deviation(field="trust.public_ca", fact=says, at=case.where(leaf[0]), verified=trust.verified, about=leaf)


def _addresses(case: Case, agreement: Agreement) -> Iterator[Deviation]:
    seen = case.observation
    if case.target.connect is not None:
        return
    others = strangers(case.target, seen.resolutions)
    if others:
        says = f"{case.target.host} leads to {', '.join(others)}, which the profile does not list; looked at were {', '.join(case.target.only)}."
        at = next((case.pointer(one) for one in seen.resolutions if set(one.addresses) & set(others)), "/target")
        yield Deviation(field="addresses", fact=says, at=at, verified=agreement.endpoint.verified)
