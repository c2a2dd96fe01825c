"""A file has a form that programs do not take."""

from collections.abc import Callable

from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from probe.lab.file_shop import FINE, look, parts
from probe.lab.scene import DEPENDS, RISK, Expects, Scene
from probe.lab.stage import Stage

_NOTHING = Expects(exit=2)


def broken(stage: Stage) -> Scene:
    """Every line is indented, as when the text was copied out of a document: neither OpenSSL nor Java takes the file."""
    return look(stage, ("root.pem", "".join(f"    {line}\n" for line in parts().root.pem.splitlines())))


def mended(stage: Stage) -> Scene:
    """The lines begin where they should."""
    return look(stage, ("root.pem", parts().root.pem), expects=FINE)


def byte_order_mark(stage: Stage) -> Scene:
    """An editor put a byte order mark in front: OpenSSL reads over it, Java does not."""
    return look(stage, ("root.pem", "\ufeff" + parts().root.pem), expects=DEPENDS)


def openssh(stage: Stage) -> Scene:
    """The private key is one of OpenSSH, which no TLS program takes."""
    key = parts().leaf.key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    return look(stage, ("server.key", key), expects=_NOTHING)


def binary_pem(stage: Stage) -> Scene:
    """The file is called .pem and is DER: programs that go by the name fail."""
    return look(stage, ("root.pem", parts().root.der), expects=RISK)


def unmarked(stage: Stage) -> Scene:
    """The root is in a PKCS12 file as openssl pkcs12 -export -nokeys writes it: for Java there is nothing in it."""
    store = serialize_key_and_certificates(None, None, None, [parts().root.x509], BestAvailableEncryption(b"changeit"))
    return look(stage, ("store.p12", store), options=("--as", "java"))


variants: dict[str, Callable[[Stage], Scene]] = {"byte-order-mark": byte_order_mark, "openssh": openssh, "binary-pem": binary_pem, "unmarked": unmarked}
