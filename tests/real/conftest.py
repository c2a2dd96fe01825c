"""One small PKI for all real servers: a root in a file, one intermediate, and an end-entity certificate for shop.example."""

from dataclasses import replace

import pytest

from probe.lab.pki import AUTHORITY, authority
from tests.real.clients import Clients, clients
from tests.real.pki import Pki


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    root = authority("Real Root CA")
    middle = root.intermediate("Real Issuing CA", replace(AUTHORITY, path_length=0))
    folder = tmp_path_factory.mktemp("trust")
    trust = folder / "root.pem"
    trust.write_text(root.pem)
    return Pki(root=root, middle=middle, leaf=middle.issue("shop.example"), trust=trust)


@pytest.fixture(scope="session")
def known(tmp_path_factory: pytest.TempPathFactory) -> Clients:
    return clients(tmp_path_factory.mktemp("clients"))
