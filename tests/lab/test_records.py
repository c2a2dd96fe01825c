"""The scenarios about further records in DNS, as dig and OpenSSL see them."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from probe.lab.scenario import scenario
from probe.lab.scene import Scene
from probe.lab.shop import HOST
from probe.lab.stage import Stage
from tests.lab.client import asked, dig, s_client


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as opened:
        yield opened


def broken(code: str, way: str, stage: Stage) -> Scene:
    found = scenario(code)
    assert found is not None
    return {"": found.broken, **{one.name: one.open for one in found.variants}}[way](stage)


@pytest.mark.parametrize("way", ["", "nobody", "wildcard", "above"])
def test_the_zone_names_others(way: str, stage: Stage) -> None:
    scene = broken("dns.caa", way, stage)
    server = scene.arguments[scene.arguments.index("--resolver") + 1]
    host = urlsplit(scene.arguments[0]).hostname or ""
    own = dig(server, host, "CAA", "+short").split()
    values = own or dig(server, host.partition(".")[2], "CAA", "+short").split()
    # For the certificate with a wildcard the property issuewild counts.
    counting = [value for tag, value in zip(values[1::3], values[2::3], strict=True) if tag == ("issuewild" if way == "wildcard" else "issue")]
    assert counting and '"letsencrypt.org"' not in counting


@pytest.mark.parametrize(("way", "code"), [("", 65), ("root-not-sent", 20), ("unsigned", 65)])
def test_no_tlsa_record_fits_for_openssl(way: str, code: int, stage: Stage) -> None:
    scene = broken("dns.tlsa-mismatch", way, stage)
    server = scene.arguments[scene.arguments.index("--resolver") + 1]
    one = asked(scene)
    values = dig(server, f"_{one.address_port}._tcp.{HOST}", "TLSA", "+short").split(maxsplit=3)
    record = " ".join((*values[:3], "".join(values[3].split())))
    printed = s_client(one.address_port, "-servername", HOST, "-dane_tlsa_domain", HOST, "-dane_tlsa_rrdata", record)
    assert f"Verify return code: {code} " in printed
