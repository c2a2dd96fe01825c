"""The endpoint still serves the old certificate.

A new certificate was announced or exchanged, and the server goes on showing the one before it: the file was replaced and
the service never read it again, one of several machines was forgotten, or the day has not come. Seen with --pin and the
new certificate as a file.

Clients say: nothing, unless they expect exactly the new certificate or the old one expires; then "certificate has
expired".
"""

from probe.case.case import Case
from probe.case.pins import met, nearest
from probe.causes.chain.pin_mismatch import same_names, shown_by
from probe.causes.words import Cause, Effect, Evidence, Finding, NotObserved, Owner
from probe.facts.certificate import fingerprint, title

CAUSE = Cause(
    title="The old certificate is still being served",
    owner=Owner.SERVER,
    actions=("load-new-certificate",),
    references=("RFC 5280 section 4.1.2.5", "RFC 4210 section 4.4"),
    explains=("chain.pin-mismatch",),
)
SHOWN_BY = shown_by


def judge(case: Case) -> Finding | NotObserved | None:
    """The expected certificate is for the same names, newer than the one that was sent, and not over."""
    pin, leaf = nearest(case.target, case.at), case.leaf
    new = pin.certificate if pin else None
    if new is not None and leaf is None:
        return NotObserved(why="No certificate came, so that none could be compared with the expected one.")
    if pin is None or new is None or leaf is None or met(case.target, leaf, case.at):
        return None
    begins, began = new.read.not_before, leaf.read.not_before
    if begins is None or began is None or begins <= began or not same_names(new, leaf) or (new.read.not_after and new.read.not_after < case.at):
        return None
    others = [one for one in case.siblings if one.leaf]
    ready = [one.address or "" for one in others if met(case.target, one.leaf, case.at)]
    where = f" at {case.address}; {', '.join(ready)} already {'has' if len(ready) == 1 else 'have'} the new one" if ready else ""
    early = f" The new one is valid only from {begins:%Y-%m-%d %H:%M} UTC on." if begins > case.at else ""
    end = leaf.read.not_after
    return Finding(
        effect=Effect.BREAKS,
        summary=f'The old certificate of "{title(leaf)}" is still being served{where}.{early}',
        about=(leaf,),
        evidence=(
            Evidence(says=f"The certificate that was sent was issued on {began:%Y-%m-%d}{f' and ends on {end:%Y-%m-%d}' if end else ''}.", at=case.where(leaf)),
            Evidence(says=f"The expected one was issued on {begins:%Y-%m-%d}; its SHA-256 is {fingerprint(new)}.", at="/target/pin"),
        ),
        values=(("certificate", f'"{title(new)}"'), ("addresses", case.address or "this address")),
    )
