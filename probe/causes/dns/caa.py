"""The zone does not let the certificate's authority issue.

CAA records in DNS name the authorities that may issue for a name and for everything below it. Every public authority has to
look at them before it issues, and to refuse where it is not named. A certificate that exists stays good: clients never look
at these records. But its renewal will be refused, usually by a program in the night, and the certificate then runs out.

The records that count are those of the name itself, else those of the nearest name above it that has any. For a wildcard
the property issuewild takes the place of issue. An authority knows itself by a domain name that it publishes; for one that
the probe does not know nothing is decided. What was asked is the DNS server of this network: an authority asks the public one.

Clients say: nothing. The authority says, as certbot passes on from Let's Encrypt: "CAA record for shop.example prevents
issuance".
"""

import shlex

from probe.case.case import Case
from probe.causes.dns import unasked
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, NotObserved, Owner
from probe.facts.certificate import title
from probe.facts.observation import Lookup
from probe.facts.records import Authorization

CAUSE = Cause(
    title="The zone does not let the certificate's authority issue",
    owner=Owner.DNS,
    actions=("allow-authority",),
    references=("RFC 8659 sections 3 and 4", "https://cabforum.org/working-groups/server/baseline-requirements/requirements/"),
)
needs = unasked
SHOWN = 8
NO_CERTIFICATE = "No certificate was seen that the records could be compared with."


def judge(case: Case) -> Finding | NotObserved | None:
    """A public authority that the records leave out, as far as its domain name is known; or records that let nobody issue."""
    if not any(one.type == "CAA" for one in case.observation.lookups):
        return None
    from probe.case.caa import May, rule  # few checks ask for these records
    from probe.case.public import NO_LIST, public_list, public_path

    if case.leaf is None:
        return NotObserved(why=NO_CERTIFICATE)
    found = rule(case)
    if found is None or found.may in (May.YES, May.ANYBODY):
        return None
    if public_list(case) is None:
        return NotObserved(why=NO_LIST)
    if public_path(case) is None:
        # An authority of an organization's own does not look at these records.
        return None
    if found.may is May.UNKNOWN or found.lookup is None:
        return NotObserved(why=found.why)
    issuer = _issuer(case)
    whose = f"{'*.' if found.wildcard else ''}{found.name}"
    if found.may is May.NOBODY:
        says = found.why or "They name no authority."
        summary = f"The CAA records of {found.lookup.name} let nobody issue for {whose}. {says} The certificate stays good, its renewal will be refused."
    else:
        known = found.issuer.name if found.issuer else issuer
        summary = (
            f"The CAA records of {found.lookup.name} let only {_listed(found.listed)} issue for {whose}, and not {known}, which issued this certificate. "
            "It stays good, its renewal will be refused."
        )
    evidence = [
        Evidence(says=_said(found.lookup), at=case.pointer(found.lookup)),
        Evidence(says=f"The certificate was issued by {issuer}.", at=case.where(case.leaf)),
    ]
    if found.issuer:
        evidence.append(
            Evidence(says=f"{found.issuer.name} says that it is {_listed(found.issuer.domains)} in such records ({found.issuer.source}).", at="/target")
        )
    return Finding(
        effect=Effect.RISKS,
        certainty=Certainty.PROVEN if found.may is May.NOBODY and not found.why else Certainty.LIKELY,
        summary=summary,
        about=(case.leaf,),
        evidence=tuple(evidence),
        values=(("zone", found.lookup.name), ("authority", found.issuer.domains[0] if found.issuer else "the authority's own domain name")),
    )


def shown_by(case: Case, _finding: Finding) -> Shown:
    """The records themselves, of the name that has them."""
    asked = tuple(one for one in case.observation.lookups if one.type == "CAA")
    counts = next((one for one in asked if one.records), next(iter(asked), None))
    if counts is None:
        return Shown(why_not="No CAA records were asked for.")
    return Shown(commands=(dig(counts),), shows="dig prints who may issue.")


SHOWN_BY = shown_by


def dig(one: Lookup) -> str:
    """The command that puts the same question to the same server."""
    host, _, port = (one.server or "").rpartition(":")
    place = f"@{shlex.quote(host.strip('[]'))} -p {shlex.quote(port)} " if host else ""
    return f"dig {place}-q {shlex.quote(one.name)} {one.type}"


def _issuer(case: Case) -> str:
    issuer = case.leaf.read.issuer if case.leaf else None
    return f'"{issuer.text}"' if issuer else f'the issuer of "{title(case.leaf)}"' if case.leaf else "an unknown issuer"


def _said(one: Lookup) -> str:
    records = [f'{record.flags} {record.tag} "{record.value}"' for record in one.records if isinstance(record, Authorization)]
    more = f" and {len(records) - SHOWN + one.left_off} more" if len(records) > SHOWN else ""
    return f"The DNS server {one.server} answered the question for CAA records of {one.name} with {'; '.join(records[:SHOWN])}{more}."


def _listed(domains: tuple[str, ...]) -> str:
    shown = domains[:SHOWN]
    more = f" and {len(domains) - SHOWN} more" if len(domains) > SHOWN else ""
    return ", ".join(shown) + more
