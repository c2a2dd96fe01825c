"""Runs a test's own program in a private namespace: an own hosts file, an own resolv.conf and an own loopback, which end with it."""

import os
import subprocess
import sys
from pathlib import Path

from tests.servers import program
from tests.tree import ROOT

INSIDE = 'mount --bind "$1" /etc/hosts && mount --bind "$2" /etc/resolv.conf && shift 2 && exec "$@"'


def run_private(folder: Path, hosts: str, script: Path, *arguments: str) -> str:
    """Give what ``script`` prints when it runs with this hosts file and 127.0.0.1:53 as the only DNS server. Nothing of the machine is changed."""
    (folder / "hosts").write_text(hosts)
    (folder / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:2 attempts:1\n")
    mapped = () if os.geteuid() == 0 else ("--map-root-user",)
    command = (program("unshare"), *mapped, "--mount", "--net", "sh", "-c", INSIDE, "sh", str(folder / "hosts"), str(folder / "resolv.conf"))
    done = subprocess.run(
        (*command, sys.executable, str(script), *arguments), cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=50
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout
