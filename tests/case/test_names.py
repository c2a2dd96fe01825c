"""The check of reference identities: against the measured table of client stacks, and against OpenSSL and the JDK themselves."""

import ctypes
import ctypes.util
import itertools
import random
import shutil
import subprocess
from base64 import b64encode
from pathlib import Path

import pytest

from probe.case.names import COMMON, Form, NameCheck, NameRules, accepted, compare, matching
from probe.facts.certificate import Certificate
from tests.odd import SAN, SEQUENCE, attribute, certificate, common_name, dns, extension, names, tlv

JAVA = NameRules(
    cn_without_san=True,
    cn_beside_other=True,
    cn_beside_ip=True,
    cn_beside_uri=True,
    cn_beside_unreadable=True,
    partial_prefix=True,
    partial_suffix=True,
    partial_inside=True,
    wildcard_middle=True,
    wildcard_tld=True,
    reference_trailing_dot=True,
    ip_mapped=True,
    u_label_in_cn=True,
)
OPENSSL = NameRules(
    cn_without_san=True,
    cn_beside_other=True,
    cn_beside_ip=True,
    cn_beside_uri=True,
    cn_beside_unreadable=True,
    cn_not_last=True,
    partial_prefix=True,
    partial_suffix=True,
    underscore=True,
)
PYTHON = NameRules(
    cn_without_san=True, cn_beside_other=True, cn_beside_ip=True, cn_beside_uri=True, cn_beside_unreadable=True, cn_not_last=True, underscore=True
)
CURL = NameRules(
    cn_without_san=True,
    cn_beside_other=True,
    cn_beside_uri=True,
    ip_as_cn=True,
    reference_trailing_dot=True,
    presented_trailing_dot=True,
    underscore=True,
    underscore_under_wildcard=True,
)
HOST = "api.partner.example"
MAIL, URI = tlv(0x81, b"a@partner.example"), tlv(0x86, b"https://api.partner.example/")


def address(*octets: int) -> bytes:
    return tlv(0x87, bytes(octets))


def made(*general: bytes, cn: bytes | None = None) -> Certificate:
    """A certificate with these GeneralNames (none: no extension) and this common name."""
    subject = tlv(SEQUENCE, attribute("060355040a", b"Partner")) if cn is None else common_name(cn)
    return Certificate(der=certificate(subject=subject, extensions=(names(*general),) if general else ()))


# The rows of the measured table: reference, certificate, accepted by Java, OpenSSL 3, Python's ssl, curl.
TABLE = {
    "name-other-domain": (HOST, made(dns(b"api.other.example")), (False, False, False, False)),
    "name-cn-only": (HOST, made(cn=b"api.partner.example"), (True, True, True, True)),
    "name-cn-matches-san-other": (HOST, made(dns(b"other.example"), cn=b"api.partner.example"), (False, False, False, False)),
    "name-cn-with-san-email-only": (HOST, made(MAIL, cn=b"api.partner.example"), (True, True, True, True)),
    "name-cn-with-san-ip-only": (HOST, made(address(192, 0, 2, 1), cn=b"api.partner.example"), (True, True, True, False)),
    "name-cn-ip-only": ("192.0.2.1", made(cn=b"192.0.2.1"), (False, False, False, True)),
    "wildcard-ok": (HOST, made(dns(b"*.partner.example")), (True, True, True, True)),
    "wildcard-apex": ("partner.example", made(dns(b"*.partner.example")), (False, False, False, False)),
    "wildcard-two-labels": ("a.api.partner.example", made(dns(b"*.partner.example")), (False, False, False, False)),
    "wildcard-partial-prefix": ("api1.partner.example", made(dns(b"api*.partner.example")), (True, True, False, False)),
    "wildcard-partial-suffix": (HOST, made(dns(b"*pi.partner.example")), (True, True, False, False)),
    "wildcard-middle": (HOST, made(dns(b"api.*.example")), (True, False, False, False)),
    "wildcard-tld": ("partner.example", made(dns(b"*.example")), (True, False, False, False)),
    "ip-san-mismatch": ("192.0.2.1", made(address(192, 0, 2, 2)), (False, False, False, False)),
    "ip-as-dns-san": ("192.0.2.1", made(dns(b"192.0.2.1")), (False, False, False, False)),
    "name-trailing-dot-host": (HOST + ".", made(dns(b"api.partner.example")), (True, False, False, True)),
    "name-trailing-dot-san": (HOST, made(dns(b"api.partner.example.")), (False, False, False, True)),
    "name-underscore": ("my_api.partner.example", made(dns(b"my_api.partner.example")), (False, True, True, True)),
    "wildcard-underscore": ("my_api.partner.example", made(dns(b"*.partner.example")), (False, False, False, True)),
    "name-nul-in-san": (HOST, made(dns(b"api.partner.example\0.evil.example")), (False, False, False, False)),
    "name-space-in-san": (HOST, made(dns(b" api.partner.example")), (False, False, False, False)),
}


