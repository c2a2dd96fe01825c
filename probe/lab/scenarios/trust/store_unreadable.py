"""What shall be the trust store cannot be read."""

from collections.abc import Callable
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs7 import serialize_certificates

from probe.facts.certificate import Certificate
from probe.formats.writing import jks_trust_store, pkcs12_trust_store
from probe.lab.scene import DEPENDS, FAILS, NOTE, RISK, UNUSABLE, Expects, Scene
from probe.lab.shop import hierarchy, reach, working_shop
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving

_PAGE = "<!DOCTYPE html><html><body>Please log in to download the certificate.</body></html>"
_DAMAGED = "-----BEGIN CERTIFICATE-----\nMIIB*damaged*\n-----END CERTIFICATE-----\n"


def broken(stage: Stage) -> Scene:
    """The file is an HTML page that was saved under the name of a certificate."""
    port = stage.tls(Serving(credentials=(hierarchy().whole,)))
    return Scene(arguments=reach(port, str(stage.write("root.pem", _PAGE))), expects=UNUSABLE)


def mended(stage: Stage) -> Scene:
    """The file holds the root."""
    made = hierarchy()
    return working_shop(stage, made, made.root)


def one_entry(stage: Stage) -> Scene:
    """One entry of the file is damaged: OpenSSL and Java refuse the whole file, though the root that is needed is another entry."""
    return _trusting(stage, lambda root: _DAMAGED + root, FAILS)


def indented(stage: Stage) -> Scene:
    """Every line of the file is indented, as when it was copied out of a document: no client finds a certificate in it."""
    return _trusting(stage, lambda root: "".join(f"    {line}\n" for line in root.splitlines()), FAILS)


def byte_order_mark(stage: Stage) -> Scene:
    """An editor put a byte order mark in front of the file: OpenSSL reads over it, Java does not."""
    return _trusting(stage, lambda root: "\ufeff" + root, DEPENDS)


def carriage_returns(stage: Stage) -> Scene:
    """The lines end in a carriage return alone, as on very old Macs: Java reads them, OpenSSL does not."""
    return _trusting(stage, lambda root: root.replace("\n", "\r"), DEPENDS)


def folder(stage: Stage) -> Scene:
    """One file of a folder is damaged, and the root that is needed is in another one."""
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,)))
    kept = stage.write("root.pem", made.root.pem).parent / "anchors"
    kept.mkdir()
    (kept / "root.pem").write_text(made.root.pem)
    (kept / "other.pem").write_text(_DAMAGED)
    return Scene(arguments=reach(port, str(kept)), expects=RISK)


def der(stage: Stage) -> Scene:
    """The root as DER, as Windows exports it: keytool takes that, OpenSSL and curl want PEM."""
    return _trusting(stage, lambda root: x509.load_pem_x509_certificate(root.encode()).public_bytes(Encoding.DER), NOTE)


def pkcs7(stage: Stage) -> Scene:
    """The root in PKCS #7 (.p7b), which neither OpenSSL nor keytool -importcert takes."""
    return _trusting(stage, lambda root: serialize_certificates([x509.load_pem_x509_certificate(root.encode())], Encoding.PEM), NOTE)


def with_key(stage: Stage) -> Scene:
    """A private key stands behind the root: keytool imports the certificate, Java programs that read the file themselves refuse it."""
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return _trusting(stage, lambda root: root + key, NOTE)


def jks(stage: Stage) -> Scene:
    """The root in a JKS store: Java takes that as it is, OpenSSL and curl want PEM."""
    return _trusting(stage, lambda root: jks_trust_store(_certificate(root), "changeit", datetime.now(UTC)), NOTE)


def pkcs12(stage: Stage) -> Scene:
    """The root in a PKCS12 store as keytool writes it."""
    return _trusting(stage, lambda root: pkcs12_trust_store(_certificate(root), "changeit"), NOTE)


def wrong_password(stage: Stage) -> Scene:
    """The store has a password that nobody gave."""
    return _trusting(stage, lambda root: pkcs12_trust_store(_certificate(root), "known to nobody"), UNUSABLE)


def _certificate(text: str) -> tuple[Certificate, ...]:
    return (Certificate(der=x509.load_pem_x509_certificate(text.encode()).public_bytes(Encoding.DER)),)


def _trusting(stage: Stage, form: Callable[[str], str | bytes], expects: Expects) -> Scene:
    """Trust a file that holds the root in some form."""
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,)))
    return Scene(arguments=reach(port, str(stage.write("root.pem", form(made.root.pem)))), expects=expects)


variants: dict[str, Callable[[Stage], Scene]] = {
    "one-entry": one_entry,
    "indented": indented,
    "byte-order-mark": byte_order_mark,
    "carriage-returns": carriage_returns,
    "folder": folder,
    "der": der,
    "pkcs7": pkcs7,
    "with-key": with_key,
    "jks": jks,
    "pkcs12": pkcs12,
    "wrong-password": wrong_password,
}
