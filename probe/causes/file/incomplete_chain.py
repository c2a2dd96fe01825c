"""Certificates between these files and the root are missing.

A server or client sends its own certificate and every intermediate; the root stays at home. What is missing is named by its distinguished name, by the
identifier of its key, and by the URL that the certificate gives, where there is one; --fetch gets it from there. A certificate of the same name with
another key is not the one: an authority that was renewed keeps its name.

Clients say: OpenSSL "unable to get local issuer certificate", Java "unable to find valid certification path to requested target" and, when a chain is
imported, "Failed to establish chain from reply", NEXUSe2e "Missing certificate!" with the distinguished name.
"""

from probe.case.case import Case
from probe.case.file_chains import Chain, End, OpenEnd
from probe.causes.filed import MOST, listing, several, titled
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner
from probe.facts.certificate import Certificate, is_self_issued
from probe.facts.noun import noun

CAUSE = Cause(
    title="The chain in the files is not complete",
    owner=Owner.USER,
    actions=("add-issuer",),
    references=("RFC 8446 section 4.4.2", "RFC 5280 section 4.2.2.1", "RFC 4158 section 3.5"),
)


@noun
class _Gap:
    """One chain with a gap: how bad, how sure, and what to say. ``stacks`` are those that it stops, empty for all."""

    chain: Chain
    effect: Effect
    words: str
    certainty: Certainty = Certainty.PROVEN
    stacks: tuple[str, ...] = ()


def shown_by(case: Case, finding: Finding) -> Shown:
    """OpenSSL lists subjects and issuers."""
    command = listing(case.files.every)
    if not command:
        return Shown(why_not="The files are not in a form that one command of OpenSSL takes as it is.")
    return Shown(
        commands=(command,),
        shows="Somewhere in the list is an issuer that is the subject of none, or a subject and issuer of the same names do not belong together.",
    )


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | None:
    """What is missing above the certificates that somebody will use."""
    found = sorted(_gaps(case), key=_rank)
    if not found:
        return None
    worst = [one for one in found if _rank(one) == _rank(found[0])]
    about = tuple(dict.fromkeys(one.chain.top for one in worst))
    says = " ".join(dict.fromkeys(one.words for one in worst[:3])) + (f" The same is true of {len(worst) - 3} more." if len(worst) > 3 else "")
    evidence = [Evidence(says=text, at=case.files.where(end.wanted_by[0])) for end in case.files.open_ends for text in described(end)]
    evidence += [
        Evidence(
            says=f"{titled(one)} is needed and not in these files; it {f'was fetched from {url}' if url else 'is in the trust store'}.",
            at=case.files.where(one),
        )
        for gap in found
        for one, url in gap.chain.absent
    ]
    evidence = evidence or [Evidence(says=one.words, at=case.files.where(one.chain.tip)) for one in worst]
    stacks = found[0].stacks
    return Finding(
        effect=found[0].effect,
        certainty=found[0].certainty,
        summary=says,
        about=about[:5],
        stacks=case.stopped(stacks) if found[0].effect is Effect.BREAKS else stacks,
        evidence=tuple(dict.fromkeys(evidence))[:MOST],
    )


def described(end: OpenEnd) -> tuple[str, ...]:
    """A missing issuer in sentences."""
    found = [f"Missing: {end.issuer.text or 'a certificate without a name'}, the issuer of {several(tuple(titled(one) for one in end.wanted_by))}."]
    found += [f"The organisation in its name is {end.organisation}."] if end.organisation else []
    found += [f"The identifier of its key is {one}." for one in end.key_ids[:3]]
    found += [f"The certificate says that it can be fetched from {one}" for one in end.urls[:3]]
    return (*found, "A certificate of that name is in the files, with another key: it is not the issuer.") if end.lookalike else tuple(found)


def _rank(one: _Gap) -> tuple[int, int]:
    return (Effect.BREAKS, Effect.RISKS, Effect.NOTE).index(one.effect), (Certainty.PROVEN, Certainty.LIKELY, Certainty.POSSIBLE).index(one.certainty)


def _gaps(case: Case) -> list[_Gap]:
    return [gap for one in case.files.chains if (gap := _gap(case, one)) is not None]


def _gap(case: Case, chain: Chain) -> _Gap | None:
    files = case.files
    leaf = not files.is_authority(chain.tip)
    # Whoever has a key, or issuers behind the certificate, means to use it as a whole.
    used = leaf and (chain.tip in files.with_key or len([one for one in chain.path.links if one.certificate in files.certificates]) > 1)
    tip, issuer = titled(chain.tip), _issuer(chain.top)
    if chain.end is End.BROKEN:
        # Nothing is missing where a certificate was altered: that is file.bad-signature.
        return None
    if chain.end is End.REKEYED:
        says = f"The certificate of {issuer} in the files is not the one that signed {titled(chain.top)}: it has the same name and another key."
        return _Gap(chain=chain, effect=Effect.BREAKS if leaf else Effect.RISKS, words=says)
    if chain.absent:
        names = several(tuple(titled(one) for one, _ in chain.absent))
        if used:
            return _Gap(
                chain=chain, effect=Effect.BREAKS, words=f"Between {tip} and the root {names} {'are' if len(chain.absent) > 1 else 'is'} missing in the files."
            )
        return _Gap(chain=chain, effect=Effect.NOTE, words=f"{tip} stands without {names}, which a server would have to send along.")
    if chain.end is not End.OPEN:
        return None
    return _open(files.leaves != (), leaf, used, chain, tip, issuer, is_self_issued(chain.top))


def _open(leaves: bool, leaf: bool, used: bool, chain: Chain, tip: str, issuer: str, own: bool) -> _Gap | None:
    """The top of the chain is not self-signed, and nobody knows its issuer: it may be a root, which need not be there."""
    if own:
        return None
    if leaf and used and len(chain.path.links) == 1:
        says = f"{tip} stands alone, and its issuer {issuer} is not in the files: if that is an intermediate, it has to be added; a root need not be."
        return _Gap(chain=chain, effect=Effect.BREAKS, words=says, certainty=Certainty.POSSIBLE)
    if leaf:
        where = titled(chain.top) if len(chain.path.links) > 1 else tip
        return _Gap(
            chain=chain,
            effect=Effect.NOTE,
            words=f"The issuer of {where} is not in the files: {issuer}. Whoever checks the chain needs it, unless it is a root that they have.",
        )
    if leaves:
        return _Gap(chain=chain, effect=Effect.NOTE, words=f"The issuer of {tip} is not in the files: {issuer}.")
    says = f"{tip} is an intermediate, and its issuer {issuer} is not in the files: Java takes it as a trust anchor, OpenSSL wants the root."
    return _Gap(chain=chain, effect=Effect.RISKS, words=says, stacks=("openssl",))


def _issuer(one: Certificate) -> str:
    return f'"{one.read.issuer.text}"' if one.read.issuer and one.read.issuer.text else "without a name"