@pytest.mark.parametrize("row", TABLE)
@pytest.mark.parametrize(("column", "rules"), list(enumerate((JAVA, OPENSSL, PYTHON, CURL))), ids=["java", "openssl", "python", "curl"])
def test_the_rules_of_a_stack_decide_as_the_stack_was_measured(row: str, column: int, rules: NameRules) -> None:
    reference, one, expected = TABLE[row]
    assert accepted(compare(reference, one), rules) is expected[column]


PATTERNS = [
    "api.partner.example",
    "API.Partner.EXAMPLE",
    "*.partner.example",
    "partner.example",
    "*.api.partner.example",
    "*.example",
    "*.com",
    "*",
    "*.",
    "api*.partner.example",
    "*pi.partner.example",
    "a*i.partner.example",
    "*api.partner.example",
    "api.*.example",
    "*.*.example",
    "*.partner.*",
    "a*.p*.example",
    "a**i.partner.example",
    "api.partner.example.",
    "*.partner.example.",
    " api.partner.example",
    "api.partner.example ",
    "api.partner.example\x00.evil.example",
    "api_x.partner.example",
    "*.x_y.example",
    "bücher.example",
    "xn--bcher-kva.example",
    "*.xn--bcher-kva.example",
    "xn--*.example",
    "x*.example",
    "192.0.2.1",
    "*.0.2.1",
    "2001:db8::1",
    "localhost",
    ".partner.example",
    "partner*.example",
    "*-kva.example",
    "a*.xn--bcher-kva.example",
    "*.bücher.example",
    "a***i.partner.example",
    "**.partner.example",
]
HOSTS = [
    "api.partner.example",
    "API.partner.example",
    "partner.example",
    "a.api.partner.example",
    "x.example",
    "foo.com",
    "api_x.partner.example",
    "a.x_y.example",
    "xn--bcher-kva.example",
    "www.xn--bcher-kva.example",
    "a.xn--bcher-kva.example",
    "192.0.2.1",
    "2001:db8::1",
    "localhost",
    "evil.example",
    "api1.partner.example",
    "api.foo.example",
]


def pairs() -> list[tuple[str, bytes]]:
    """Names and certificates in all combinations that the programs are asked about."""
    found = [(host, made(dns(pattern.encode())).der) for host, pattern in itertools.product(HOSTS, PATTERNS)]
    found += [(host, made(cn=pattern.encode()).der) for host, pattern in itertools.product(HOSTS, PATTERNS)]
    beside = [(MAIL,), (URI,), (address(192, 0, 2, 7),), (MAIL, address(192, 0, 2, 7)), (MAIL, URI), (dns(b"other.example"),), (address(192, 0, 2, 1),)]
    found += [(host, made(*general, cn=cn).der) for host in (HOST, "192.0.2.1") for general in beside for cn in (HOST.encode(), b"192.0.2.1")]
    first, last = attribute("0603550403", HOST.encode()), attribute("0603550403", b"other.example")
    subjects = [tlv(SEQUENCE, first, last), tlv(SEQUENCE, last, first), common_name(HOST.encode("utf-16-be"), 0x1E), common_name(HOST.encode(), 0x13)]
    found += [(host, certificate(subject=subject, extensions=())) for host in (HOST, "other.example") for subject in subjects]
    found += [("stra\u00dfe.example", made(dns(b"xn--strae-oqa.example")).der)]
    found += [("192.0.2.1", made(address(*bytes(10), 255, 255, 192, 0, 2, 1)).der)]
    found += [(HOST, certificate(subject=common_name(HOST.encode()), extensions=(extension(SAN, value),))) for value in (b"garbage", tlv(SEQUENCE))]
    return found


