"""Numbers and their names: registry, suites, alerts."""

import shutil
import subprocess
import sys

import pytest
from OpenSSL import SSL

from probe.tls import alerts, registry, suites


def test_every_suite_that_the_engine_can_offer_has_the_name_that_the_engine_gives_it() -> None:
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_cipher_list(b"ALL:!PSK:!SRP:@SECLEVEL=0")
    offered = {name for name in SSL.Connection(context, None).get_cipher_list() if "PSK" not in name and "SRP" not in name}
    assert len(offered) > 50
    assert offered <= {openssl for _, openssl in suites.table().values()}


def test_suites_agree_with_the_system_openssl() -> None:
    openssl = shutil.which("openssl")
    assert openssl is not None, "openssl is missing: run tests/install-servers"
    listed = subprocess.run([openssl, "ciphers", "-V", "-stdname", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"], capture_output=True, text=True, check=True).stdout
    compared = 0
    for line in listed.splitlines():
        code, _, iana, _, name, *_ = line.split()
        if "PSK" in iana or "SRP" in iana:
            continue
        number = int(code[2:4] + code[7:9], 16)
        assert (registry.suite_iana_name(number), registry.suite_name(number)) == (iana, name)
        compared += 1
    assert compared > 60


@pytest.mark.parametrize(
    ("number", "name"), [(0x0005, "RC4-SHA"), (0x000A, "DES-CBC3-SHA"), (0x0003, "EXP-RC4-MD5"), (0xC012, "ECDHE-RSA-DES-CBC3-SHA"), (0x5A5B, "0x5a5b")]
)
def test_suites_of_old_servers_have_names(number: int, name: str) -> None:
    assert registry.suite_name(number) == name


def test_unknown_numbers_are_named_by_themselves() -> None:
    assert registry.version_name(0x0399) == "0x0399"
    assert registry.group_name(0x4444) == "0x4444"
    assert registry.scheme_name(0x9999) == "0x9999"
    assert registry.suite_iana_name(0x5A5B) == "0x5a5b"
    assert registry.message_name(99) == "handshake message 99"
    assert alerts.name(99) == "alert 99"
    assert alerts.meaning(99)


def test_names_are_unique() -> None:
    for table in (registry.GROUPS, registry.SCHEMES, registry.VERSIONS, registry.HANDSHAKE_TYPES):
        assert len(set(table.values())) == len(table)
    assert len({name for name, _ in alerts.ALERTS.values()}) == len(alerts.ALERTS)
    assert len({iana for iana, _ in suites.table().values()}) == len(suites.table())


def test_every_alert_says_what_it_means_in_one_sentence() -> None:
    for number in alerts.ALERTS:
        sentence = alerts.meaning(number)
        assert sentence.endswith(".") and sentence.count(". ") == 0, sentence


def test_grease_values_are_the_sixteen_of_the_standard() -> None:
    assert [number for number in range(65536) if registry.is_grease(number)] == [0x0A0A + 0x1010 * step for step in range(16)]


@pytest.mark.parametrize(
    ("level", "description", "newest", "ends"),
    [
        (2, 40, False, True),
        (1, 112, False, False),
        (1, 112, True, True),
        (1, 0, True, False),
        (2, 0, False, False),
        (2, 90, True, False),
        (2, 90, False, True),
        (1, 116, True, True),
    ],
)
def test_which_alerts_end_a_connection(level: int, description: int, newest: bool, ends: bool) -> None:
    assert alerts.ends_connection(level, description, tls_1_3=newest) is ends


def test_readers_load_no_openssl() -> None:
    code = "import sys, probe.tls.messages, probe.tls.registry, probe.tls.alerts, probe.tls.plaintext; print({'OpenSSL', 'ssl'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
