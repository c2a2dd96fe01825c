"""Variables of the type host: an address or a name alone; a port behind it is named, with the way to write it."""

import pytest

from probe.cli.main import run
from probe.facts.unusable import Unusable
from probe.profiles import load
from probe.profiles.agree import values

PROFILE = "matrix42-native-connector"


@pytest.mark.parametrize("host", ["api.corp.example", "api.corp.example.", "a_b.corp.example", "192.0.2.7", "2001:db8::7", "[2001:db8::7]", "localhost"])
def test_names_and_addresses_are_hosts(host: str) -> None:
    assert values(load(PROFILE), (("api", host),))["api"] == host


@pytest.mark.parametrize(
    "host", ["a..b", ".example", "host:", ":443", "host:name", "1.2.3", "[192.0.2.7]", "[api.corp.example]", "[2001:db8::7", "a" * 64, "x]y"]
)
def test_what_is_neither_is_refused(host: str) -> None:
    with pytest.raises(Unusable, match="is not a host name or address, as api in the profile matrix42-native-connector must be"):
        values(load(PROFILE), (("api", host),))


@pytest.mark.parametrize(
    ("spelled", "host", "port"), [("api.corp.example:8443", "api.corp.example", "8443"), ("192.0.2.7:443", "192.0.2.7", "443"), ("[::1]:444", "[::1]", "444")]
)
def test_a_port_has_a_variable_of_its_own(spelled: str, host: str, port: str, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("trust", "check"):
        assert run([command, "--profile", PROFILE, "--var", f"api={spelled}"]) == 2
        captured = capsys.readouterr()
        said = " ".join(captured.err.split())
        assert captured.out == "" and f"{spelled!r} is a host with a port, and api in the profile {PROFILE} is the host alone." in said
        assert f"Write --var api={host} --var api_port={port}" in said


def test_a_port_where_there_is_no_variable_for_it_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trust", "--profile", PROFILE, "--var", "domain=corp.example:53"]) == 2
    assert "Leave the port out: --var domain=corp.example" in " ".join(capsys.readouterr().err.split())
