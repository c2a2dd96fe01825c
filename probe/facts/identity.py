"""Who the client says it is: its certificates, and whether the key that goes with them is at hand.

No field can hold a key or a password. What proves the identity lives in ``probe.tls.credential``, in memory and for one check.
"""

from probe.facts.certificate import Certificate
from probe.facts.noun import noun


@noun
class Unloadable:
    """Why OpenSSL, given one of the files as it is, does not load it: ``what`` is order, certificate or key; ``words`` are its own, for people only."""

    what: str
    words: str


@noun
class Identity:
    """A client certificate as the user named it.

    ``certificates`` are in the order in which they would be sent, the client's own first. ``kind`` is pem, der or pkcs12. ``keys`` counts the private keys
    that were found, ``key`` describes the one that is used ("RSA 2048", "" when there is none). ``fits`` says whether that key belongs to the first
    certificate (``None``: no key). ``notes`` are remarks about the files for people. ``unloadable`` is
    what programs that are built on OpenSSL stumble over in them.
    """

    source: str
    key_source: str = ""
    kind: str = "pem"
    certificates: tuple[Certificate, ...] = ()
    keys: int = 0
    key: str = ""
    fits: bool | None = None
    encrypted: bool = False
    notes: tuple[str, ...] = ()
    unloadable: tuple[Unloadable, ...] = ()

    @property
    def own(self) -> Certificate | None:
        """The client's own certificate."""
        return self.certificates[0] if self.certificates else None


@noun
class OnFile:
    """The certificate of the client that the other side has on file, as the user named it."""

    source: str
    certificate: Certificate
