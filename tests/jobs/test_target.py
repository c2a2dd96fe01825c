import shlex
from datetime import UTC, datetime

import pytest

from probe.facts.unusable import Unusable
from probe.jobs.target import Options, moment, target
from probe.report.words import repeat

NONE = Options()


@pytest.mark.parametrize(
    ("spelled", "protocol", "host", "port", "sni"),
    [
        ("shop.example", "https", "shop.example", 443, "shop.example"),
        ("Shop.Example.", "https", "shop.example", 443, "shop.example"),
        ("shop.example:8443", "https", "shop.example", 8443, "shop.example"),
        ("dc1.corp.example:636", "ldaps", "dc1.corp.example", 636, "dc1.corp.example"),
        ("mail.example:993", "tls", "mail.example", 993, "mail.example"),
        ("mail.example:25", "smtp", "mail.example", 25, "mail.example"),
        ("mail.example:587", "smtp", "mail.example", 587, "mail.example"),
        ("mail.example:143", "imap", "mail.example", 143, "mail.example"),
        ("mail.example:110", "pop3", "mail.example", 110, "mail.example"),
        ("mail.example:24", "lmtp", "mail.example", 24, "mail.example"),
        ("mail.example:4190", "sieve", "mail.example", 4190, "mail.example"),
        ("files.example:21", "ftp", "files.example", 21, "files.example"),
        ("db.example:5432", "postgres", "db.example", 5432, "db.example"),
        ("db.example:3306", "mysql", "db.example", 3306, "db.example"),
        ("chat.example:5222", "xmpp", "chat.example", 5222, "chat.example"),
        ("chat.example:5269", "xmpp-server", "chat.example", 5269, "chat.example"),
        ("smtp://mail.example", "smtp", "mail.example", 25, "mail.example"),
        ("SMTPS://mail.example", "smtps", "mail.example", 465, "mail.example"),
        ("imaps://mail.example", "imaps", "mail.example", 993, "mail.example"),
        ("ftps://files.example", "ftps", "files.example", 990, "files.example"),
        ("xmpps://chat.example", "xmpps", "chat.example", 5223, "chat.example"),
        ("xmpp-server://chat.example", "xmpp-server", "chat.example", 5269, "chat.example"),
        ("postgresql://db.example/shop", "postgres", "db.example", 5432, "db.example"),
        ("mariadb://db.example", "mysql", "db.example", 3306, "db.example"),
        ("managesieve://mail.example", "sieve", "mail.example", 4190, "mail.example"),
        ("ldaps://dc1", "ldaps", "dc1", 636, "dc1"),
        ("tls://shop.example", "tls", "shop.example", 443, "shop.example"),
        ("https://192.0.2.7", "https", "192.0.2.7", 443, None),
        ("[2001:DB8::7]:8443", "https", "2001:db8::7", 8443, None),
        ("2001:db8::7", "https", "2001:db8::7", 443, None),
        ("tls://broker.example:8883", "tls", "broker.example", 8883, "broker.example"),
        ("https://b\u00fccher.example/", "https", "xn--bcher-kva.example", 443, "xn--bcher-kva.example"),
        ("HTTPS://SHOP.EXAMPLE/a?b=c", "https", "shop.example", 443, "shop.example"),
    ],
)
def test_forms(spelled: str, protocol: str, host: str, port: int, sni: str | None) -> None:
    one = target(spelled, NONE)
    assert (one.protocol, one.host, one.port, one.sni, one.name) == (protocol, host, port, sni, host)
    assert one.guessed is ("://" not in spelled)


def test_a_path_is_kept() -> None:
    one = target("https://shop.example/a?token=secret#part", NONE)
    assert (one.path, one.spelled) == ("/a", "https://shop.example/a")
    assert "secret" not in repr(one)


@pytest.mark.parametrize(
    ("spelled", "says"),
    [
        ("", "is not a target"),
        ("https://", "names no host"),
        ("https:///path", "names no host"),
        ("shop.example:0", "Port 0"),
        ("shop.example:99999", "cannot be read"),
        ("shop.example:abc", "cannot be read"),
        ("a..b", "empty part"),
        ("x" * 64 + ".example", "too long"),
        ("shop.example/\x1b[31m", "is not a target"),
        ("shop example", "is not a target"),
        ("gopher://shop.example", "not one that this version speaks"),
        ("https://user:secret@shop.example", "holds a user name or a password"),
        ("1.2.3", "neither an IP address nor a host name"),
        ("shop_$.example", "characters that no host name has"),
        ("[::1", "cannot be read"),
    ],
)
def test_what_is_no_target_is_said_in_one_sentence(spelled: str, says: str) -> None:
    with pytest.raises(Unusable) as refused:
        target(spelled, NONE)
    assert says in refused.value.says
    assert refused.value.next_step
    assert "secret" not in str(refused.value)


