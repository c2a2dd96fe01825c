"""Real servers that begin in plain text: Postfix, Dovecot, PostgreSQL, MariaDB, Prosody, ProFTPD. Healthy, with a fault in the chain, and without TLS."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from probe.causes.words import Certainty, Owner
from probe.diagnose import Diagnosis
from probe.lab.pki import Issued, authority
from probe.lab.traits import Traits
from tests.real.asking import assert_fails, assert_works, at, check, told
from tests.real.pki import Pki
from tests.real.plain_first import common_folder, dovecot, mariadb, postfix, postgresql, postgresql_data, proftpd, prosody
from tests.servers import files

SHORT = ("--timeout", "2")
CLIENT = Traits(extended_key_usage=("client",))


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with common_folder() as made:
        yield made


@pytest.fixture(scope="module")
def mail(folder: Path, pki: Pki) -> Iterator[dict[str, int]]:
    whole, key = files(folder, pki.chain, "mail")
    alone, _ = files(folder, pki.chain[:1], "mail-alone")
    broken = folder / "broken.key"
    broken.write_text("this is no key\n")
    good = f"-o smtpd_tls_cert_file={whole} -o smtpd_tls_key_file={key}"
    services = {
        "good": good,
        "alone": f"-o smtpd_tls_cert_file={alone} -o smtpd_tls_key_file={key}",
        "without": "-o smtpd_tls_security_level=none",
        "broken": f"-o smtpd_tls_cert_file={whole} -o smtpd_tls_key_file={broken}",
        "at once": f"-o smtpd_tls_wrappermode=yes {good}",
        "wants": f"-o smtpd_tls_security_level=encrypt -o smtpd_tls_req_ccert=yes -o smtpd_tls_CAfile={pki.trust} {good}",
    }
    with postfix(folder, services) as ports:
        yield ports


@pytest.fixture(scope="module")
def store(folder: Path, pki: Pki) -> Iterator[dict[str, int]]:
    with dovecot(folder, pki.chain, pki.leaf) as ports:
        yield ports


def asked(scheme: str, port: int, pki: Pki, *more: str, address: str = "127.0.0.1") -> Diagnosis:
    return check(*at(port, *pki.trusting, *more, scheme=scheme, address=address))


def assert_lacks_intermediate(found: Diagnosis) -> None:
    assert_fails(found, "chain.intermediate-missing", Owner.SERVER, Certainty.LIKELY)


def test_postfix(mail: dict[str, int], pki: Pki) -> None:
    found = asked("smtp", mail["good"], pki)
    assert_works(found, notes=())
    assert found.case.exchange and found.case.exchange.status == 250
    assert found.case.start and ("greeting", "mail.shop.example ESMTP Postfix") in found.case.start.fields
    assert_lacks_intermediate(asked("smtp", mail["alone"], pki))
    assert_fails(check(*at(mail["good"], *pki.trusting, scheme="smtp", host="mx2.shop.example")), "name.mismatch", Owner.SERVER)


def test_postfix_without_and_with_a_broken_certificate(mail: dict[str, int], pki: Pki) -> None:
    assert_fails(asked("smtp", mail["without"], pki), "starttls.unsupported", Owner.SERVER)
    found = asked("smtp", mail["broken"], pki)
    assert_fails(found, "starttls.refused", Owner.SERVER)
    assert found.cause and any("454 4.7.0 TLS not available due to local problem" in one.says for one in found.cause.evidence)


def test_postfix_on_the_port_of_the_other_way(mail: dict[str, int], pki: Pki) -> None:
    assert_works(asked("smtps", mail["at once"], pki), notes=())
    found = asked("smtp", mail["at once"], pki, *SHORT)
    assert_fails(found, "starttls.protocol", Owner.USER)
    assert found.cause and "smtps://shop.example" in found.cause.summary
    for scheme in ("smtps", "https", "tls"):
        found = asked(scheme, mail["good"], pki)
        assert_fails(found, "tls.not-tls", Owner.USER)
        assert found.cause and "smtp://shop.example" in found.cause.summary, told(found)
        assert [one.remedy.action for one in found.prescribed] == ["respell-target"]


def test_postfix_asked_in_other_protocols(mail: dict[str, int], pki: Pki) -> None:
    for scheme in ("imap", "pop3", "ftp", "sieve", "postgres", "mysql", "xmpp"):
        found = asked(scheme, mail["good"], pki, *SHORT)
        assert_fails(found, "starttls.protocol", Owner.USER)
        assert found.cause and "SMTP" in found.cause.summary, told(found)


def test_postfix_that_wants_a_client_certificate(mail: dict[str, int], tmp_path: Path, pki: Pki) -> None:
    for versions in ((), ("--tls-max", "1.2")):
        found = asked("smtp", mail["wants"], pki, *versions)
        assert_fails(found, "client.required", Owner.CLIENT)
        assert found.cause and "No client certificate presented" in found.cause.summary
    own = pki.middle.issue("client.example", traits=CLIENT)
    good, key = files(tmp_path, (own, pki.middle), "client")
    assert_works(asked("smtp", mail["wants"], pki, "--cert", str(good), "--key", str(key)), notes=())
    stranger = authority("Another Root CA").issue("client.example", traits=CLIENT)
    foreign, foreign_key = files(tmp_path, (stranger,), "foreign")
    found = asked("smtp", mail["wants"], pki, "--cert", str(foreign), "--key", str(foreign_key))
    assert found.cause and found.cause.code == "client.untrusted" and not found.defects, told(found)


def test_smtp_and_lmtp_are_told_apart(mail: dict[str, int], store: dict[str, int], pki: Pki) -> None:
    found = asked("lmtp", mail["good"], pki)
    assert_fails(found, "starttls.protocol", Owner.USER)
    assert found.cause and "smtp://shop.example" in found.cause.summary
    # A server that knows no EHLO may also be an old one of SMTP.
    found = asked("smtp", store["lmtp"], pki)
    assert_fails(found, "starttls.unsupported", Owner.SERVER, Certainty.LIKELY)
    assert found.cause and "lmtp://shop.example" in found.cause.summary and [code for code, _ in found.cause.alternatives] == ["starttls.protocol"]


@pytest.mark.parametrize("protocol", ["imap", "pop3", "sieve", "lmtp"])
def test_dovecot(protocol: str, store: dict[str, int], pki: Pki) -> None:
    found = asked(protocol, store[protocol], pki)
    assert_works(found, notes=())
    assert found.case.exchange and found.case.exchange.status in (0, 250)
    if protocol != "lmtp":
        # LMTP knows no certificate of its own for an address.
        assert_lacks_intermediate(asked(protocol, store[protocol], pki, address="127.0.0.2"))


@pytest.mark.parametrize("protocol", ["imap", "pop3", "sieve"])
def test_dovecot_asked_for_tls_at_once(protocol: str, store: dict[str, int], pki: Pki) -> None:
    found = asked("tls", store[protocol], pki)
    assert_fails(found, "tls.not-tls", Owner.USER)
    assert found.cause and f"{protocol}://shop.example" in found.cause.summary, told(found)


def test_postgresql(folder: Path, pki: Pki) -> None:
    data = postgresql_data(folder)
    with postgresql(data, folder, pki.chain) as port:
        found = asked("postgres", port, pki)
        assert_works(found, notes=())
        assert found.case.exchange is None
        assert_works(check(f"postgresql://shop.example:{port}/db", "--connect", "127.0.0.1", *pki.trusting), notes=())
    with postgresql(data, folder, pki.chain_of("db.shop.example")) as port:
        assert_fails(asked("postgres", port, pki), "name.mismatch", Owner.SERVER)
    with postgresql(data, folder) as port:
        assert_fails(asked("postgres", port, pki), "starttls.unsupported", Owner.SERVER)


@pytest.mark.parametrize("how", ["whole", "alone", "without"])
def test_mariadb(how: str, tmp_path: Path, pki: Pki) -> None:
    chain: tuple[Issued, ...] = {"whole": pki.chain, "alone": pki.chain[:1], "without": ()}[how]
    with mariadb(tmp_path, chain) as port:
        found = asked("mysql", port, pki)
        if how == "whole":
            assert_works(found, notes=())
            assert_works(asked("mariadb", port, pki), notes=())
            assert_fails(asked("tls", port, pki), "tls.not-tls", Owner.USER)
        elif how == "alone":
            assert_lacks_intermediate(found)
        else:
            assert_fails(found, "starttls.unsupported", Owner.SERVER)
        assert found.case.start and "MariaDB" in dict(found.case.start.fields)["greeting"]


def test_prosody(tmp_path: Path, pki: Pki) -> None:
    alone = pki.chain_of("leaf.example")[:1]
    with prosody(tmp_path, {"shop.example": pki.chain, "leaf.example": alone}) as ports:
        for scheme, port in ports.items():
            found = asked(scheme, port, pki)
            assert_works(found, notes=())
            assert found.case.exchange and found.case.exchange.status == 0
            assert_lacks_intermediate(asked(scheme, port, pki, "--name", "leaf.example"))
            found = asked(scheme, port, pki, "--name", "other.example")
            assert_fails(found, "starttls.refused", Owner.SERVER)
            assert found.cause and "does not serve the domain other.example" in found.cause.summary
        found = asked("xmpps", ports["xmpp"], pki)
        assert_fails(found, "tls.not-tls", Owner.USER)
        assert found.cause and "xmpp://shop.example" in found.cause.summary


def test_proftpd(tmp_path: Path, pki: Pki) -> None:
    whole, key = files(tmp_path, pki.chain, "whole")
    alone, _ = files(tmp_path, pki.chain[:1], "alone")
    bad = f"TLSEngine on\nTLSECCertificateFile {alone}\nTLSECCertificateKeyFile {key}"
    good = f"{bad}\nTLSCertificateChainFile {whole}"
    with proftpd(tmp_path, {"good": good, "alone": bad, "without": ""}) as ports:
        found = asked("ftp", ports["good"], pki)
        assert_works(found, notes=())
        assert found.case.exchange and found.case.exchange.status == 211
        assert_lacks_intermediate(asked("ftp", ports["alone"], pki))
        assert_fails(asked("ftp", ports["without"], pki), "starttls.unsupported", Owner.SERVER)
        found = asked("smtp", ports["good"], pki)
        assert_fails(found, "starttls.protocol", Owner.USER)
        assert found.cause and "FTP" in found.cause.summary
        assert_fails(asked("ftps", ports["good"], pki), "tls.not-tls", Owner.USER)
