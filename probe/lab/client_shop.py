"""The usual arrangement for client certificates: a shop that wants one of ``Partner Client CA``, and a client that has some certificate."""

from dataclasses import replace

from probe.facts.noun import noun
from probe.lab.pki import Issued, authority
from probe.lab.scene import FAILS, Expects, Scene
from probe.lab.shop import hierarchy, open_shop
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving
from probe.lab.traits import Traits

CLIENT = "client.partner.example"
FOR_CLIENTS = Traits(extended_key_usage=("client",), common_name=CLIENT)
"""What a client's certificate has. Alter it with ``dataclasses.replace``."""


@noun
class Partners:
    """The authority that the shop accepts, an intermediate below it, and what is issued by either."""

    root: Issued
    issuing: Issued

    def direct(self, traits: Traits | None = None) -> Issued:
        """A client certificate that the root itself issued."""
        return self.root.issue(CLIENT, traits=traits or FOR_CLIENTS)

    def below(self, traits: Traits | None = None) -> Issued:
        """A client certificate that the intermediate issued."""
        return self.issuing.issue(CLIENT, traits=traits or FOR_CLIENTS)


def partners() -> Partners:
    """Make the authority and its intermediate."""
    root = authority("Partner Client CA")
    return Partners(root=root, issuing=root.intermediate("Partner Issuing CA"))


def files(stage: Stage, *chain: Issued) -> tuple[str, ...]:
    """Write a client certificate with its issuers and its key, and give the options that name them."""
    return ("--cert", stage.chain_file(*(one.der for one in chain), name="client.pem"), "--key", stage.key_file(chain[0].key, name="client.key"))


def client_shop(
    stage: Stage, wants: Serving | None, options: tuple[str, ...], accepted: tuple[Issued, ...] = (), expects: Expects = FAILS, note: str = ""
) -> Scene:
    """Open a shop that requires a certificate issued by ``accepted``, or behaves as ``wants`` says; its own certificate is in order."""
    made = hierarchy()
    wish = wants or Serving(credentials=(made.whole,), client="required", client_issuers=accepted)
    return open_shop(stage, replace(wish, credentials=(made.whole,)), made.root, options=options, expects=expects, note=note)


def wanting(*accepted: Issued, client: str = "required", word: str = "alert") -> Serving:
    """How a server behaves that wants a client certificate; its credentials are filled in by ``client_shop``."""
    return Serving(credentials=(), client=client, client_issuers=accepted, client_word=word)
