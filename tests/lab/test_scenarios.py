"""Every scenario, broken and mended, as real clients see it."""

import socket
import ssl
import subprocess
from collections.abc import Callable

import pytest
from cryptography import x509

from probe.lab.healthy import HEALTHY
from probe.lab.scenario import Scenario, all_scenarios
from probe.lab.scene import Scene
from probe.lab.shop import HOST
from probe.lab.stage import Stage
from tests.lab.client import Asked, asked, context, curl, dig, outcome, s_client, talk
from tests.lab.client_outcomes import CLIENTS, OK

SCENARIOS = tuple(one for one in all_scenarios() if not one.code.startswith("file."))  # no client connects to a file
# What OpenSSL 3.0 says, as numbers of X509_verify_cert; names of alerts as Python's ssl has them.
# The reasons of Python's ssl module depend on the OpenSSL it was built with and on the machine's policy; these are one fault each.
HUNG_UP = ("UNEXPECTED_EOF_WHILE_READING", "")
TOO_OLD = ("TLSV1_ALERT_PROTOCOL_VERSION", "legacy sigalg disallowed or unsupported", "UNSUPPORTED_PROTOCOL")
BROKEN = {
    "tcp.refused": "ConnectionRefusedError",
    "tcp.reset": "ConnectionResetError",
    "tcp.unreachable": "OSError",
    "proxy.unreachable": "ConnectionRefusedError",
    "proxy.auth-required": "407 Proxy Authentication Required",
    "proxy.auth-required only-ntlm": "407 Proxy Authentication Required",
    "proxy.denied": "403 Forbidden",
    "proxy.target-unreachable": "503 Service Unavailable",
    "proxy.target-unreachable nothing-there": "502 Bad Gateway",
    "proxy.target-unreachable unknown-name": "503 Service Unavailable",
    "proxy.protocol": "405 Method Not Allowed",
    "proxy.protocol login-page": "302 Answer",
    "proxy.protocol wants-tls": ("BadStatusLine", "RemoteDisconnected", "ConnectionResetError"),
    "proxy.protocol is-socks": ("BadStatusLine", "RemoteDisconnected", "ConnectionResetError"),
    "proxy.protocol page-in-the-tunnel": "WRONG_VERSION_NUMBER",
    "proxy.protocol words-held-back": ("ConnectionResetError", *HUNG_UP),
    # Asked for TLS at once; with the words before it OpenSSL is asked below, and in tests/report/test_sceptic.py.
    **dict.fromkeys(("starttls.unsupported", "starttls.refused", "starttls.injected", "starttls.closed"), "WRONG_VERSION_NUMBER"),
    **dict.fromkeys(("starttls.unsupported imap", "starttls.unsupported mysql", "starttls.unsupported overwritten"), "WRONG_VERSION_NUMBER"),
    **dict.fromkeys(("starttls.refused pop3", "starttls.refused greeting", "starttls.refused host"), "WRONG_VERSION_NUMBER"),
    **dict.fromkeys(("starttls.protocol other", "starttls.protocol web", "starttls.injected imap", "starttls.timeout after-starttls"), "WRONG_VERSION_NUMBER"),
    "starttls.unsupported postgres": HUNG_UP,
    **dict.fromkeys(("starttls.refused directory", "starttls.refused controller"), ("ConnectionResetError", *HUNG_UP)),
    "starttls.closed at-once": ("ConnectionResetError", *HUNG_UP),
    "starttls.protocol": OK,
    "tls.not-tls": "WRONG_VERSION_NUMBER",
    "tls.not-tls starttls": "WRONG_VERSION_NUMBER",
    "tls.not-tls smtp": "WRONG_VERSION_NUMBER",
    "tls.not-tls ssh": "WRONG_VERSION_NUMBER",
    "tls.not-tls ldap": HUNG_UP,
    "tls.closed": HUNG_UP,
    "tls.closed reset": "ConnectionResetError",
    "tls.closed without-tls-1.3": "UNEXPECTED_EOF_WHILE_READING",
    "tls.no-certificate": HUNG_UP,
    "tls.no-certificate reset": "ConnectionResetError",
    "tls.version": "TLSV1_ALERT_PROTOCOL_VERSION",
    "tls.version client-wants-newer": "TLSV1_ALERT_PROTOCOL_VERSION",
    "tls.cipher": "SSLV3_ALERT_HANDSHAKE_FAILURE",
    "tls.sni-required": "TLSV1_UNRECOGNIZED_NAME",
    "tls.legacy-only": TOO_OLD,
    "tls.legacy-only small-dh": "DH_KEY_TOO_SMALL",
    "tls.legacy-only triple-des": "SSLV3_ALERT_HANDSHAKE_FAILURE",
    "tls.legacy-only rc4": "SSLV3_ALERT_HANDSHAKE_FAILURE",
    "tls.legacy-only ssl3": (*HUNG_UP, "UNSUPPORTED_PROTOCOL"),
    "tls.legacy-only export-dh": "SSLV3_ALERT_HANDSHAKE_FAILURE",
    "tls.legacy-only refused-dh": "BAD_DH_VALUE",
    # This client's ClientHello is small, so that it is let through as that of any older client.
    "tls.hello-size": OK,
    "tls.hello-size swallowed": OK,
    "tls.hello-size one-segment": OK,
    "tls.hello-size for-java": OK,
    "tls.malformed": "ASN1 lib",
    "tls.malformed no-certificate": "ASN1 lib",
    "tls.malformed trailing-bytes": "CERT_LENGTH_MISMATCH",
    "tls.alpn": "tlsv1 alert no application protocol",
    "chain.intermediate-missing": "verify 20",
    "chain.intermediate-missing no-url": "verify 20",
    "chain.intermediate-missing root-in-its-place": "verify 20",
    "chain.issuer-unknown": "verify 20",
    "chain.root-untrusted": "verify 19",
    "chain.root-untrusted root-not-sent": "verify 20",
    "chain.self-signed": "verify 18",
    "chain.order": OK,
    "chain.order too-long-for-java": OK,
    "chain.extra": OK,
    "chain.extra twice": OK,
    "chain.expired": "verify 10",
    "chain.expired intermediate": "verify 10",
    "chain.not-yet-valid": "verify 9",
    "chain.not-yet-valid intermediate": "verify 9",
    "chain.issuer-rekeyed": "verify 20",
    "chain.issuer-rekeyed intermediate": "verify 20",
    "chain.not-a-ca": "verify 79",
    "chain.not-a-ca no-basic-constraints": "verify 79",
    "chain.not-a-ca version-1": "verify 79",
    "chain.path-length": "verify 25",
    "chain.name-constraints": "verify 47",
    "chain.name-constraints excluded": "verify 48",
    "chain.eku": "verify 26",
    "chain.eku intermediate": "verify 26",
    "chain.critical-extension": "verify 34",
    "chain.critical-extension intermediate": "verify 34",
    "chain.weak-signature": "verify 68",
    "chain.weak-signature sha1": "verify 68",
    "chain.weak-signature trusted-by-itself": OK,
    "chain.weak-key": "verify 66",
    "chain.bad-signature": "verify 7",
    "chain.bad-signature damaged": "verify 7",
    "chain.bad-signature intermediate": "verify 7",
    "trust.store-empty": "verify 20",
    "trust.store-empty unmarked": "NO_CERTIFICATE_OR_CRL_FOUND",
    "trust.store-unreadable": "NO_CERTIFICATE_OR_CRL_FOUND",
    "trust.only-intermediate": "verify 2",
    "trust.only-intermediate all-clients": "verify 2",
    "trust.anchor-expired": "verify 10",
    "trust.anchor-expired all-clients": "verify 10",
    "name.mismatch": "verify 62",
    # A web client gets nothing but the end of the connection from a directory that it trusts.
    **dict.fromkeys(("name.directory-host", "app.ldap"), ""),
    "name.cn-only": OK,
    "name.wildcard": "verify 62",
    "name.wildcard bare-domain": "verify 62",
    "name.ip-not-in-san": "verify 64",
    "name.ip-not-in-san address-in-common-name": "verify 64",
    "endpoint.expires-soon": OK,
    "endpoint.expires-soon intermediate": OK,
    "clock.skew": "verify 9",
    **CLIENTS,
    "app.protocol": "220 mail.shop.example ESMTP ready",
    "app.protocol http-for-ldap": "HTTP/1.1 400 Bad Request",
}


