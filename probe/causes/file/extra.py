"""A bundle holds certificates that belong to no chain of its own certificate.

A file with a server's or client's own certificate first is sent as it stands. What belongs to another chain is sent with it: the handshake gets larger,
some clients count it (Java takes ten certificates at most), and whoever reads the file is led astray. It is often left over from an earlier certificate,
and then the issuer that is needed now may be missing. In a file of trusted certificates all of them are meant to be there.

Clients say: nothing, as long as nothing else is wrong; Java "The certificate chain length (...) exceeds the maximum allowed length (10)".
"""

from probe.case.case import Case
from probe.causes.filed import MOST, listing, several, titled
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner
from probe.facts.certificate import title

CAUSE = Cause(
    title="A bundle holds certificates that do not belong to its chain",
    owner=Owner.USER,
    actions=("trim-file",),
    references=("RFC 8446 section 4.4.2",),
)


def shown_by(case: Case, finding: Finding) -> Shown:
    """OpenSSL lists subjects and issuers in the order of the file."""
    command = listing(tuple(one.file for one in case.files.strays))
    if not command:
        return Shown(why_not="The file is an entry of an archive, came through a pipe, or is no PEM text.")
    return Shown(commands=(command,), shows="One of the subjects is the issuer of none of the others.")


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | None:
    """Bundles that begin with an own certificate and hold others that are on no way up from it."""
    found = case.files.strays
    if not found:
        return None
    first = found[0]
    many = len(first.extra) > 1
    verb = "belong" if many else "belongs"
    says = f'In {first.file.path} {several(tuple(titled(one) for one in first.extra))} {verb} to no chain of "{title(first.own)}", which stands first.'
    says += f" {len(found) - 1} more files are like that." if len(found) > 1 else ""
    with_key = first.own in case.files.with_key
    return Finding(
        effect=Effect.NOTE,
        # Without its key the file may be one of trusted certificates.
        certainty=Certainty.PROVEN if with_key else Certainty.LIKELY,
        summary=says,
        about=tuple(dict.fromkeys(one for each in found for one in each.extra))[:5],
        evidence=tuple(Evidence(says=f'"{title(one)}" is on no way up from "{title(each.own)}".', at=each.at) for each in found for one in each.extra)[:MOST],
    )