def test_the_rules_of_openssl_are_those_of_the_library_itself() -> None:
    library = ctypes.CDLL(ctypes.util.find_library("crypto"))
    library.d2i_X509.restype = ctypes.c_void_p
    library.X509_free.argtypes = [ctypes.c_void_p]
    library.X509_check_host.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_void_p]
    library.X509_check_ip_asc.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint]
    asked = pairs()
    assert len(asked) > 1400
    differ = []
    for host, der in asked:
        start = ctypes.c_char_p(der)
        loaded = library.d2i_X509(None, ctypes.byref(start), ctypes.c_long(len(der)))
        assert loaded
        check = compare(host, Certificate(der=der))
        ascii_host = host.encode()
        if check.is_ip:
            answer = library.X509_check_ip_asc(loaded, ascii_host, 0)
        else:
            answer = library.X509_check_host(loaded, ascii_host, len(ascii_host), 0, None)
        library.X509_free(loaded)
        if accepted(check, OPENSSL) is not (answer == 1):
            differ.append((host, check.presented, answer))
    assert differ == []


def test_the_rules_of_java_are_those_of_the_jdk_itself() -> None:
    java = shutil.which("java")
    assert java, "the tests need a JDK: tests/install-servers lists what is missing"
    asked = [*pairs(), ("bücher.example", made(cn="bücher.example".encode()).der)]
    lines = "".join(f"{host}\t{b64encode(der).decode()}\n" for host, der in asked)
    source = Path(__file__).with_name("HostNames.java")
    command = [java, "-Xshare:auto", "-XX:TieredStopAtLevel=1", "--add-exports", "java.base/sun.security.util=ALL-UNNAMED", str(source)]
    run = subprocess.run(command, input=lines.encode(), capture_output=True, timeout=50, check=True)
    answers = run.stdout.decode().split()
    assert len(answers) == len(asked) > 1400
    differ = []
    for (host, der), answer in zip(asked, answers, strict=True):
        check = compare(host, Certificate(der=der))
        if accepted(check, JAVA) is not (answer == "ok"):
            differ.append((host, check.presented, answer))
    assert differ == []


@pytest.mark.parametrize(
    ("reference", "pattern", "form"),
    [
        ("partner.example", "*.partner.example", Form.WILDCARD_APEX),
        ("a.b.partner.example", "*.partner.example", Form.WILDCARD_DEPTH),
        ("api.partner.example", "*", Form.WILDCARD_BARE),
        ("api.partner.example", "api.partner.*", Form.WILDCARD_LAST),
        ("api.partner.example", "", Form.EMPTY),
        ("api.partner.example", "x" * 2000, Form.TOO_LONG),
        ("api.partner.example", "api.partner.example\t", Form.WHITE_SPACE),
        ("api.partner.example", "api.partner.example\0", Form.NUL),
        ("api.partner.example", "*.other.example", Form.OTHER_NAME),
        ("xn--bcher-kva.example", "bücher.example", Form.U_LABEL),
        ("192.0.2.1", "192.0.2.1", Form.IP_AS_DNS),
        ("2001:db8::1", "2001:DB8:0::1", Form.IP_AS_DNS),
        ("192.0.2.1", "*.2.1", Form.OTHER_NAME),
    ],
)
def test_each_identifier_says_why_it_does_not_fit(reference: str, pattern: str, form: Form) -> None:
    check = compare(reference, made(dns(pattern.encode())))
    assert [(one.kind, one.value, one.forms) for one in check.presented] == [("san-dns", pattern, (form,))]
    assert check.presented[0].why
    assert check.forms == (form,)
    assert not accepted(check, NameRules())


def test_a_match_names_the_pattern_and_by_what() -> None:
    check = compare("API.Partner.example", made(dns(b"other.example"), dns(b"*.partner.EXAMPLE"), cn=b"api.partner.example"))
    assert (check.matches, check.by, check.pattern, check.compared) == (True, "san-dns", "*.partner.EXAMPLE", "api.partner.example")
    assert [one.kind for one in check.presented] == ["san-dns", "san-dns", "cn"]
    assert check.presented[1].why == ""
    assert check.good_for == ("other.example", "*.partner.EXAMPLE")


@pytest.mark.parametrize("reference", ["192.0.2.1", "[192.0.2.1]"])
def test_an_address_matches_an_address(reference: str) -> None:
    check = compare(reference, made(dns(b"a.example"), address(192, 0, 2, 1)))
    assert (check.matches, check.by, check.pattern, check.is_ip) == (True, "san-ip", "192.0.2.1", True)
    assert check.good_for == ("a.example", "192.0.2.1")