# Findings of public authorities, of strict clients, of an expected certificate, and of a dead end that OpenSSL does not take.
PASSED = (
    *("chain.validity-too-long", "chain.ct-missing", "chain.distrusted-ca", "chain.leaf-is-ca", "chain.strict-profile", "chain.intercepted trusted"),
    *("chain.pin-mismatch", "chain.stale-cross-sign expired", "chain.stale-cross-sign untrusted-second", "endpoint.profile-mismatch"),
)


def opened(one: Scenario) -> list[tuple[str, Callable[[Stage], Scene]]]:
    return [(one.code, one.broken), *((f"{one.code} {variant.name}", variant.open) for variant in one.variants)]


ALL_BROKEN = dict(way for one in SCENARIOS for way in opened(one))
# Nobody looks for revoked certificates without being told to; tests/real/test_revocation.py tells them to.
BROKEN |= {way: OK for way in ALL_BROKEN if way.startswith(("chain.revoked", "chain.revocation-unreachable", "chain.staple-missing"))}


# A real client accepts what carries only a risk; who takes the first certificate that fits is led astray.
BROKEN |= {way: OK for way in ALL_BROKEN if way.startswith(PASSED)}
BROKEN |= dict.fromkeys(("chain.stale-cross-sign", "chain.stale-cross-sign all-clients"), "verify 20")
BROKEN |= {"chain.intercepted": "verify 19", "chain.intercepted only-leaf": "verify 20", "trust.store-not-used": "verify 20", "endpoint.rollover-pending": OK}
BROKEN |= {"chain.pin-mismatch uploaded-self-signed": "verify 18", "endpoint.rollover-pending after-the-day": OK}
# Which addresses a name leads to no single client sees.
del BROKEN["endpoint.profile-mismatch address"]


