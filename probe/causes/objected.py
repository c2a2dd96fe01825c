"""From what client stacks object to on a path, to a finding: the part that most causes of the chain share."""

from collections.abc import Callable

from probe.case.case import Case
from probe.case.path import Objection, Path, Why
from probe.causes.words import Certainty, Effect, Evidence, Finding, Owner
from probe.facts.certificate import Certificate, is_self_issued, title

OF_ITSELF = frozenset({Why.NOT_A_CA, Why.NO_CERT_SIGN, Why.EKU, Why.CRITICAL_EXTENSION, Why.WEAK_KEY, Why.CURVE, Why.WEAK_SIGNATURE})
"""What stands against a certificate by itself: when the client's own store holds it, no server can mend it."""

Met = tuple[Objection, Path, tuple[str, ...]]


def where(case: Case, path: Path, at: int) -> str:
    """The place of a path's certificate in the observation document."""
    return case.where(path.links[at].certificate)


def which(path: Path, at: int) -> str:
    """A path's certificate in words: the server's own, the intermediate or the root, with its title."""
    link = path.links[at]
    if at == 0:
        role = "The server's certificate"
    elif link.anchor:
        role = "The trusted certificate"
    elif is_self_issued(link.certificate):
        role = "The root certificate"
    else:
        role = "The intermediate certificate"
    return f'{role} "{title(link.certificate)}"'


def evidence(case: Case, met: tuple[Met, ...]) -> tuple[Evidence, ...]:
    """One sentence for each fact of each objection, pointing at the certificate."""
    return tuple(
        Evidence(says=fact or f"{which(path, one.at)}: {one.why}.", at=where(case, path, one.at)) for one, path, _ in met for fact in (one.facts or ("",))
    )


def finding(
    case: Case,
    *whys: Why,
    say: Callable[[Objection, Path], str],
    keep: Callable[[Objection, Path], bool] = lambda _objection, _path: True,
    overlooked: Effect | None = Effect.NOTE,
    certainty: Certainty = Certainty.PROVEN,
) -> Finding | None:
    """One finding for all objections of these kinds: it breaks what refuses because of them, else it is ``overlooked``.

    ``say`` puts one objection into a sentence, ``keep`` leaves out those that belong to another cause.
    """
    met = tuple(one for one in case.refusing(*whys) if keep(one[0], one[1]))
    effect = Effect.BREAKS
    if not met:
        if overlooked is None:
            return None
        met, effect = tuple(one for one in case.tolerated(*whys) if keep(one[0], one[1])), overlooked
    if not met:
        return None
    about: tuple[Certificate, ...] = tuple(dict.fromkeys(one.about for one, _, _ in met))
    stacks = tuple(dict.fromkeys(name for _, _, names in met for name in names))
    sentences = dict.fromkeys(say(one, path) for one, path, _ in met)
    if effect is Effect.BREAKS and set(stacks) <= case.unverified and certainty is Certainty.PROVEN:
        certainty = Certainty.LIKELY
    stored = all(one.why in OF_ITSELF and path.links[one.at].anchor for one, path, _ in met)
    return Finding(
        effect=effect,
        certainty=certainty,
        summary=" ".join(sentences),
        about=about,
        evidence=evidence(case, met),
        stacks=case.stopped(stacks) if effect is Effect.BREAKS else stacks,
        values=(("certificate", f'"{title(about[0])}"'),),
        owner=Owner.CLIENT if stored else None,
        actions=("replace-anchor",) if stored else (),
    )


def anchored(path: Path) -> bool:
    """Whether any certificate of the path is in a trust store."""
    return any(link.anchor for link in path.links)