def test_name_and_sni() -> None:
    assert target("192.0.2.7", Options(name="shop.example")).sni == "shop.example"
    assert target("www.example", Options(name="shop.example")).sni == "www.example"
    assert target("www.example", Options(sni="none")).sni is None
    assert target("www.example", Options(sni="other.example")).sni == "other.example"
    assert target("www.example", Options(name="192.0.2.7")).name == "192.0.2.7"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (Options(connect="shop.example"), "--connect"),
        (Options(connect="192.0.2.7:0"), "--connect"),
        (Options(resolver="dns.example"), "--resolver"),
        (Options(resolver=("192.0.2.53", "dns.example")), "--resolver"),
        (Options(resolver=tuple(f"192.0.2.{number}" for number in range(9))), "--resolver"),
        (Options(repeat=0), "--repeat"),
        (Options(repeat=101), "--repeat"),
        (Options(tls_min="SSLv3"), "--tls-min"),
        (Options(tls_min="TLSv1.3", tls_max="TLSv1.2"), "above"),
        (Options(at="tomorrow"), "--at"),
        (Options(timeout=0), "--timeout"),
        (Options(sni="192.0.2.7"), "--sni"),
        (Options(name="a b"), "--name"),
    ],
)
def test_options_that_cannot_be_used(options: Options, says: str) -> None:
    with pytest.raises(Unusable) as refused:
        target("shop.example", options)
    assert says in refused.value.says


def test_options_that_can() -> None:
    one = target("shop.example", Options(connect="[2001:db8::7]:8443", resolver="192.0.2.53:5353", tls_min="1.2", tls_max="tls1.3", at="2026-12-31"))
    assert (one.connect, one.connect_port, one.resolver) == ("2001:db8::7", 8443, "192.0.2.53:5353")
    assert (one.tls_min, one.tls_max) == ("TLSv1.2", "TLSv1.3")
    assert one.at == datetime(2026, 12, 31, tzinfo=UTC)
    assert moment("2026-12-31T08:00:00+02:00") == datetime(2026, 12, 31, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "first", "compared"),
    [
        ((), None, ()),
        (("192.0.2.53",), "192.0.2.53", ()),
        (("192.0.2.53", "[2001:db8::53]:5353"), "192.0.2.53", ("[2001:db8::53]:5353",)),
        (("192.0.2.53", "system", "192.0.2.53"), "192.0.2.53", ("system",)),
        (("system", "192.0.2.53"), None, ("192.0.2.53",)),
        (("SYSTEM",), None, ()),
    ],
)
def test_the_first_resolver_decides_and_the_others_are_compared(given: tuple[str, ...], first: str | None, compared: tuple[str, ...]) -> None:
    one = target("shop.example", Options(resolver=given))
    assert (one.resolver, one.also_resolvers) == (first, compared)
    words = shlex.split(repeat(one))
    again = tuple(value for option, value in zip(words, words[1:], strict=False) if option == "--resolver")
    assert target("shop.example", Options(resolver=again)) == one


def test_how_often_is_kept_and_repeated() -> None:
    assert target("shop.example", NONE).repeat == 1 and "--repeat" not in repeat(target("shop.example", NONE))
    assert repeat(target("shop.example", Options(repeat=100))).endswith("--repeat 100")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (Options(client_auth="perhaps"), "--client-auth 'perhaps'"),
        (Options(client_auth="forbidden", cert="x.pem"), "--client-auth forbidden"),
        (Options(key="x.key"), "--key belongs to a client certificate"),
        (Options(password_env="NAME"), "--password-env belongs to a client certificate"),
        (Options(on_file="client.pem"), "--on-file is compared with the client certificate that is used"),
        (Options(send_anyway=True), "--send-anyway belongs to a client certificate"),
        (Options(cert=""), "--cert is empty"),
        (Options(cert="x.pem", on_file="/nowhere/at/all.pem"), "does not exist"),
    ],
)
def test_options_of_a_client_certificate_that_do_not_fit(options: Options, words: str) -> None:
    with pytest.raises(Unusable) as refused:
        target("shop.example", options)
    assert words in refused.value.says and refused.value.next_step
