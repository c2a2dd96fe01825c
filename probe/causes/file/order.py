"""The certificates stand in the wrong order.

In a file for a server or client its own certificate comes first, then the issuer of each. Programs that read PEM take the first one as their own;
when that is the root or an intermediate, the private key does not fit it. In a file of trusted certificates the order does not matter.

Clients say: nginx and OpenSSL "key values mismatch", Apache "AH02565: Certificate and private key ... do not match", Java "Certificate chain is not ordered" or
"Certificate chain does not validate", HAProxy "inconsistencies between private key and certificate loaded".
"""

from probe.case.case import Case
from probe.case.files import Disorder
from probe.causes.filed import MOST, listing, several
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner
from probe.facts.certificate import title

CAUSE = Cause(
    title="The certificates in a file are in the wrong order",
    owner=Owner.USER,
    actions=("reorder-file",),
    references=("RFC 8446 section 4.4.2", "https://nginx.org/en/docs/http/configuring_https_servers.html"),
)


def shown_by(case: Case, finding: Finding) -> Shown:
    """OpenSSL lists subjects and issuers in the order of the file."""
    command = listing(tuple(one.file for one in case.files.disorders) or case.files.every)
    if not command:
        return Shown(why_not="The file is an entry of an archive, or came through a pipe.")
    return Shown(commands=(command,), shows="In the list the issuer of each certificate should be the subject of the next; it is not.")


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | None:
    """Files whose own certificate is not the first, or whose issuers are mixed up."""
    found = sorted(case.files.disorders, key=lambda one: one.first == 1)
    if not found:
        return None
    last = found[0].first != 1
    told = [one for one in found if (one.first != 1) is last]
    says = " ".join(_says(one) for one in told[:3]) + (f" {len(told) - 3} more files are like that." if len(told) > 3 else "")
    return Finding(
        effect=Effect.BREAKS if last else Effect.RISKS,
        certainty=Certainty.LIKELY
        if last and told[0].own not in case.files.with_key
        else Certainty.PROVEN,  # without its key it may be there only to be trusted
        summary=says,
        about=told[0].wanted,
        evidence=tuple(
            Evidence(says=f"{one.file.path} should begin with: {several(tuple(title(other) for other in one.wanted))}.", at=one.at) for one in found[:MOST]
        ),
    )


def _says(one: Disorder) -> str:
    if one.first != 1:
        return f'In {one.file.path} the certificate "{title(one.own)}" stands as number {one.first}; programs take the first one as their own.'
    return f'In {one.file.path} the issuers behind "{title(one.own)}" are not in order: some clients want each to be signed by the next.'
