"""``--proxy`` and the proxy variables: which proxy a target gets, as curl decides it, and what cannot be used."""

import os
import subprocess

import pytest

from probe.facts import codec
from probe.facts.proxy import Proxy, Unproxied
from probe.facts.target import Target
from probe.facts.unusable import Unusable
from probe.jobs.proxy import known_login, login
from probe.jobs.target import Options, target
from probe.protocols.no_proxy import exempting, ignored
from probe.report.words import by_proxy, repeat

SECRET = "hunter-2-Kq9"


def made(spelled: str = "https://shop.example", **given: object) -> Target:
    return target(spelled, Options(**given))  # type: ignore[arg-type]  # the fields are tested by what they do


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://proxy.example:3128", "http://proxy.example:3128"),
        ("proxy.example:3128", "http://proxy.example:3128"),
        ("HTTP://Proxy.Example.:3128/", "http://proxy.example:3128"),
        ("proxy.example", "http://proxy.example:1080"),
        ("socks5://127.0.0.1", "socks5://127.0.0.1:1080"),
        ("socks5h://[2001:DB8::7]:99", "socks5h://[2001:db8::7]:99"),
        ("socks4a://bücher.example:1", "socks4a://xn--bcher-kva.example:1"),
    ],
)
def test_a_proxy_is_read(text: str, url: str) -> None:
    found = made(proxy=text).proxy
    assert found and found.url == url and found.source == "--proxy" and not found.login


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("https://proxy.example:3128", "write http://"),
        ("ftp://proxy.example", "of a kind that is not known"),
        ("socks://proxy.example", "which version"),
        ("http://", "names no host"),
        ("", "names no host"),
        ("http://proxy.example:0", "port"),
        ("http://proxy.example:99999999999", "port"),
        ("http://proxy.example:http", "port"),
        ("http://2001:db8::7", "brackets"),
        ("http://a..b", "empty part"),
        ("http://$(reboot)", "characters"),
        (f"http://user:{SECRET}@proxy.example", "--proxy-user"),
    ],
)
def test_what_is_no_proxy_is_refused_in_a_sentence(text: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unusable) as refused:
        made(proxy=text)
    assert says in f"{refused.value.says} {refused.value.next_step}" and SECRET not in str(refused.value)
    if text and "@" not in text:
        monkeypatch.setenv("HTTPS_PROXY", text.replace("://", f"://user:{SECRET}@"))
        with pytest.raises(Unusable) as refused:
            made()
        assert "HTTPS_PROXY" in str(refused.value.says) and SECRET not in f"{refused.value.says} {refused.value.next_step}"


def test_options_that_do_not_go_together() -> None:
    for given in ({"proxy_user": "a"}, {"proxy": "none", "proxy_user": "a"}, {"proxy": "http://p", "proxy_password_env": "X"}):
        with pytest.raises(Unusable):
            made(**given)
    with pytest.raises(Unusable, match="IPv6"):
        made("https://[::1]", proxy="socks4a://proxy.example")


VARIABLES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "ldaps_proxy", "LDAPS_PROXY")


@pytest.mark.parametrize("scheme", ["https", "ldaps"])
@pytest.mark.parametrize(
    "there",
    [
        (),
        *((one,) for one in VARIABLES),
        VARIABLES,
        ("HTTPS_PROXY", "ALL_PROXY"),
        ("ALL_PROXY", "all_proxy"),
        ("LDAPS_PROXY", "https_proxy"),
        ("https_proxy", "ldaps_proxy"),
    ],
)
def test_the_variable_that_counts_is_that_of_curl(scheme: str, there: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    for number, name in enumerate(there, 1):
        monkeypatch.setenv(name, f"http://127.0.0.{number}:9")
    found = made(f"{scheme}://shop.example").proxy
    if scheme == "https":
        done = subprocess.run(
            ["curl", "-sS", "-m", "3", "--connect-to", "::127.0.0.99:9", "https://shop.example/"],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ},
        )
        place = done.stderr.partition("connect to ")[2].partition(" port")[0]
        assert place == (found.host if found else "127.0.0.99"), done.stderr
    else:
        assert (found.source if found else None) == next((one for one in ("ldaps_proxy", "LDAPS_PROXY", "all_proxy", "ALL_PROXY") if one in there), None)


