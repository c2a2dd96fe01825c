"""What a check loads, and how the process ends: most of the time that one check takes is loading."""

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from probe.lab.shop import healthy_shop
from probe.lab.stage import Stage

UNUSED = {
    "certifi",
    "cryptography.hazmat.primitives.serialization",
    "dns",
    "http.server",
    "idna",
    "jinja2",
    "probe.capture.fetch",
    "probe.capture.look",
    "probe.cli.arguments",
    "probe.lab",
    "probe.report.redact",
    "probe.tls.hello",
    "rich",
    "ssl",
    "xml.sax",
}
"""Modules that an ordinary check of a healthy HTTPS endpoint does without; each costs milliseconds that everybody would pay."""

SCRIPT = """
import json, sys
from probe.cli.main import run
code = run(sys.argv[1:])
import asyncio, ssl, types
whole = isinstance(ssl, types.ModuleType) and asyncio.sslproto.ssl is None
print(json.dumps([code, sorted(loaded), whole]))
"""


@pytest.fixture(scope="module")
def arguments() -> Iterator[tuple[str, ...]]:
    with Stage() as stage:
        yield healthy_shop(stage).arguments


def python(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run((sys.executable, "-c", script, *arguments), capture_output=True, text=True, timeout=60, check=False)


def test_a_check_loads_only_what_it_needs(arguments: tuple[str, ...]) -> None:
    script = SCRIPT.replace("import asyncio,", "loaded = set(sys.modules)\nimport asyncio,")
    done = python(script, "check", *arguments)
    code, loaded, whole = json.loads(done.stdout.splitlines()[-1])
    assert code == 0 and {"asyncio", "OpenSSL.SSL", "h11", "probe.diagnose"} <= set(loaded)
    assert sorted(UNUSED & set(loaded)) == []
    assert whole  # who wants Python's own TLS later gets it


def test_help_loads_nothing_that_connects() -> None:
    done = python("import json, sys\nfrom probe.cli.main import run\nrun(['--help'])\nprint(json.dumps(sorted(sys.modules)))")
    assert not {"OpenSSL", "asyncio", "cryptography", "h11", "probe.diagnose"} & set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("code", [0, 1, 130])
def test_the_process_ends_at_once_and_says_all_before(code: int) -> None:
    script = "import atexit, sys\nfrom probe.cli.main import leave\natexit.register(print, 'late')\nsys.stdout.write('all')\nsys.stderr.write('this')\n"
    done = python(f"{script}leave({code})")
    assert (done.returncode, done.stdout, done.stderr) == (code, "all", "this")


def test_a_stream_that_takes_nothing_leaves_the_end_to_the_interpreter() -> None:
    script = "import sys\nfrom probe.cli.main import leave\nsys.stdout = open('/dev/full', 'w')\nsys.stdout.write('x')\nleave(3)"
    done = python(script)
    assert done.returncode in (3, 120) and "Traceback" not in done.stderr
