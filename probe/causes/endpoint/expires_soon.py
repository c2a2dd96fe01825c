"""A certificate of the chain ends soon.

Nothing is wrong yet. A certificate that the connection depends on, the server's own, an intermediate or the trusted
root, has little of its life left. What is little depends on how long it lives: a certificate for ninety days is
normally renewed with thirty left, one for six days with two.

Clients say: nothing, until the day.
"""

from datetime import timedelta

from probe.case.case import Case
from probe.causes.objected import where, which
from probe.causes.shown import Shown, client
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner
from probe.facts.certificate import title

CAUSE = Cause(title="A certificate ends soon", owner=Owner.SERVER, actions=("renew-in-time",), references=("RFC 5280 section 4.1.2.5",))
AT_MOST = timedelta(days=21)
SHARE = 4
"""Late is when less than a quarter of its life is left, but never earlier than three weeks before the end: automatic renewal starts with a third."""


def shown_by(_case: Case, finding: Finding) -> Shown:
    """Let OpenSSL judge for the moment at which it will be over."""
    end = max((one.read.not_after for one in finding.about if one.read.not_after), default=None)
    if end is None:
        return Shown(why_not="The end cannot be read.")
    over = int(end.timestamp()) + 1
    return Shown(commands=(client(f"{{verify}} -attime {over}"),), shows=f'For {end:%Y-%m-%d %H:%M:%S} UTC OpenSSL prints "certificate has expired".')


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | None:
    """The certificate of the accepted paths that ends first has less than a quarter of its life, and less than three weeks, left."""
    soon = []
    for verdict in case.verdicts:
        for number, link in enumerate(verdict.path.links if verdict.path else ()):
            read = link.certificate.read
            if read.not_before is None or read.not_after is None or read.not_after <= case.at:
                continue
            if read.not_after - case.at < min(AT_MOST, (read.not_after - read.not_before) / SHARE):
                soon.append((read.not_after, number, verdict.path))
    if not soon:
        return None
    end, number, path = min(soon, key=lambda one: (one[0], one[1]))
    if path is None:
        return None
    left = end - case.at
    time = f"{left.days} days" if left.days > 1 else f"{left.total_seconds() / 3600:.0f} hours"
    return Finding(
        effect=Effect.RISKS,
        summary=f"{which(path, number)} ends in {time}, on {end:%Y-%m-%d %H:%M} UTC.",
        about=(path.links[number].certificate,),
        evidence=(Evidence(says=f"Its notAfter is {end:%Y-%m-%d %H:%M:%S} UTC.", at=where(case, path, number)),),
        values=(("certificate", f'"{title(path.links[number].certificate)}"'),),
    )
