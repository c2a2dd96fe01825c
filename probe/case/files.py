"""Reading inspected files, pure: what fits together, what is there twice, what looks alike, and in which order it stands."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from probe.case.edge import self_signed
from probe.case.file_chains import PATHS, Chain, Known, OpenEnd, open_ends
from probe.facts.certificate import Certificate, is_self_issued
from probe.facts.distinguished import name
from probe.facts.files import Entry, InspectedFile
from probe.facts.noun import noun
from probe.facts.observation import Observation
from probe.facts.reading import Name
from probe.formats import read as read_file

SERVER_AUTH = frozenset({"serverAuth", "clientAuth", "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"})
LOOSE = ("pem", "base64")
"""The kinds of files in which the order of the certificates is what the program that reads them sees."""


@noun
class Place:
    """One entry and the file that it stands in; ``at`` is its JSON pointer into the observation."""

    file: InspectedFile
    entry: Entry
    at: str

    @property
    def words(self) -> str:
        """File and place for people."""
        return self.file.path if self.entry.where == "the file" else f"{self.file.path}, {self.entry.where}"


@noun
class Pair:
    """A private key and everything that it belongs to."""

    key: Place
    certificates: tuple[Place, ...] = ()
    requests: tuple[Place, ...] = ()


@noun
class Request:
    """A request and what it has in common with the certificates at hand: those of the same key, and those of the same name with another one."""

    place: Place
    subject: Name | None
    same_key: tuple[Certificate, ...] = ()
    same_name: tuple[Certificate, ...] = ()


@noun
class Disorder:
    """A file with a certificate and its issuers in another order than programs take them. ``first``: where its own certificate stands, from 1.

    ``wanted`` are the certificates in the order in which they belong.
    """

    file: InspectedFile
    at: str
    own: Certificate
    first: int
    wanted: tuple[Certificate, ...]


@noun
class Stray:
    """A file that begins with its own certificate, and those in it that are on no way up from there."""

    file: InspectedFile
    at: str
    own: Certificate
    extra: tuple[Certificate, ...]


class Files:
    """All files of one observation."""

    def __init__(self, observation: Observation) -> None:
        self.observation = observation
        self.at = observation.target.at or observation.taken_at

    @cached_property
    def every(self) -> tuple[InspectedFile, ...]:
        """All files, in the order in which they were read."""
        return self.observation.files

    def pointer(self, file: InspectedFile) -> str:
        """Where a file stands in the observation document (RFC 6901)."""
        return self._pointers.get(id(file), "/files/0")

    @cached_property
    def _pointers(self) -> dict[int, str]:
        return {id(one): f"/files/{number}" for number, one in enumerate(self.every)}

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Every entry of every file."""
        return tuple(
            Place(file=file, entry=entry, at=f"/files/{number}/entries/{position}")
            for number, file in enumerate(self.every)
            for position, entry in enumerate(file.entries)
        )

    @cached_property
    def certificates(self) -> dict[Certificate, tuple[Place, ...]]:
        """Every certificate once, with all its places."""
        found: dict[Certificate, list[Place]] = {}
        for one in self.places:
            if one.entry.certificate is not None:
                found.setdefault(one.entry.certificate, []).append(one)
        return {certificate: tuple(where) for certificate, where in found.items()}

    @cached_property
    def keys(self) -> tuple[Place, ...]:
        """Every private key."""
        return tuple(one for one in self.places if one.entry.kind == "key")

    def where(self, certificate: Certificate) -> str:
        """The pointer to a certificate: its first place in a file, else among what was fetched or trusted."""
        if certificate in self.certificates:
            return self.certificates[certificate][0].at
        for number, one in enumerate(self.observation.fetches):
            if any(url == one.url and other == certificate for url, other in self.fetched):
                return f"/fetches/{number}"
        for number, store in enumerate(self.observation.stores):
            if certificate in store.certificates:
                return f"/stores/{number}"
        return "/files"

    def words(self, certificate: Certificate) -> str:
        """Where a certificate is, for people."""
        if certificate in self.certificates:
            return self.certificates[certificate][0].words
        url = next((url for url, one in self.fetched if one == certificate), None)
        return f"fetched from {url}" if url else "in the trust store"

    # Who is who

    @cached_property
    def issuers(self) -> frozenset[bytes]:
        """The names of whoever issued another certificate of these files."""
        return frozenset(one.read.issuer.key for one in self.certificates if one.read.issuer and not is_self_issued(one))

    def is_authority(self, one: Certificate) -> bool:
        """Whether it is a certificate of an authority: it says so, or it can only be that."""
        read = one.read
        if read.is_ca is not None:
            return read.is_ca
        issuing = read.subject is not None and read.subject.key in self.issuers
        ends = bool(read.dns_names or read.ip_addresses or (read.extended_key_usage and SERVER_AUTH & set(read.extended_key_usage)))
        return issuing or (is_self_issued(one) and not ends)

    @cached_property
    def leaves(self) -> tuple[Certificate, ...]:
        """The certificates of servers, clients and people."""
        return tuple(one for one in self.certificates if one.read.subject is not None and not self.is_authority(one))

    @cached_property
    def roots(self) -> tuple[Certificate, ...]:
        """Authorities that signed themselves."""
        return tuple(one for one in self.certificates if is_self_issued(one) and self.is_authority(one) and self_signed(one))

    @cached_property
    def current(self) -> tuple[Certificate, ...]:
        """The certificates that are valid at the moment that counts."""
        return tuple(one for one in self.certificates if not self.expired(one) and not self.early(one))

    def expired(self, one: Certificate) -> bool:
        """Whether its time is over."""
        return one.read.not_after is not None and one.read.not_after < self.at

    def early(self, one: Certificate) -> bool:
        """Whether its time has not come."""
        return one.read.not_before is not None and one.read.not_before > self.at

    # What fits together

    @cached_property
    def by_key(self) -> dict[bytes, tuple[Place, ...]]:
        """Certificates and requests by their public key."""
        found: dict[bytes, list[Place]] = defaultdict(list)
        for one in self.places:
            spki = _spki(one.entry)
            if spki:
                found[spki].append(one)
        return {spki: tuple(where) for spki, where in found.items()}

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Each key that could be opened, and what it belongs to."""
        return tuple(
            Pair(
                key=one,
                certificates=tuple(other for other in self.by_key.get(one.entry.public, ()) if other.entry.kind == "certificate"),
                requests=tuple(other for other in self.by_key.get(one.entry.public, ()) if other.entry.kind == "request"),
            )
            for one in self.keys
            if one.entry.public
        )

    @cached_property
    def with_key(self) -> frozenset[Certificate]:
        """The certificates whose private key is in these files, by the key itself or because a store says so."""
        own = {one.entry.certificate for pair in self.pairs for one in pair.certificates if one.entry.certificate}
        kept = {one.entry.certificate for one in self.places if one.entry.role == "own" and one.entry.certificate and one not in self.misplaced}
        return frozenset(own | kept)

    @cached_property
    def misplaced(self) -> tuple[Place, ...]:
        """The certificates that a store keeps as those of a private key which is another one."""
        return tuple(one for one in self.places if one.entry.role == "own" and _contradicted(one))

    @cached_property
    def requests(self) -> tuple[Request, ...]:
        """Each request with the certificates that have something in common with it."""
        found = []
        for one in self.places:
            if one.entry.kind == "request":
                subject = _name(one.entry.subject)
                same = tuple(other.entry.certificate for other in self.by_key.get(one.entry.public, ()) if other.entry.certificate)
                alike = tuple(
                    other for other in self.certificates if subject and other.read.subject and other.read.subject.key == subject.key and other not in same
                )
                found.append(Request(place=one, subject=subject, same_key=tuple(dict.fromkeys(same)), same_name=alike))
        return tuple(found)

    # What is there twice, or looks alike

    @cached_property
    def repeated(self) -> tuple[tuple[Certificate, tuple[Place, ...]], ...]:
        """Certificates that stand more than once in one and the same file: the places in that file."""
        found = []
        for certificate, places in self.certificates.items():
            if len(places) < 2:
                continue
            within: dict[int, list[Place]] = defaultdict(list)
            for one in places:
                within[id(one.file)].append(one)
            found += [(certificate, tuple(some)) for some in within.values() if len(some) > 1]
        return tuple(found)

    @cached_property
    def spread(self) -> tuple[tuple[Certificate, tuple[Place, ...]], ...]:
        """Certificates that stand in several files."""
        return tuple((certificate, places) for certificate, places in self.certificates.items() if len({id(one.file) for one in places}) > 1)

    @cached_property
    def clashes(self) -> tuple[tuple[str, tuple[Place, ...]], ...]:
        """Aliases that several entries of one store share, which Java does not tell apart by capitals: it keeps the last."""
        found = []
        for file in self.every:
            if file.kind not in ("jks", "jceks", "pkcs12"):
                continue
            named: dict[str, list[Place]] = defaultdict(list)
            for one in self._in(file):
                if one.entry.alias and one.entry.role in ("trusted", "own"):
                    named[one.entry.alias.lower()].append(one)
            found += [(some[0].entry.alias, tuple(some)) for some in named.values() if len(some) > 1]
        return tuple(found)

    def _in(self, file: InspectedFile) -> Iterable[Place]:
        return (one for one in self.places if one.file is file)

    @cached_property
    def lookalikes(self) -> tuple[tuple[Certificate, ...], ...]:
        """Groups of certificates with the same subject and not all the same key, as after a renewal with a new key."""
        found: dict[bytes, list[Certificate]] = defaultdict(list)
        for one in self.certificates:
            if one.read.subject is not None and one.read.subject.attributes:
                found[one.read.subject.key].append(one)
        return tuple(tuple(some) for some in found.values() if len({one.read.key.spki if one.read.key else b"" for one in some}) > 1)

    # Chains

    @cached_property
    def fetched(self) -> tuple[tuple[str, Certificate], ...]:
        """The certificates that were fetched because another one named their URL."""
        found = ((one.url, certificate) for one in self.observation.fetches if one.purpose == "issuer" for certificate, _ in read_file(one.body).certificates)
        return tuple(dict.fromkeys(found))

    @cached_property
    def chains(self) -> tuple[Chain, ...]:
        """From every certificate that issued no other one upwards."""
        trusted = tuple(one for store in self.observation.stores for one in store.certificates)
        return Known(tuple(self.certificates), self.roots, trusted, self.fetched, self.at).chains(self.tips)

    @cached_property
    def tips(self) -> tuple[Certificate, ...]:
        """Where chains begin: end-entity certificates, and authorities below which there is nothing; a root alone is no chain."""
        roots = frozenset(self.roots)
        leaves = frozenset(self.leaves)
        return tuple(one for one in self.certificates if one in leaves or (one not in roots and one.read.subject and one.read.subject.key not in self.issuers))

    def chain(self, tip: Certificate) -> Chain | None:
        """The chain that begins here."""
        return next((one for one in self.chains if one.tip == tip), None)

    @cached_property
    def open_ends(self) -> tuple[OpenEnd, ...]:
        """Every issuer that is missing, once."""
        return open_ends(self.chains)

    @cached_property
    def disorders(self) -> tuple[Disorder, ...]:
        """Files with one end-entity certificate and issuers of its chain, which do not stand in the order of the chain."""
        found = []
        leaves = frozenset(self.leaves)
        for number, file in enumerate(self.every):
            if file.kind not in LOOSE:
                continue
            held = [entry.certificate for entry in file.entries if entry.certificate]
            own = [one for one in dict.fromkeys(held) if one in leaves]
            chain = self.chain(own[0]) if len(own) == 1 and len(held) > 1 else None
            if chain is None:
                continue
            wanted = tuple(one.certificate for one in chain.path.links if one.certificate in held)
            there = [one for one in dict.fromkeys(held) if one in wanted]
            if len(wanted) > 1 and tuple(there) != wanted:
                found.append(Disorder(file=file, at=f"/files/{number}", own=own[0], first=held.index(own[0]) + 1, wanted=wanted))
        return tuple(found)

    @cached_property
    def strays(self) -> tuple[Stray, ...]:
        """Files with one end-entity certificate, which stands first, and certificates that are on none of the ways up from it."""
        found = []
        leaves = frozenset(self.leaves)
        for number, file in enumerate(self.every):
            held = tuple(dict.fromkeys(entry.certificate for entry in file.entries if entry.certificate))
            if file.kind not in LOOSE or len(held) < 2 or held[0] not in leaves or any(one in leaves for one in held[1:]):
                continue
            chain = self.chain(held[0])
            # Where ways were left out nobody knows what is needed.
            if chain is None or len(chain.others) >= PATHS - 1:
                continue
            used = {link.certificate for path in (chain.path, *chain.others) for link in path.links}
            extra = tuple(one for one in held if one not in used)
            if extra:
                found.append(Stray(file=file, at=f"/files/{number}", own=held[0], extra=extra))
        return tuple(found)


def _contradicted(one: Place) -> bool:
    """Whether a store has a certificate as that of a private key which was opened, and is another one."""
    keys = [entry for entry in one.file.entries if entry.kind == "key"]
    named = [entry for entry in keys if entry.alias == one.entry.alias] if len(keys) > 1 else keys
    return bool(named) and all(entry.public and entry.public != _spki(one.entry) for entry in named)


def _spki(entry: Entry) -> bytes:
    if entry.certificate is not None:
        return entry.certificate.read.key.spki if entry.certificate.read.key else b""
    return entry.public if entry.kind == "request" else b""


def _name(encoded: bytes) -> Name | None:
    try:
        return name(encoded)[0] if encoded else None
    except ValueError:
        return None
