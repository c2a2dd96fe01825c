"""From ``--proxy`` and the environment to the proxy of a target and the login for it. Raises ``Unusable``; no complaint repeats a user name or a password."""

from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv6Address, ip_address
from urllib.parse import unquote

from probe.capture.proxy_variables import exemptions, naming, value
from probe.capture.variable import value_of
from probe.facts.proxy import HTTP, SCHEMES, Proxy, Unproxied
from probe.facts.target import Target
from probe.facts.unusable import Unusable
from probe.protocols.login import Login
from probe.protocols.no_proxy import exempting, ignored

OPTION, NONE = "--proxy", "none"
PORT = 1080
"""Where curl looks for a proxy whose port is not named."""
LONGEST = 255
FORMS = "Write http://HOST:PORT, socks5h://HOST:PORT, socks5://HOST:PORT, socks4a://HOST:PORT or none."
Host = Callable[[str, str], str]
"""Reads a host name or an address: the text, and what it stands in."""
Prompt = Callable[[str], str | None]


def proxied(target: Target, given: str | None, user: str | None, password_env: str | None, direct: bool, host: Host) -> Target:
    """The target with its proxy, or with the reason why there is none although the environment names one. ``given`` is the value of ``--proxy``."""
    if password_env is not None and user is None:
        raise Unusable("--proxy-password-env belongs to a user name, and none is given.", "Name the user with --proxy-user.")
    found = naming(target.protocol)
    if given is not None and given.lower() == NONE:
        if user is not None:
            raise Unusable("--proxy-user belongs to a proxy, and --proxy none asks for none.", "Leave out one of the two.")
        return replace(target, unproxied=Unproxied(source=found.variable, why=OPTION)) if found and found.fits else target
    if given is not None:
        if "@" in given:
            raise Unusable(
                "--proxy holds a user name or a password.",
                "Leave it out, and write --proxy-user NAME; the password is asked for, or taken from --proxy-password-env.",
            )
        return _through(target, replace(_read(given, OPTION, host), login=user is not None, direct=direct))
    if found is None:
        if user is not None:
            raise Unusable("--proxy-user belongs to a proxy, and none is named.", "Name it with --proxy, or in the environment (HTTPS_PROXY).")
        return target
    if not found.fits:
        return replace(target, unproxied=Unproxied(source=found.variable, why="protocol"))
    exempt, unread = exemptions(), ""
    if exempt is not None:
        if entry := exempting(target.host, exempt.value):
            return replace(target, unproxied=Unproxied(source=found.variable, why=exempt.variable, entry=entry))
        unread = ignored(target.host, target.port, exempt.value) or ""
    read = _read(found.value, found.variable, host)
    made = _through(target, replace(read, login=read.login or user is not None, direct=direct))
    return replace(made, unread_exemption=unread)


def login(targets: tuple[Target, ...], user: str | None, password_env: str | None, prompt: Prompt | None = None) -> Login | None:
    """The login that the options name, for the proxies of these targets; ``None`` when they name none. Raises ``Unusable``."""
    proxy = next((one.proxy for one in targets if one.proxy), None)
    if user is None or proxy is None:
        return None
    if not user or any(ord(one) < 32 for one in user) or ":" in user or len(user.encode("utf-8", "replace")) > LONGEST:
        raise Unusable("The name of --proxy-user cannot be sent.", "It may have no colon and no control characters, and 255 bytes at most.")
    password = value_of(password_env, "--proxy-password-env") if password_env else None
    if password is None and prompt is not None:
        password = prompt(f"the proxy {proxy.place}")
    if password is None:
        raise Unusable(
            f"The proxy {proxy.place} needs a password for the user of --proxy-user, and none was given.",
            "Put it into an environment variable and name that with --proxy-password-env NAME, or run the command on a terminal, where it is asked for.",
        )
    return Login(user, password)


def known_login(target: Target) -> Login | None:
    """The user name and the password that stand in the environment's URL of the target's proxy."""
    if target.proxy is None or not target.proxy.login or target.proxy.source == OPTION:
        return None
    user, colon, password = _userinfo(value(target.proxy.source)).partition(":")
    return Login(unquote(user), unquote(password)) if user or colon else None


def _through(target: Target, proxy: Proxy) -> Target:
    if proxy.scheme in ("socks4", "socks4a") and _is_v6(target.connect or target.host):
        raise Unusable(
            f"{proxy.scheme}:// cannot reach an IPv6 address: version 4 of SOCKS knows IPv4 alone.", "Use socks5:// or socks5h://, if the proxy speaks it."
        )
    return replace(target, proxy=proxy)


def _read(text: str, source: str, host: Host) -> Proxy:
    """A proxy's URL; without a scheme it is an HTTP proxy, as to curl."""
    scheme, mark, rest = text.strip().partition("://")
    scheme = scheme.lower() if mark else HTTP
    rest = rest if mark else text.strip()
    place = rest.rpartition("@")[2].partition("/")[0].partition("?")[0].partition("#")[0]
    if scheme == "https":
        raise Unusable(
            f"The proxy of {source} is an https:// one, to which TLS is spoken before anything else, and this version does not.",
            f"Most proxies take plain HTTP on the same port: write http://. Or leave it out: {OPTION} none.",
        )
    if scheme == "socks":
        raise Unusable(f"The proxy of {source} does not say which version of SOCKS it speaks.", FORMS)
    if scheme not in SCHEMES:
        raise Unusable(f"The proxy of {source} is of a kind that is not known.", FORMS)
    name, port = _place(place, source)
    try:
        found = host(name, name)
    except Unusable as unusable:
        raise Unusable(f"The proxy of {source} cannot be used. {unusable.says}", FORMS) from None
    return Proxy(scheme=scheme, host=found, port=port, source=source, login="@" in rest)


def _place(text: str, source: str) -> tuple[str, int]:
    host, port = text, ""
    if text.startswith("[") and "]" in text:
        host, _, after = text.partition("]")
        host, port = f"{host}]", after.removeprefix(":")
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    elif ":" in text:
        raise Unusable(f"The address of the proxy of {source} cannot be read.", "Write an IPv6 address in brackets: http://[2001:db8::7]:3128")
    if not host or host == "[]":
        raise Unusable(f"The proxy of {source} names no host.", FORMS)
    if port and not (port.isascii() and port.isdecimal() and 0 < int(port[:6]) < 65536):
        raise Unusable(f"The port of the proxy of {source} cannot be read.", "Write a number between 1 and 65535.")
    return host, int(port) if port else PORT


def _userinfo(text: str) -> str:
    rest = text.strip().partition("://")[2] if "://" in text else text.strip()
    return rest.rpartition("@")[0]


def _is_v6(text: str) -> bool:
    try:
        return isinstance(ip_address(text), IPv6Address)
    except ValueError:
        return False
