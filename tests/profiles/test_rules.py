"""What a profile expects, as it is written: what cannot hold is refused with its line, and each field has an effect or says that it has none."""

from dataclasses import replace
from pathlib import Path

import pytest

from probe.facts.unusable import Unusable
from probe.jobs.target import Options
from probe.jobs.wanted import wanted
from probe.lab.expecting import expecting
from probe.lab.pki import authority
from probe.profiles.read import read

HEAD = 'schema = 1\nid = "p"\ntitle = "P"\n[variables.day]\ntype = "text"\nrequired = false\n[endpoints.e]\nhost = "shop.example"\nport = 443\n'
FAULTS = (
    ("empty range", '[tls]\nmin = "TLSv1.3"\nmax = "TLSv1.2"\n', "line 12: max TLSv1.2 is below min TLSv1.3"),
    ("no version", '[tls]\nmin = "1.2"\n', "line 11: min is '1.2', "),
    ("no group", '[tls]\ngroups = ["secp256r1", "P-256"]\n', "line 11: groups is 'P-256', "),
    ("no address", 'addresses = ["192.0.2.1", "shop.example"]\n', "line 10: 'shop.example' is no IP address"),
    ("no addresses", "addresses = []\n", "line 10: the list of addresses is empty"),
    ("no word", 'addresses = "some"\n', "line 10: addresses is 'some', "),
    ("no day", f'[[trust.pins]]\nsha256 = "{"a" * 64}"\nuntil = "2026-02-30"\n', "line 12: until '2026-02-30' is no day of the calendar"),
    (
        "backwards",
        f'[[trust.pins]]\nsha256 = "{"a" * 64}"\nsince = "2027-01-02"\nuntil = "2027-01-01"\n',
        "line 13: until 2027-01-01 is before since 2027-01-02",
    ),
    ("two of one", f'[[trust.pins]]\nsha256 = "{"a" * 64}"\nfile = "a.pem"\n', "line 10: a pin has either sha256 or file"),
    ("unknown variable", '[[trust.pins]]\nfile = "a.pem"\nsince = "{dya}"\n', "line 12: since uses the variable 'dya', did you mean 'day'?"),
    ("a word of its own", '[client_certificate]\nserver_certificate = "forbidden"\n', "line 11: server_certificate is 'forbidden', "),
)


@pytest.mark.parametrize(("tables", "says"), [one[1:] for one in FAULTS], ids=[one[0] for one in FAULTS])
def test_what_cannot_hold_is_refused_with_its_line(tables: str, says: str) -> None:
    found = read(HEAD + tables, "p.toml")
    assert found.profile is None and any(fault.startswith(f"p.toml {says}") for fault in found.faults), found.faults


def made(tmp_path: Path, *tables: str, endpoint: str = "") -> Options:
    file = tmp_path / "p.toml"
    file.write_text(expecting(443, *tables, endpoint=endpoint))
    return Options(profile=str(file), trust=("none",))


def test_versions_are_the_clients_range_unless_the_user_names_one(tmp_path: Path) -> None:
    options = made(tmp_path, '[tls]\nmin = "TLSv1.2"\nmax = "TLSv1.2"')
    ((target, _),) = wanted((), options)
    assert (target.tls_min, target.tls_max) == ("TLSv1.2", "TLSv1.2")
    ((target, _),) = wanted((), replace(options, tls_min="TLSv1.3"))
    assert (target.tls_min, target.tls_max) == ("TLSv1.3", None)


def test_addresses_belong_to_the_profiles_own_host(tmp_path: Path) -> None:
    options = made(tmp_path, endpoint='addresses = ["192.0.2.1", "2001:DB8::0"]')
    ((target, _),) = wanted((), options)
    assert target.only == ("192.0.2.1", "2001:db8::")
    ((target, agreement),) = wanted(("https://other.example",), options)
    assert target.only == () and agreement and agreement.endpoint.addresses == ("all",)
    ((target, _),) = wanted(("https://other.example",), made(tmp_path, endpoint='addresses = "first"'))
    assert target.only == ("first",)


def test_several_certificates_around_a_day(tmp_path: Path) -> None:
    files = []
    for name in ("old", "new"):
        path = tmp_path / f"{name}.pem"
        path.write_text(authority(name).pem)
        files.append(str(path))
    options = Options(
        profile="nexuse2e-partner", trust=("none",), var=("host=b2b.example", f"partner_certificate={files[1]}", f"present_certificate={files[0]}")
    )
    ((target, _),) = wanted((), options)
    assert target.pin and target.pin.source == files[1] and target.pin.since == "" and target.also_pins == (), "without a day only the new one is expected"
    ((target, _),) = wanted((), replace(options, var=(*options.var, "switch_on=2026-12-31")))
    assert target.pin and [(one.source, one.since, one.until) for one in (target.pin, *target.also_pins)] == [
        (files[1], "2026-12-31", ""),
        (files[0], "", "2026-12-31"),
    ]
    with pytest.raises(Unusable, match="'2026-13-31' is no day of the calendar, as since of a pin of the profile nexuse2e-partner"):
        wanted((), replace(options, var=(*options.var, "switch_on=2026-13-31")))
    ((target, _),) = wanted((), replace(options, pin="ab" * 32))
    assert target.pin and target.pin.option == "--pin" and target.also_pins == (), "what is given by hand counts more"


def test_what_was_uploaded(tmp_path: Path) -> None:
    path = tmp_path / "uploaded.pem"
    path.write_text(authority("own").pem)
    options = Options(uploaded=str(path), trust=("none",))
    ((target, _),) = wanted(("https://own.example",), options)
    assert target.pin and target.pin.filed and target.pin.option == "--uploaded" and target.uploaded is None
    with pytest.raises(Unusable, match="--pin and --uploaded both name"):
        wanted(("https://own.example",), replace(options, pin="ab" * 32))
    with pytest.raises(Unusable, match="--uploaded is empty"):
        wanted(("https://own.example",), replace(options, uploaded=""))
    inwards = replace(options, profile="hubject-partner-endpoint", var=("host=own.example",))
    ((target, _),) = wanted((), inwards)
    assert target.pin and target.pin.filed and target.uploaded is None
    outwards = replace(options, profile="hubject-emp", env="qa", var=("provider=DE-LAB",))
    with pytest.raises(Unusable, match="--uploaded is compared with the client certificate, and none is named"):
        wanted((), outwards)
    ((target, _),) = wanted((), replace(outwards, cert="client.pem"))
    assert target.pin is None and target.uploaded and target.uploaded.filed
