"""A chain of which only the server's own certificate is sent and whose issuers name further issuers without end."""

from dataclasses import replace

import pytest

from probe.causes.words import Effect
from probe.cli.arguments import observed
from probe.diagnose import diagnose
from probe.lab.pki import AUTHORITY, authority
from probe.lab.shop import HOST, credentials, open_shop
from probe.lab.stage import Stage
from probe.lab.traits import Traits
from probe.plan import FETCHES

LEVELS = 12


@pytest.mark.parametrize("options", [(), ("--as", "java"), ("--as", "openssl")])
def test_what_is_missing_is_named_not_the_length_that_no_client_sees(options: tuple[str, ...]) -> None:
    with Stage() as stage:
        web = stage.http()
        root = above = authority("Far Root")
        for number in range(LEVELS):
            above = above.intermediate(f"Level {number}", replace(AUTHORITY, ca_issuers=(f"{web.url}/{number - 1}.der",) if number else ()))
            web.put(f"/{number}.der", above.certificate.der)
        leaf = above.issue(HOST, traits=Traits(ca_issuers=(f"{web.url}/{LEVELS - 1}.der",)))
        observation = observed(open_shop(stage, credentials(leaf), root, options=options).arguments)
    found = diagnose(observation)
    assert len(observation.fetches) <= FETCHES < LEVELS
    assert found.cause and found.cause.code == "chain.intermediate-missing" and not found.cause.stacks
    assert "chain.path-length" not in [one.code for one in found.findings if one.effect is Effect.BREAKS]
    assert all(one.accepts is False and one.says and not one.limit for one in found.stacks)