WITHOUT_TLS = ("starttls.timeout", "starttls.refused domain", "starttls.closed postgres")


@pytest.fixture
def stage() -> object:
    with Stage() as open_stage:
        yield open_stage


@pytest.mark.parametrize("way", BROKEN)
def test_broken_is_broken_for_a_real_client(way: str, stage: Stage) -> None:
    expected = BROKEN[way]
    assert outcome(ALL_BROKEN[way](stage)) in (expected if isinstance(expected, tuple) else (expected,))


def addresses(one: Asked) -> list[str]:
    """Where a client would connect to."""
    if one.resolver is None:
        return [one.address]
    return [line for kind in ("A", "AAAA") for line in dig(one.resolver, one.host, kind, "+short").splitlines() if not line.endswith(".")]


@pytest.mark.parametrize("one", SCENARIOS, ids=lambda one: one.code)
def test_mended_works_for_curl(one: Scenario, stage: Stage) -> None:
    scene = one.mended(stage)
    found = addresses(asked(scene))
    assert found
    assert [curl(scene, address) for address in found] == [0 for _ in found]
    assert scene.expects.verdict == "works"


@pytest.mark.parametrize(("name", "opens"), HEALTHY, ids=[name for name, _ in HEALTHY])
def test_healthy_works_for_a_real_client(name: str, opens: Callable[[Stage], Scene], stage: Stage) -> None:
    scene = opens(stage)
    one = asked(scene)
    if one.options.get("--as") == "java":
        # OpenSSL does as Java does when it is told to take any certificate as an anchor, but for the expired root.
        made = context(one)
        made.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
        if name == "java-expired-root":
            made.verify_flags |= ssl.VerifyFlags(0x200000)
        assert talk(one, made).startswith(b"HTTP/1.1 200")
    elif one.scheme == "ldaps":
        request = bytes.fromhex("300c020101632704000a01000a0100020100020100010100870b6f626a656374436c6173733000")
        assert b"supportedLDAPVersion" in talk(one, request=request, until=b"\x30\x0c\x02\x01\x01\x65")
    else:
        found = addresses(one)
        assert found
        assert [curl(scene, address) for address in found] == [0 for _ in found]
    assert scene.expects.verdict == "works"


@pytest.mark.parametrize(
    ("code", "expected"),
    [("dns.nxdomain", "status: NXDOMAIN"), ("dns.servfail", "status: SERVFAIL"), ("dns.refused", "status: REFUSED"), ("dns.timeout", "timed out")],
)
def test_dns_scenarios_fail_for_dig(code: str, expected: str, stage: Stage) -> None:
    one = asked(ALL_BROKEN[code](stage))
    assert one.resolver is not None
    assert expected in dig(one.resolver, one.host)


def test_an_alias_to_nowhere_shows_the_alias(stage: Stage) -> None:
    one = asked(ALL_BROKEN["dns.nxdomain alias-to-nowhere"](stage))
    answer = dig(one.resolver or "", one.host)
    assert "status: NXDOMAIN" in answer
    assert "gone.example." in answer