@pytest.mark.parametrize("reference", ["2001:db8::1", "[2001:DB8::1]", "2001:db8:0:0::1", "2001:db8::1%eth0"])
def test_a_long_address_matches_in_every_form(reference: str) -> None:
    check = compare(reference, made(tlv(0x87, bytes.fromhex("20010db8000000000000000000000001"))))
    assert (check.matches, check.by, check.compared) == (True, "san-ip", "2001:db8::1")


def test_a_directory_name_is_shown_as_people_write_it() -> None:
    check = compare(HOST, made(tlv(0xA4, common_name(b"Partner, Inc.")), MAIL))
    assert [one.value for one in check.presented] == ["dn:CN=Partner\\, Inc.", "email:a@partner.example"]


def test_a_mapped_address_is_another_address() -> None:
    assert not compare("192.0.2.1", made(tlv(0x87, bytes(10) + b"\xff\xff" + bytes([192, 0, 2, 1])))).matches


@pytest.mark.parametrize("reference", ["bücher.example", "BÜCHER.example", "xn--bcher-kva.example", "XN--BCHER-KVA.EXAMPLE.", "bücher。example"])
def test_an_international_name_is_compared_in_its_ascii_form(reference: str) -> None:
    check = compare(reference, made(dns(b"xn--bcher-kva.example")))
    assert (check.matches, check.compared) == (True, "xn--bcher-kva.example")


def test_common_names_are_an_exception_that_is_always_told() -> None:
    only = compare(HOST, made(cn=HOST.encode()))
    assert (only.matches, only.by, only.forms) == (True, "cn", (Form.CN_WITHOUT_SAN,))
    assert not accepted(only, NameRules())
    beside = compare(HOST, made(dns(b"other.example"), cn=HOST.encode()))
    assert (beside.matches, beside.presented[1].forms) == (False, (Form.CN_BESIDE_DNS,))
    assert beside.good_for == ("other.example",)
    assert compare(HOST, made(cn=b"*.partner.example")).good_for == ("*.partner.example",)
    assert compare(HOST, made(cn=b"Partner GmbH")).good_for == ()


def test_all_that_stands_in_the_way_is_told_at_once() -> None:
    check = compare("a_b.partner.example.", made(cn=b"*.partner.example."))
    assert set(check.forms) == {Form.CN_WITHOUT_SAN, Form.REFERENCE_TRAILING_DOT, Form.PRESENTED_TRAILING_DOT, Form.UNDERSCORE_UNDER_WILDCARD}
    assert matching(check, COMMON) is None


def test_the_first_that_fits_the_rules_is_taken_also_behind_others() -> None:
    check = compare(HOST, made(dns(b"api*.partner.example"), dns(HOST.encode())))
    found = matching(check, OPENSSL)
    assert found and found.value == "api*.partner.example"
    assert check.pattern == HOST


def test_every_form_has_words_and_every_rule_a_form() -> None:
    fields = {one.replace("-", "_") for one in Form}
    assert set(NameRules.__dataclass_fields__) <= fields
    seen: set[Form] = set()
    for host, der in pairs():
        for one in compare(host, Certificate(der=der)).presented:
            seen.update(one.forms)
            assert bool(one.why) is bool(one.forms)
    missing = set(Form) - seen
    assert missing <= {Form.REFERENCE_TRAILING_DOT, Form.EMPTY, Form.TOO_LONG}, missing


@pytest.mark.parametrize(
    "reference", ["", ".", "..", "*", "*.partner.example", "\0", "a" * 5000, "ü" * 500, "[", "[]", "%", "1.2.3", "xn--", "-", "\ud800.example", "a..b"]
)
def test_an_odd_reference_is_no_match_and_no_error(reference: str) -> None:
    for one in (made(dns(b"*.partner.example"), dns(b"a.example")), made(cn=b"x"), Certificate(der=b""), made(dns("ü".encode()), address(1, 2, 3))):
        check: NameCheck = compare(reference, one)
        assert check.reference == reference
        assert not check.matches or check.compared == check.pattern


def test_a_hostile_name_is_no_work() -> None:
    stars = made(*(dns(b"*" * 1000 + b".partner.example") for _ in range(200)))
    assert len(compare(HOST, stars).presented) == 200
    chance = random.Random(6125)
    letters = "a*.-_x\0ü n"
    for _ in range(3000):
        name = "".join(chance.choice(letters) for _ in range(chance.randint(0, 12)))
        check = compare("".join(chance.choice(letters) for _ in range(chance.randint(0, 12))), made(dns(name.encode()), cn=name.encode()))
        assert len(check.presented) == 2