LISTS = (
    *(
        "*",
        "x,*",
        "shop.example",
        "SHOP.Example",
        ".example",
        "example",
        "example.",
        "xample",
        "hop.example",
        "a.b, shop.example",
        "a.b shop.example",
        " shop.example",
    ),
    *(
        "*.example",
        "shop.example:9",
        "127.0.0.1",
        "127.0.0.1:9",
        "127.0.0.0/8",
        "127.0.0.1/33",
        "127.0.0.9/0",
        "10.0.0.0/8,127.0.0.1",
        "::1",
        "[::1]",
        "::/0",
        ",,,",
        "/",
    ),
)


@pytest.mark.parametrize("value", LISTS)
def test_no_proxy_is_read_as_curl_reads_it(value: str) -> None:
    for host in ("shop.example", "127.0.0.1", "::1"):
        shown = f"[{host}]" if ":" in host else host
        command = ["curl", "-sS", "-m", "3", "-x", "http://127.0.0.2:9", "--connect-to", "::127.0.0.3:9", f"http://{shown}:9/"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "NO_PROXY": value})
        assert ("127.0.0.3" in done.stderr) == (exempting(host, value) is not None), (host, done.stderr)


def test_networks_of_ipv6() -> None:
    """As curl documents it; its release 7.88 takes none of them."""
    assert exempting("2001:db8::7", "2001:db8::/32") == "2001:db8::/32" and exempting("2001:db9::7", "2001:db8::/32") is None


def test_what_other_programs_take_for_an_exemption_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ignored("shop.example", 443, "*.example") == "*.example" and ignored("shop.example", 443, "a,shop.example:443") == "shop.example:443"
    assert ignored("shop.example", 8443, "shop.example:443") is None and ignored("shop.other", 443, "*.example") is None
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "*.example")
    one = made()
    assert one.proxy and one.unread_exemption == "*.example" and "not for curl and the probe" in by_proxy(one)[0][1]


def test_the_report_says_who_named_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    assert by_proxy(made()) == ()
    monkeypatch.setenv("HTTPS_PROXY", f"http://alice:{SECRET}@proxy.example:3128")
    one = made()
    assert one.proxy == Proxy(scheme="http", host="proxy.example", port=3128, source="HTTPS_PROXY", login=True)
    assert "named by HTTPS_PROXY), with a user name and a password; it finds the address" in by_proxy(one)[0][1] and SECRET not in codec.text(one)
    assert "--proxy" not in repeat(one)
    assert made("ldaps://dc.example").unproxied == Unproxied(source="HTTPS_PROXY", why="protocol")
    assert "for https:// alone" in by_proxy(made("ldaps://dc.example"))[0][1]
    monkeypatch.setenv("no_proxy", "localhost,.example")
    one = made()
    assert one.proxy is None and one.unproxied == Unproxied(source="HTTPS_PROXY", why="no_proxy", entry=".example")
    assert "no_proxy exempts the host by its entry .example" in by_proxy(one)[0][1]
    one = made(proxy="none")
    assert one.proxy is None and "as --proxy says" in by_proxy(one)[0][1] and "--proxy none" in repeat(one)
    # What is typed counts more than what is exempt.
    one = made(proxy="socks5://127.0.0.1:1080", proxy_user="bob", direct=False)
    assert one.proxy and "--proxy socks5://127.0.0.1:1080 --proxy-user USER" in repeat(one) and "--no-direct" in repeat(one)


def test_the_login_of_the_environment_is_read_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://alice%40corp:p%3Aq%25@proxy.example:3128")
    found = known_login(made())
    assert found and (found.user, found.password) == (b"alice@corp", b"p:q%")
    monkeypatch.setenv("https_proxy", "alice@proxy.example:3128")
    found = known_login(made())
    assert found and (found.user, found.password) == (b"alice", b"")
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    assert known_login(made()) is None and known_login(made(proxy="none")) is None


def test_the_login_of_the_options(monkeypatch: pytest.MonkeyPatch) -> None:
    one = (made(proxy="http://proxy.example:3128", proxy_user="bob"),)
    with pytest.raises(Unusable, match="needs a password"):
        login(one, "bob", None)
    with pytest.raises(Unusable, match="does not exist"):
        login(one, "bob", SECRET)
    for name in ("", "a:b", "a\nb", "x" * 300):
        with pytest.raises(Unusable, match="cannot be sent"):
            login(one, name, None)
    monkeypatch.setenv("PROXY_PASSWORD", SECRET)
    found = login(one, "bob", "PROXY_PASSWORD")
    assert found and found.password == SECRET.encode()
    found = login(one, "bob", None, lambda what: f"typed for {what}")
    assert found and found.password == b"typed for the proxy proxy.example:3128"
    assert login((made(),), None, None) is None
