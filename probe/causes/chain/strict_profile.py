"""Strict verifiers refuse the chain for small breaches of the rules.

Python sets VERIFY_X509_STRICT from version 3.13 on, and OpenSSL programs can do so too. Then what a CA must have by RFC
5280 is insisted on: key identifiers, a key usage, critical basic constraints, version 3. Home-made CAs often lack one of
these, so that everything works until Python is updated. It is no more than a note where only the root is concerned that
the user trusts of their own accord: no other client looks at it.

Clients say: Python 3.13 "Missing Authority Key Identifier", "Missing Subject Key Identifier", "CA cert does not include
key usage extension" or "Basic Constraints of CA cert not marked critical"; Java, curl and Go nothing.
"""

from probe.case.case import Case
from probe.case.path import Link
from probe.case.public import is_public
from probe.case.strict import breaches
from probe.causes.objected import where, which
from probe.causes.shown import Shown, client
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner
from probe.facts.certificate import is_self_issued, title

CAUSE = Cause(
    title="Strict verifiers refuse this chain",
    owner=Owner.CA,
    actions=("reissue-by-profile",),
    references=(
        "RFC 5280 section 4.2",
        "https://docs.python.org/3/library/ssl.html#ssl.create_default_context",
        "https://docs.openssl.org/3.0/man3/X509_VERIFY_PARAM_set_flags/",
    ),
)
SHOWN_BY = Shown(commands=(client("{verify} -x509_strict -partial_chain"),), shows='OpenSSL, told to be strict, prints a "verify error".')


def judge(case: Case) -> Finding | None:
    """A stack accepts a path that OpenSSL's strict checks would refuse."""
    paths = tuple(dict.fromkeys(one.path for one in case.verdicts if one.accepts and one.path))
    # The stacks may end at different anchors; a strict program goes as far as OpenSSL does, which goes farthest.
    longest = max(paths, key=lambda one: len(one.links), default=None)
    found = tuple((longest, one) for one in breaches(longest)) if longest else ()
    if not found:
        return None
    about = tuple(dict.fromkeys(path.links[one.at].certificate for path, one in found))
    own = all(_own_root(case, path.links[one.at]) for path, one in found) and all(one.accepts for one in case.verdicts)
    return Finding(
        effect=Effect.NOTE if own else Effect.RISKS,
        summary="Python 3.13 and newer, and other programs that verify strictly, refuse this chain: "
        + "; ".join(f"{which(path, one.at)[0].lower()}{which(path, one.at)[1:]} {one.lacks}" for path, one in found)
        + ".",
        about=about,
        evidence=tuple(Evidence(says=f"{which(path, one.at)} {one.lacks} (OpenSSL: {one.words}).", at=where(case, path, one.at)) for path, one in found),
        values=(("certificate", " and ".join(f'"{title(one)}"' for one in about)),),
    )


def _own_root(case: Case, link: Link) -> bool:
    """Whether a certificate is a root that the user trusts and no public authority's: nothing that the server's operator answers for."""
    return link.anchor and is_self_issued(link.certificate) and not is_public(case, link.certificate)