@pytest.mark.parametrize("kind", ["A", "AAAA"])
def test_a_name_without_address_exists(kind: str, stage: Stage) -> None:
    one = asked(ALL_BROKEN["dns.no-address"](stage))
    answer = dig(one.resolver or "", one.host, kind)
    assert "status: NOERROR" in answer
    assert "ANSWER: 0" in answer


def test_tcp_timeout_gives_no_answer(stage: Stage) -> None:
    one = asked(ALL_BROKEN["tcp.timeout"](stage))
    with socket.socket() as plain, pytest.raises(TimeoutError):
        plain.settimeout(0.5)
        plain.connect((one.address, one.address_port))


@pytest.mark.parametrize("way", ["tls.timeout", "tls.timeout without-tls-1.3", "tls.timeout path-mtu"])
def test_tls_timeout_gives_no_answer(way: str, stage: Stage) -> None:
    one = asked(ALL_BROKEN[way](stage))
    with socket.create_connection((one.address, one.address_port)) as plain, pytest.raises(TimeoutError):
        plain.settimeout(0.3)
        context(one).wrap_socket(plain, server_hostname=one.host)


def test_small_segments_pass_the_path_that_loses_large_packets(stage: Stage) -> None:
    one = asked(ALL_BROKEN["tls.timeout path-mtu"](stage))
    with socket.socket() as plain:
        plain.settimeout(5)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
        plain.connect((one.address, one.address_port))
        with context(one).wrap_socket(plain, server_hostname=one.host) as through:
            through.sendall(b"GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n")
            assert through.recv(15) == OK.encode()


@pytest.mark.parametrize(("way", "error"), [("", ConnectionResetError), (" swallowed", TimeoutError), (" one-segment", OSError)])
def test_a_large_hello_does_not_pass_the_box(way: str, error: type[OSError], stage: Stage) -> None:
    one = asked(ALL_BROKEN[f"tls.hello-size{way}"](stage))
    large = context(one)
    large.set_alpn_protocols([f"protocol-{number}" for number in range(150)])
    with socket.create_connection((one.address, one.address_port)) as plain, pytest.raises(error):
        plain.settimeout(0.5)
        large.wrap_socket(plain, server_hostname=one.host)


def test_the_legacy_server_speaks_tls_1_1(stage: Stage) -> None:
    one = asked(ALL_BROKEN["tls.legacy-only"](stage))
    assert "Protocol version: TLSv1.1" in s_client(one.port, "-brief", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0")


def test_without_a_name_another_certificate_is_shown(stage: Stage) -> None:
    one = asked(ALL_BROKEN["tls.sni-required other-certificate"](stage))
    assert "CN = hosting.example" in s_client(one.port, "-noservername").split("issuer", 1)[0]
    assert "CN = shop.example" in s_client(one.port, "-servername", "shop.example").split("issuer", 1)[0]


def test_the_missing_intermediate_is_at_the_url_in_the_certificate(stage: Stage) -> None:
    one = asked(ALL_BROKEN["chain.intermediate-missing"](stage))
    served = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate((one.address, one.port)))
    information = x509.load_der_x509_certificate(served).extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    url = next(iter(information)).access_location.value
    fetched = subprocess.run(["curl", "--silent", "--fail", url], check=True, capture_output=True).stdout
    assert x509.load_der_x509_certificate(fetched).subject.rfc4514_string() == "CN=Lab Issuing CA"


@pytest.mark.parametrize("way", ["endpoint.inconsistent", "endpoint.inconsistent intermediate-missing-on-one"])
def test_one_of_the_addresses_fails(way: str, stage: Stage) -> None:
    scene = ALL_BROKEN[way](stage)
    found = addresses(asked(scene))
    assert len(found) == 2
    assert sorted(curl(scene, address) for address in found) == [0, 60]


@pytest.mark.parametrize(
    ("way", "answers"),
    [
        ("", ["127.0.0.1", ""]),
        (" first-leads-nowhere", ["", "127.0.0.1"]),
        (" other-machine", ["127.0.0.1", "127.0.0.2"]),
        (" some-in-common", ["127.0.0.1", "127.0.0.1 127.0.0.2"]),
        (" silent", ["127.0.0.1", ""]),
    ],
)
def test_two_dns_servers_do_not_say_the_same(way: str, answers: list[str], stage: Stage) -> None:
    scene = ALL_BROKEN[f"dns.addresses-disagree{way}"](stage)
    servers = [value for option, value in zip(scene.arguments, scene.arguments[1:], strict=False) if option == "--resolver"]
    assert [" ".join(dig(server, HOST, "A", "+short").split()) for server in servers] == answers


