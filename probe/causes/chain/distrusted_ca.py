"""The root belongs to an authority that some clients trust for old certificates only.

Java and Firefox keep some roots and refuse what was issued below them after a certain day. Java compares the fingerprint
of the anchor, so that importing the same root again does not help. Which roots these are is data of this program, with
the day and the source; roots that were taken out of a store altogether show as chain.root-untrusted.

Clients say: Java "TLS Server certificate issued after DATE and anchored by a distrusted legacy NAME root CA: ...";
Firefox "SEC_ERROR_UNKNOWN_ISSUER" or "MOZILLA_PKIX_ERROR_ISSUER_NO_LONGER_TRUSTED".
"""

from hashlib import sha256

from probe.case.case import Case
from probe.case.path import Path
from probe.case.public import is_public
from probe.causes.shown import certificates_sent
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner
from probe.facts.certificate import Certificate, title
from probe.policies import Distrust, Root, distrusted

CAUSE = Cause(
    title="Some clients no longer trust this authority for new certificates",
    owner=Owner.SERVER,
    actions=("change-authority",),
    references=(
        "https://github.com/openjdk/jdk/tree/master/src/java.base/share/classes/sun/security/validator",
        "https://hg.mozilla.org/projects/nss/file/tip/lib/ckfw/builtins/certdata.txt",
    ),
)
SHOWN_BY = certificates_sent(
    "The last issuer (i:) in the list is the root in question, and the server's own certificate, number 0, was issued (NotBefore) after the day named above."
)


def judge(case: Case) -> Finding | None:
    """The end-entity certificate was issued after the day, and the anchor is one of the roots: by its fingerprint, or a public one by its name."""
    met = [(rule, path, root) for path in _anchored(case) for rule in distrusted() if (root := _root(case, path, rule))]
    if not met:
        return None
    _, path, root = met[0]
    leaf, anchor = path.links[0].certificate, path.links[-1].certificate
    subject = _as_java_writes(anchor)
    rules = tuple(dict.fromkeys(rule for rule, _, _ in met))
    sure = _fingerprint(anchor) == root.sha256
    return Finding(
        effect=Effect.RISKS,
        certainty=Certainty.PROVEN if sure else Certainty.LIKELY,
        summary=" ".join(f'{one.client} refuses what "{title(anchor)}" issued after {one.issued_after:%Y-%m-%d}.' for one in rules)
        + f" This certificate was issued on {leaf.read.not_before:%Y-%m-%d}. Versions from before that decision accept it.",
        about=(leaf,),
        evidence=(
            Evidence(
                says=f'"{title(anchor)}" is the anchor. '
                + (f"Its SHA-256 is {root.sha256}." if sure else "It is told by its name; another fingerprint is known."),
                at=case.where(anchor),
            ),
            *(
                Evidence(says=f"{one.client}, {one.label}{': ' if one.text else ''}{one.text.replace('{anchor}', subject)} ({one.source})", at=case.where(leaf))
                for one in rules
            ),
        ),
        values=(("certificate", f'"{title(leaf)}"'),),
    )


def _anchored(case: Case) -> tuple[Path, ...]:
    """The paths of the voting stacks that end in the trust store."""
    return tuple(dict.fromkeys(one.path for one in case.verdicts if one.path and len(one.path.links) > 1 and one.path.links[-1].anchor))


def _root(case: Case, path: Path, rule: Distrust) -> Root | None:
    """The root of the rule that this path ends in, if the certificate was issued after its day."""
    issued, anchor = path.links[0].certificate.read.not_before, path.links[-1].certificate
    if issued is None or issued.date() <= rule.issued_after:
        return None
    exact = next((one for one in rule.roots if one.sha256 == _fingerprint(anchor)), None)
    if exact or not is_public(case, anchor):
        return exact
    attributes = anchor.read.subject.attributes if anchor.read.subject else ()
    return next((one for one in rule.roots if all(wanted in attributes for wanted in one.name)), None)


def _fingerprint(certificate: Certificate) -> str:
    return sha256(certificate.der).hexdigest()


def _as_java_writes(certificate: Certificate) -> str:
    """The subject, the most specific part first, values with a comma in quotes."""
    attributes = certificate.read.subject.attributes if certificate.read.subject else ()
    return ", ".join(f'{label}="{value}"' if "," in value else f"{label}={value}" for label, value in reversed(attributes))
