"""Inspected files beside what an endpoint sends: is it the same certificate, a renewed one, another chain? Pure."""

from enum import StrEnum

from probe.case.build import build
from probe.case.files import Files
from probe.facts.certificate import Certificate, is_self_issued
from probe.facts.files import InspectedFile, Served
from probe.facts.noun import noun


class Standing(StrEnum):
    """How the files stand to what was sent."""

    SAME = "same"  # the very certificate is in the files
    FILE_NEWER = "file-newer"  # for the same names or key, and issued later than the one that is sent
    FILE_OLDER = "file-older"  # for the same names or key, and issued earlier
    OTHER = "other"  # for other names
    LEADS = "leads"  # the files hold authorities only, and the chain that is sent leads to one of them
    AWAY = "away"  # the files hold authorities only, and it leads to none of them
    UNKNOWN = "unknown"  # nothing was sent, or nothing is there to compare


@noun
class Beside:
    """One endpoint beside the files. ``ours`` is the certificate of the files that is compared, ``same_key`` whether it has the key of the one that is sent.

    ``lacking`` are certificates that the file has behind its own and the endpoint does not send, ``beyond`` the other way round; ``reordered``: both have the
    same ones in another order. ``at`` is a JSON pointer. ``alone``: the file holds that one alone, so that there is no chain to compare.
    """

    served: Served
    at: str
    standing: Standing
    ours: Certificate | None = None
    same_key: bool = False
    lacking: tuple[Certificate, ...] = ()
    beyond: tuple[Certificate, ...] = ()
    reordered: bool = False
    alone: bool = False

    @property
    def sent(self) -> Certificate | None:
        """The endpoint's own certificate."""
        return self.served.presented[0] if self.served.presented else None


def beside(files: Files) -> tuple[Beside, ...]:
    """Each endpoint of the observation beside its files."""
    return tuple(_one(files, served, f"/against/{number}") for number, served in enumerate(files.observation.against))


def _one(files: Files, served: Served, at: str) -> Beside:
    if not served.presented or not files.certificates:
        return Beside(served=served, at=at, standing=Standing.UNKNOWN)
    sent = served.presented[0]
    if sent in files.certificates:
        return _chains(files, served, at, sent)
    leaves = files.leaves
    if not leaves:
        anchors = tuple(files.certificates)
        leads = any(link.anchor for path in build(served.presented, anchors).paths for link in path.links)
        return Beside(served=served, at=at, standing=Standing.LEADS if leads else Standing.AWAY)
    ours = max(leaves, key=lambda one: (_same_key(one, sent), _names(one) == _names(sent), bool(_names(one) & _names(sent)), _issued(one)))
    related = _same_key(ours, sent) or bool(_names(ours) & _names(sent))
    standing = (Standing.FILE_NEWER if _issued(ours) > _issued(sent) else Standing.FILE_OLDER) if related else Standing.OTHER
    return Beside(served=served, at=at, standing=standing, ours=ours, same_key=_same_key(ours, sent))


def _chains(files: Files, served: Served, at: str, sent: Certificate) -> Beside:
    """The same leaf: compare what stands behind it in its fullest file with what is sent behind it. Roots need not be sent."""
    holding: list[InspectedFile] = [one.file for one in files.certificates[sent]]
    fullest = max(holding, key=lambda one: sum(1 for entry in one.entries if entry.certificate))
    kept = tuple(
        dict.fromkeys(
            entry.certificate for entry in fullest.entries if entry.certificate and entry.certificate != sent and not is_self_issued(entry.certificate)
        )
    )
    theirs = tuple(one for one in dict.fromkeys(served.presented[1:]) if not is_self_issued(one))
    return Beside(
        served=served,
        at=at,
        standing=Standing.SAME,
        ours=sent,
        same_key=True,
        lacking=tuple(one for one in kept if one not in theirs),
        beyond=tuple(one for one in theirs if one not in kept) if kept else (),
        reordered=set(kept) == set(theirs) and kept != theirs,
        alone=not kept,
    )


def _same_key(one: Certificate, other: Certificate) -> bool:
    return one.read.key is not None and other.read.key is not None and one.read.key.spki == other.read.key.spki


def _names(one: Certificate) -> frozenset[str]:
    read = one.read
    named = frozenset((*(name.lower() for name in read.dns_names), *read.ip_addresses))
    subject = {value.lower() for label, value in read.subject.attributes if label == "CN"} if read.subject else set()
    return named or frozenset(subject)


def _issued(one: Certificate) -> float:
    return one.read.not_before.timestamp() if one.read.not_before else 0.0
