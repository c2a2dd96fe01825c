"""Files as people put them together: what scenarios about files are made of."""

import io
import zipfile

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import NameOID

from probe.facts.noun import noun
from probe.lab.keys import PrivateKey, private_key
from probe.lab.pki import Issued, authority
from probe.lab.scene import FAILS, WORKS, Expects, Scene
from probe.lab.shop import HOST, INTERMEDIATE, ROOT
from probe.lab.stage import Stage
from probe.lab.traits import Traits

FINE = WORKS
"""Nothing stands against the files."""


@noun
class Parts:
    """A root, the intermediate below it, and a server's certificate below that."""

    root: Issued
    intermediate: Issued
    leaf: Issued

    @property
    def chain(self) -> str:
        """What a server's file holds: its own certificate and the intermediate."""
        return self.leaf.pem + self.intermediate.pem

    def store(self, password: str) -> bytes:
        """The whole as PKCS #12; an empty password leaves it open."""
        lock = BestAvailableEncryption(password.encode()) if password else NoEncryption()
        return serialize_key_and_certificates(b"shop", self.leaf.key, self.leaf.x509, [self.intermediate.x509, self.root.x509], lock)

    def request(self) -> bytes:
        """A request for the server's certificate, signed with its key."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
        builder = x509.CertificateSigningRequestBuilder().subject_name(name).add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), False)
        return builder.sign(self.leaf.key, hashes.SHA256()).public_bytes(Encoding.PEM)


def parts(root: Traits | None = None, leaf: Traits | None = None) -> Parts:
    """Make the three certificates."""
    top = authority(ROOT, root)
    middle = top.intermediate(INTERMEDIATE)
    return Parts(root=top, intermediate=middle, leaf=middle.issue(HOST, traits=leaf))


def fetched(stage: Stage) -> Parts:
    """Make the three certificates; the server's names a URL where the intermediate can be had."""
    top = authority(ROOT)
    middle = top.intermediate(INTERMEDIATE)
    issuers = stage.http()
    issuers.put("/issuing.der", middle.der)
    return Parts(root=top, intermediate=middle, leaf=middle.issue(HOST, traits=Traits(ca_issuers=(f"{issuers.url}/issuing.der",))))


def other_key() -> PrivateKey:
    """A key that belongs to nothing."""
    return private_key("ec-p256", "another")


def packed(*files: tuple[str, bytes]) -> bytes:
    """An archive."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return written.getvalue()


def look(stage: Stage, *files: tuple[str, bytes | str], options: tuple[str, ...] = (), expects: Expects = FAILS, note: str = "") -> Scene:
    """Write files, and look at them; a name may have a folder in front. Nothing but these files is known."""
    paths = []
    for name, data in files:
        folder = (stage.folder / name).parent
        folder.mkdir(exist_ok=True)
        paths.append(str(stage.write(name, data)))
    return Scene(arguments=(*paths, "--trust", "none", *options), command="inspect", expects=expects, note=note)
