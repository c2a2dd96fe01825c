"""A domain controller of Samba in a network namespace of its own, where it may have the ports that such a one always has.

The namespace lies in a user namespace, so that no root is needed, and nothing in it can reach anything else.
"""

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL

from probe.lab.pki import Issued
from tests.real.namespaces import hold
from tests.servers import START, files, program, running

DOMAIN, HOST, ADDRESS = "corp.example", "dc1.corp.example", "10.99.8.1"
PASSWORD = "Adm-6Yh2kQx9Zt4w"
PORTS = (389, 636, 3268, 3269)
LOOPBACK = ("interfaces=lo", "bind interfaces only=yes")


@dataclass(frozen=True)
class Controller:
    """Where the controller runs: the number of a process that holds the namespace open, and the folder with what was provisioned."""

    space: int
    folder: Path

    def inside(self, *command: str) -> tuple[str, ...]:
        """The command, run in its namespace."""
        return (program("nsenter"), "--target", str(self.space), "--user", "--net", "--preserve-credentials", *command)

    def tool(self, *arguments: str) -> None:
        """Run samba-tool on the provisioned directory."""
        command = self.inside(program("samba-tool"), *arguments, "-s", str(self.folder / "dc" / "etc" / "smb.conf"))
        done = subprocess.run(command, check=False, stdin=DEVNULL, capture_output=True, text=True, timeout=60)
        if done.returncode:
            raise RuntimeError(f"{arguments}: {done.stdout[-1000:]}{done.stderr[-1000:]}")


@contextmanager
def provisioned(folder: Path) -> Iterator[Controller]:
    """Make a domain. Nothing runs yet; it is gone when the block ends."""
    with ExitStack() as stack:
        space = hold(stack, program("unshare"), "--user", "--map-root-user", "--net")
        made = Controller(space=space, folder=folder)
        ip = program("ip")
        for line in ("link set lo up", f"addr add {ADDRESS}/32 dev lo"):
            subprocess.run(made.inside(ip, *line.split()), check=True, capture_output=True, timeout=10)
        words = (
            *("domain", "provision", f"--targetdir={folder / 'dc'}", "--server-role=dc", "--dns-backend=SAMBA_INTERNAL", f"--realm={DOMAIN.upper()}"),
            *("--domain=CORP", f"--adminpass={PASSWORD}", "--host-name=dc1", f"--host-ip={ADDRESS}", "--use-rfc2307"),
            *(f"--option={one}" for one in LOOPBACK),
        )
        tool = made.inside("/usr/bin/python3", str(Path(__file__).with_name("provision.py")))
        done = subprocess.run((*tool, *words), check=False, stdin=DEVNULL, capture_output=True, text=True, timeout=120)
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:])
        yield made


@contextmanager
def samba(made: Controller, chain: tuple[Issued, ...], *options: str) -> Iterator[Controller]:
    """Run it with this certificate."""
    certificates, key = files(made.folder, chain, "samba")
    key.chmod(0o600)
    log = made.folder / "samba.log"
    own = tuple(f"{what}={made.folder}" for what in ("pid directory", "ncalrpc dir", "winbindd socket directory"))
    given = (
        *own,
        f"log file={made.folder / 'log.samba'}",
        "server services=ldap dns",
        "dcerpc endpoint servers=",
        f"tls certfile={certificates}",
        f"tls keyfile={key}",
        "tls cafile=",
        *LOOPBACK,
        *options,
    )
    command = (program("samba"), "-i", "-M", "single", "-s", str(made.folder / "dc" / "etc" / "smb.conf"), *(f"--option={one}" for one in given))
    with running(*made.inside(*command), log=log) as process:
        until = time.monotonic() + START
        while time.monotonic() < until and process.poll() is None:
            said = subprocess.run(made.inside(program("ss"), "-Hltn"), check=True, capture_output=True, text=True, timeout=10).stdout
            if all(f"{ADDRESS}:{port} " in said for port in PORTS):
                break
            time.sleep(0.05)
        else:
            raise RuntimeError(f"samba serves no directory: {log.read_text(errors='replace')[-2000:]}")
        yield made