def test_behind_one_address_connections_take_turns(stage: Stage) -> None:
    scene = ALL_BROKEN["endpoint.inconsistent behind-one-address"](stage)
    assert [curl(scene) for _ in range(6)] == [0, 60, 35] * 2
    same = ALL_BROKEN["endpoint.inconsistent behind-one-address-healthy"](stage)
    assert [curl(same) for _ in range(4)] == [0] * 4


def test_both_addresses_work_though_a_profile_lists_one(stage: Stage) -> None:
    scene = ALL_BROKEN["endpoint.profile-mismatch address"](stage)
    assert [curl(scene, address) for address in addresses(asked(scene))] == [0, 0]


def test_a_damaged_entry_beside_the_root_is_there(stage: Stage) -> None:
    scene = ALL_BROKEN["trust.store-unreadable one-entry"](stage)
    assert curl(scene) == 77


def test_the_store_that_java_takes_lacks_the_root_that_the_other_has(stage: Stage) -> None:
    """Both stores of the installed Java can be opened by keytool; OpenSSL, given what is in each, comes to the root with one of them only."""
    one = asked(ALL_BROKEN["trust.store-not-used jssecacerts"](stage))
    said = {}
    for name in ("jssecacerts", "cacerts"):
        store = f"{one.trust.removeprefix('java:')}/lib/security/{name}"
        command = ["keytool", "-J-Duser.language=en", "-list", "-rfc", "-keystore", store, "-storepass", "changeit"]
        held = subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout
        anchors = str(stage.write(f"{name}.pem", held))
        printed = s_client(one.address_port, "-servername", one.host, "-CAfile", anchors, "-no-CApath", "-no-CAstore")
        said[name] = next(line.strip() for line in printed.splitlines() if "Verify return code" in line)
    assert said == {
        "jssecacerts": "Verify return code: 20 (unable to get local issuer certificate)",
        "cacerts": "Verify return code: 0 (ok)",
    }


@pytest.mark.parametrize("way", WITHOUT_TLS)
def test_openssl_does_not_come_to_tls_after_plain_words(way: str, stage: Stage) -> None:
    one = asked(ALL_BROKEN[way](stage))
    command = ["timeout", "1", "openssl", "s_client", "-brief", "-connect", f"127.0.0.1:{one.address_port}", "-starttls", one.scheme]
    done = subprocess.run(command, check=False, capture_output=True, stdin=subprocess.DEVNULL, timeout=10)
    assert done.returncode != 0 and b"ESTABLISHED" not in done.stdout + done.stderr


def test_every_way_of_being_broken_is_asked_here() -> None:
    elsewhere = {
        *WITHOUT_TLS,
        *("dns.nxdomain", "dns.nxdomain alias-to-nowhere", "dns.no-address", "dns.timeout", "dns.servfail", "dns.refused"),
        *("tcp.timeout", "tls.timeout", "tls.timeout without-tls-1.3", "tls.timeout path-mtu", "tls.sni-required other-certificate"),
        *(
            "endpoint.inconsistent",
            "endpoint.inconsistent intermediate-missing-on-one",
            "endpoint.rollover-pending one-of-two",
            "endpoint.profile-mismatch address",
        ),
        *("endpoint.inconsistent behind-one-address", "endpoint.inconsistent behind-one-address-healthy", "trust.store-not-used jssecacerts"),
        *(way for way in ALL_BROKEN if way.startswith("proxy.") and way.endswith(" socks")),
        *(way for way in ALL_BROKEN if way.startswith(("dns.addresses-disagree", "dns.caa", "dns.tlsa-mismatch"))),
        *(way for way in ALL_BROKEN if way.startswith(("dns.servfail ", "dns.no-address ", "trust.store-unreadable "))),
    }
    assert set(ALL_BROKEN) == set(BROKEN) | elsewhere


@pytest.mark.parametrize(("code", "exit_code"), [("unreachable", 7), ("auth-required", 97), ("denied", 97), ("target-unreachable", 97)])
def test_socks_proxies_refuse_curl(code: str, exit_code: int, stage: Stage) -> None:
    assert curl(ALL_BROKEN[f"proxy.{code} socks"](stage)) == exit_code
