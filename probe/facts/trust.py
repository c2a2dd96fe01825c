"""A trust store as it was read, and what in it could not be used."""

from probe.facts.certificate import Certificate
from probe.facts.noun import noun


@noun
class Skipped:
    """An entry that is no usable anchor: where it stands (file and line or index) and why it was passed over.

    ``other`` when it is something else than a certificate, such as a key, and not a damaged one.
    """

    where: str
    why: str
    other: bool = False


@noun
class Refused:
    """A client stack that cannot load the store at all: its name, why in a short sentence, and what it prints ("" where they differ from fault to fault).

    ``convertible`` when its usual tools take the same certificates in another form or another way, so that nobody who uses it is stopped: DER in place of PEM.
    """

    stack: str
    why: str
    words: str = ""
    convertible: bool = False


@noun
class Uncounted:
    """What a client stack does not count of a store that it loads: its name, why in a short sentence, and how many anchors it counts.

    ``places`` are those in ``TrustStore.certificates`` of the certificates that it does not count.
    """

    stack: str
    why: str
    size: int
    places: tuple[int, ...] = ()


@noun
class TrustStore:
    """``source`` is what the user named, ``path`` the file or folder that this was.

    ``kind`` is one of system, certifi, none, pem, der, pkcs7, folder, jks, jceks, pkcs12, nss, zip, java. ``size`` counts all anchors in it;
    ``certificates`` holds those that could matter to the chain at hand (same name as an issuer that is asked for, or among the presented), so that a saved
    observation stays small.
    ``refused`` are the client stacks that cannot load it, known for files that the user named; ``uncounted`` those that load it and do not count all of it.
    ``notes`` are remarks for people about how it was opened.
    """

    source: str
    kind: str
    path: str
    size: int
    certificates: tuple[Certificate, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    refused: tuple[Refused, ...] = ()
    uncounted: tuple[Uncounted, ...] = ()
    notes: tuple[str, ...] = ()


def as_counted(store: TrustStore, stack: str) -> TrustStore:
    """The store as this client stack counts it."""
    found = next((one for one in store.uncounted if one.stack == stack), None)
    if found is None:
        return store
    kept = tuple(one for place, one in enumerate(store.certificates) if place not in found.places)
    return TrustStore(source=store.source, kind=store.kind, path=store.path, size=found.size, certificates=kept, skipped=store.skipped)
