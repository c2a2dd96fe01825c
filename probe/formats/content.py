"""What a certificate file was found to hold."""

from probe.facts.certificate import Certificate
from probe.facts.noun import noun
from probe.facts.trust import Skipped


@noun
class Oddity:
    """Something in the form of the file that not every program takes: what, where, and which loaders refuse the whole file for it.

    ``refused_by`` has ``openssl`` (``SSL_CTX_load_verify_locations`` and all that stand on it: curl, Python's ssl) and ``cryptography``.
    """

    what: str
    where: str
    refused_by: tuple[str, ...]


@noun
class Content:
    """``kind`` is pem, der, pkcs7, base64 (PEM without its BEGIN and END lines) or none.

    ``certificates`` are those found, each with its place in the file ("line 12", "certificate 2"), those too that cannot be read.
    ``skipped`` are blocks that are no certificate or a damaged one. ``looks_like`` says what the file is instead when there is no certificate in it, else "".
    """

    kind: str
    certificates: tuple[tuple[Certificate, str], ...] = ()
    skipped: tuple[Skipped, ...] = ()
    looks_like: str = ""
    oddities: tuple[Oddity, ...] = ()
