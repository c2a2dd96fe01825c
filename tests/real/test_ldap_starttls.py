"""StartTLS over LDAP against OpenLDAP."""

from pathlib import Path

from probe.causes.words import Owner
from probe.facts.observation import How
from tests.real.asking import assert_fails, assert_works, at, check
from tests.real.pki import Pki
from tests.servers import slapd


def test_healthy_and_incomplete(tmp_path: Path, pki: Pki) -> None:
    with slapd(tmp_path, pki.chain, scheme="ldap") as port:
        found = check(*at(port, *pki.trusting, scheme="ldap"))
        assert_works(found, notes=())
        assert found.case.start and found.case.start.ending.how is How.DONE and found.case.start.status == 0 and not found.case.start.surplus
        assert found.case.exchange and found.case.exchange.status == 0
        assert_fails(check(*at(port, *pki.trusting, scheme="ldap", host="dc2.shop.example")), "name.mismatch", Owner.SERVER)
