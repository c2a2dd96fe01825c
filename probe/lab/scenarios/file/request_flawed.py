"""A certificate request should not be handed in as it is."""

from collections.abc import Callable

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from probe.lab import surgery
from probe.lab.file_shop import FINE, look, parts
from probe.lab.keys import private_key
from probe.lab.scene import FAILS, RISK, Scene
from probe.lab.stage import Stage

HOST = "api.shop.example"


def _request(common: str, *names: str, country: str = "DE", key: str = "rsa-2048") -> bytes:
    """A request in DER, signed with a key of its own."""
    subject = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, country), x509.NameAttribute(NameOID.COMMON_NAME, common)])
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in names]), False)
    return builder.sign(private_key(key, "request"), hashes.SHA256()).public_bytes(Encoding.DER)


def broken(stage: Stage) -> Scene:
    """It was altered after it had been signed."""
    return look(stage, ("request.csr", surgery.with_flipped_signature(_request(HOST, HOST))), expects=FAILS)


def mended(stage: Stage) -> Scene:
    """Its own key signed it, and it asks for the name."""
    return look(stage, ("request.csr", _request(HOST, HOST)), expects=FINE)


def country(stage: Stage) -> Scene:
    """The country is written as people say it."""
    return look(stage, ("request.csr", _request(HOST, HOST, country="UK")), expects=RISK)


def names(stage: Stage) -> Scene:
    """The old certificate has a name that the request does not ask for."""
    made = parts()
    return look(
        stage, ("request.csr", _request(HOST, HOST, "shop.example")), ("old.pem", made.root.issue("shop.example", "www.shop.example").pem), expects=RISK
    )


def profile(stage: Stage) -> Scene:
    """The system that it is for wants another common name."""
    return look(stage, ("request.csr", _request("agent8")), options=("--profile", "insights-hub-mqtt", "--var", "device=agent7"), expects=FAILS)


variants: dict[str, Callable[[Stage], Scene]] = {"country": country, "names": names, "profile": profile}
