"""What holds for every test: no settings of the caller's environment, an own home, nothing sent beyond loopback."""

import os
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.loopback import Guard

# Names that change what TLS libraries, DNS resolvers, terminals or foreign clients do.
FOREIGN = (
    "ALL_PROXY",
    "CLICOLOR_FORCE",
    "COLUMNS",
    "CURL_CA_BUNDLE",
    "FORCE_COLOR",
    "GITHUB_ACTIONS",
    "GNUTLS_SYSTEM_PRIORITY_FILE",
    "GODEBUG",
    "HOSTALIASES",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "JAVA_TOOL_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "LDAPCONF",
    "LDAPRC",
    "LDAPTLS_CACERT",
    "LDAPTLS_CACERTDIR",
    "LDAPTLS_REQCERT",
    "LINES",
    "LOCALDOMAIN",
    "NODE_EXTRA_CA_CERTS",
    "NODE_OPTIONS",
    "NO_COLOR",
    "NO_PROXY",
    "OPENSSL_CONF",
    "OPENSSL_MODULES",
    "PYTHONPATH",
    "PY_COLORS",
    "REQUESTS_CA_BUNDLE",
    "RES_OPTIONS",
    "SSLKEYLOGFILE",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "all_proxy",
    "http_proxy",
    "https_proxy",
    "no_proxy",
)


# Some environments forbid byte code to be kept; every start of the probe would then compile it anew, and every test process all tests.
sys.dont_write_bytecode = False


JDK = ("javac", "keytool")
"""Programs of the JDK that live for half a second, most of which its second compiler takes for code that never runs again."""


@pytest.fixture(scope="session", autouse=True)
def quick_programs(loopback_guard: Guard, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Wherever a test names one of ``JDK`` without a path, it runs with the first compiler only. ``java`` itself is left alone: the probe looks for it."""
    folder = tmp_path_factory.mktemp("programs")
    for name in JDK:
        if real := shutil.which(name):
            (folder / name).write_text(f'#!/bin/sh\nexec {real} -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC "$@"\n')
            (folder / name).chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(folder), prepend=os.pathsep)
        yield


@pytest.fixture(scope="session", autouse=True)
def loopback_guard() -> Iterator[Guard]:
    """The environment is cleaned and sockets are guarded before the first server of the session starts."""
    guard = Guard()
    with pytest.MonkeyPatch.context() as patch:
        for name in FOREIGN:
            patch.delenv(name, raising=False)
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        patch.setenv("LC_ALL", "C.UTF-8")
        patch.setenv("TERM", "dumb")
        guard.install(patch, socket.socket)
        yield guard


@pytest.fixture(autouse=True)
def loopback_only(request: pytest.FixtureRequest, loopback_guard: Guard) -> Iterator[None]:
    """Fails the test that tried to leave the machine, also when the code under test swallowed the refusal."""
    loopback_guard.begin(unroutable=request.node.get_closest_marker("unroutable") is not None)
    yield
    assert not loopback_guard.attempts, f"tried to reach {loopback_guard.attempts}: tests talk to loopback only"


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home for each test; variables that a test sets by hand do not reach the next one."""
    home = tmp_path_factory.mktemp("home")
    for name in [name for name in FOREIGN if name in os.environ]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    return home
