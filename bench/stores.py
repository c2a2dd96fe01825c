"""What reading a trust store costs: CPU time and memory of a whole process that does nothing else, for a folder of this machine and for 5,000 certificates.

Run with ``python -m bench.stores``. Each store is read by a process of its own, several times; the import of the reader is subtracted.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

CERTIFICATES = 5000
PASSWORD = "changeit"  # noqa: S105 -- the one that everybody has
DEBIAN = Path("/etc/ssl/certs")
READ = """
import sys
from probe.capture.stores import load
print(len(load(sys.argv[1]).certificates) if len(sys.argv) > 1 else 0)
print(*[line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")] or [0])
"""
"""What the reading process runs; at its end it says how much memory it had at most. (What the kernel counts for a child begins with its parent's.)"""


def main() -> int:
    """Make the stores, read each, print a table."""
    parser = argparse.ArgumentParser(description="Measure how long it takes to read trust stores.")
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        stores = written(Path(folder))
        idle = [measured()[1:] for _ in range(rounds)]
        base = statistics.median(one[0] for one in idle)
        print(
            f"| trust store, CPU ms beyond the {base:.0f} ms of an idle reader | certificates | min | median | max | MiB of memory |\n|---|---|---|---|---|---|"
        )
        for name, path in stores.items():
            runs = [measured(path) for _ in range(rounds)]
            times = [one[1] - base for one in runs]
            memory = max(one[2] for one in runs)
            print(f"| {name} | {runs[0][0]} | {min(times):.0f} | {statistics.median(times):.0f} | {max(times):.0f} | {memory:.0f} |", flush=True)
    return 0


def written(folder: Path) -> dict[str, Path]:
    """The stores by their names."""
    from probe.formats import writing
    from probe.lab.pki import authority

    certificates = tuple(authority(f"Bench Root {number}").certificate for number in range(CERTIFICATES))
    files = {
        "PEM file": ("roots.pem", writing.bundle(certificates)),
        "PKCS #7": ("roots.p7b", writing.pkcs7(certificates)),
        "PKCS #12": ("roots.p12", writing.pkcs12_trust_store(certificates, PASSWORD)),
        "JKS": ("roots.jks", writing.jks_trust_store(certificates, PASSWORD, datetime.now(UTC))),
    }
    found = {"Debian's folder": DEBIAN} if DEBIAN.is_dir() else {}
    for name, (file, data) in files.items():
        (folder / file).write_bytes(data)
        found[name] = folder / file
    hashed = folder / "hashed"
    hashed.mkdir()
    for file, data in writing.folder(certificates):
        (hashed / file).write_bytes(data)
    found["folder of 5,000 files"] = hashed
    return found


def measured(path: Path | None = None) -> tuple[int, float, float]:
    """Certificates, CPU milliseconds and MiB of one process that reads ``path`` (``None``: nothing)."""
    command = [sys.executable, "-c", READ, *([str(path)] if path else [])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""}) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"reading {path} failed")
    count, kibibytes = said.split()
    return int(count), 1000 * (used.ru_utime + used.ru_stime), int(kibibytes) / 1024


if __name__ == "__main__":
    sys.exit(main())
