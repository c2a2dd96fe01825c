"""A domain controller of Active Directory as Samba makes it: LDAPS, StartTLS, the global catalog, SRV, binds, and the domain as a whole."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from probe.lab.pki import Issued, authority
from probe.lab.traits import Traits
from tests.real.samba_controller import ADDRESS, DOMAIN, HOST, PASSWORD, Controller, provisioned, samba

WHO = f"Administrator@{DOMAIN}"


class House:
    """The controller, who issued its certificates, and the file with the root. One certificate is served at a time, because there is one set of ports."""

    def __init__(self, controller: Controller, trust: Path) -> None:
        root = authority("Corp Root CA")
        middle = root.intermediate("Corp Issuing CA")
        trust.write_text(root.pem)
        self.controller = controller
        self.trust = trust
        self._chains: dict[str, tuple[Issued, ...]] = {
            "good": (middle.issue(HOST), middle),
            "expired": (middle.issue(HOST, traits=Traits(starts=-30, ends=-2)), middle),
            "alone": (middle.issue("old.corp.example"),),
        }
        self._served = ""
        self._stack = ExitStack()

    def serve(self, name: str) -> "House":
        """Run it with this certificate, unless it does already."""
        if self._served != name:
            self.close()
            self._stack.enter_context(samba(self.controller, self._chains[name]))
            self._served = name
        return self

    def close(self) -> None:
        """Stop it."""
        self._served = ""
        self._stack.close()

    def probe(self, *arguments: str, password: str = "") -> tuple[int, dict[str, Any]]:
        """Run the probe beside the controller; its exit code and its report."""
        command = (sys.executable, "-m", "probe", "check", *arguments, "--trust", str(self.trust), "--format", "json")
        environment = os.environ | {"PROBE_TEST_BIND": password}
        done = subprocess.run(self.controller.inside(*command), check=False, capture_output=True, text=True, timeout=60, env=environment)
        assert "Traceback" not in done.stderr and (not password or password not in done.stdout + done.stderr)
        return done.returncode, json.loads(done.stdout)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A domain that was provisioned once, with an account that cannot log on."""
    folder = tmp_path_factory.mktemp("samba")
    with provisioned(folder) as made:
        made.tool("user", "create", "disabled", "Pass-4Rt8.uw")
        made.tool("user", "disable", "disabled")
        found = House(made, folder / "root.pem")
        try:
            yield found
        finally:
            found.close()


@pytest.fixture
def good(house: House) -> House:
    """It runs with a good certificate for its full name."""
    return house.serve("good")


def test_an_expired_certificate(house: House) -> None:
    code, found = house.serve("expired").probe("--domain", DOMAIN, "--resolver", ADDRESS)
    (row,) = found["domain"]["rows"]
    assert code == 1 and row["ldaps"] == row["starttls"] == "fails: chain.expired" and row["ends"].startswith("EXPIRED")


def test_a_certificate_of_another_that_comes_alone(house: House) -> None:
    code, found = house.serve("alone").probe("--domain", DOMAIN, "--resolver", ADDRESS)
    (row,) = found["domain"]["rows"]
    assert code == 1 and (row["fits"], row["sends"]) == ("NO", "only its own") and row["ldaps"] == "fails: chain.intermediate-missing"
    assert {one["code"] for one in found["results"][0]["findings"]} >= {"chain.intermediate-missing", "name.mismatch"}


@pytest.mark.parametrize("target", [f"ldaps://{HOST}", f"ldap://{HOST}", f"ldaps://{HOST}:3269", f"ldap://{HOST}:3268"])
def test_every_port_works_and_the_request_for_a_certificate_is_no_fault(target: str, good: House) -> None:
    code, found = good.probe(target, "--resolver", ADDRESS)
    (result,) = found["results"]
    assert (code, result["verdict"], result["findings"]) == (0, "works", [])
    exchange = result["observation"]["attempts"][0]["steps"][-1]
    fields = dict(exchange["fields"])
    assert fields["dnsHostName"] == HOST and fields["supportedCapabilities"] == "1.2.840.113556.1.4.800"
    assert fields["defaultNamingContext"].lower() == "dc=corp,dc=example"


def test_the_domain_is_one_row_of_what_its_dns_lists(good: House) -> None:
    code, found = good.probe("--domain", DOMAIN, "--resolver", ADDRESS)
    (row,) = found["domain"]["rows"]
    assert code == 0 and row["host"] == HOST and row["addresses"] == [ADDRESS]
    assert (row["ldaps"], row["starttls"], row["fits"], row["fits_domain"], row["sends"], row["catalog"]) == (
        "works",
        "works",
        "yes",
        "no",
        "2 certificates",
        "yes",
    )
    assert not found["domain"]["notes"] and len(found["results"]) == 2


def test_the_name_of_the_domain_is_not_in_the_certificate(good: House) -> None:
    code, found = good.probe("ldaps://corp.example", "--connect", ADDRESS)
    cause = found["results"][0]["cause"]
    assert (code, cause["code"]) == (1, "name.mismatch")
    evidence = [one["says"] for one in found["results"][0]["findings"][0]["evidence"]]
    assert any(f"calls itself {HOST}, and the certificate is for that name" in one for one in evidence)


@pytest.mark.parametrize(
    ("who", "password", "reason"),
    [
        (WHO, PASSWORD, ""),
        (WHO, "wrong-7Hn2", "data 52e"),
        (f"nobody@{DOMAIN}", "wrong-7Hn2", "49 (invalidCredentials)"),
        (f"disabled@{DOMAIN}", "Pass-4Rt8.uw", "data 533"),
    ],
)
@pytest.mark.parametrize("scheme", ["ldaps", "ldap"])
def test_binds(scheme: str, who: str, password: str, reason: str, good: House) -> None:
    code, found = good.probe(f"{scheme}://{HOST}", "--resolver", ADDRESS, "--bind", who, "--bind-password-env", "PROBE_TEST_BIND", password=password)
    cause = found["results"][0]["cause"]
    if not reason:
        assert code == 0 and cause is None
    else:
        assert code == 1 and cause["code"] == "app.ldap" and reason in cause["summary"], cause
