"""Client certificates, good and bad, for the real servers that want one."""

from dataclasses import replace
from pathlib import Path

from probe.facts.noun import noun
from probe.lab.pki import AUTHORITY, Issued, authority, self_signed
from probe.lab.traits import Traits
from tests.servers import files

FOR_CLIENTS = Traits(extended_key_usage=("client",), common_name="client.partner.example")


@noun
class Clients:
    """The authority that servers accept, one below it, and the folder with the clients' files."""

    root: Issued
    issuing: Issued
    other: Issued
    folder: Path

    def options(self, name: str) -> tuple[str, ...]:
        """The options of the probe for one of the clients."""
        return ("--cert", str(self.folder / f"{name}.pem"), "--key", str(self.folder / f"{name}.key"))

    @property
    def ca(self) -> Path:
        """A file with the accepted root."""
        return self.folder / "client-ca.pem"

    @property
    def both(self) -> Path:
        """A file with two accepted roots, the second of which is the other clients'."""
        return self.folder / "both-ca.pem"


def clients(folder: Path) -> Clients:
    """Write everybody's files."""
    root, other = authority("Real Client CA"), authority("Other Client CA")
    issuing = root.intermediate("Real Client Issuing CA")
    rekeyed = authority("Real Client CA")
    deep = issuing.intermediate("Real Client Lower CA", AUTHORITY)
    everybody: dict[str, tuple[Issued, ...]] = {
        "good": (issuing.issue(traits=FOR_CLIENTS), issuing),
        "direct": (root.issue(traits=FOR_CLIENTS),),
        "alone": (issuing.issue(traits=FOR_CLIENTS),),
        "deep": (deep.issue(traits=FOR_CLIENTS), deep, issuing),
        "foreign": (other.issue(traits=FOR_CLIENTS), other),
        "rekeyed": (rekeyed.issue(traits=FOR_CLIENTS),),
        "expired": (root.issue(traits=replace(FOR_CLIENTS, starts=-90, ends=-3)),),
        "future": (root.issue(traits=replace(FOR_CLIENTS, starts=3, ends=90)),),
        "server": (root.issue(traits=replace(FOR_CLIENTS, extended_key_usage=("server",))),),
        "itself": (self_signed(traits=FOR_CLIENTS),),
        "weak": (root.issue(traits=replace(FOR_CLIENTS, key="rsa-1024", slot="real-weak")),),
    }
    for name, chain in everybody.items():
        files(folder, chain, name)
    made = Clients(root=root, issuing=issuing, other=other, folder=folder)
    made.ca.write_text(root.pem)
    made.both.write_text(root.pem + other.pem)
    return made
