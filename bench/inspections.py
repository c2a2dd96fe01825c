"""Processor time and memory of ``probe inspect`` on the machine's own CA folder, a folder of 5,000 certificates, and one file with as many.

Each is a whole process, from its start to the last line. And the path search over a mesh of 30 authorities that all sign each other.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from probe.case.build import build
from probe.facts.certificate import Certificate
from probe.lab.pki import Issued, authority

COUNT, MESH = 5000, 30
PLACES = ("/etc/ssl/certs", "/etc/pki/tls/certs")


def written(folder: Path) -> tuple[Path, Path]:
    """A folder with ``COUNT`` certificates of one authority, and a file with the same ones."""
    root = authority("Bench Root CA")
    many = folder / "many"
    many.mkdir()
    texts = [root.pem, *(root.issue(f"host{number}.example").pem for number in range(COUNT))]
    for number, text in enumerate(texts):
        (many / f"{number}.pem").write_text(text)
    (folder / "many.pem").write_text("".join(texts))
    return many, folder / "many.pem"


def run(what: Path) -> tuple[float, float, float]:
    """Seconds of processor and of the clock, and MiB at most, of one whole process."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "probe", "inspect", str(what)], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 3):
        raise SystemExit(f"{what}: exit code {process.returncode}")
    return used.ru_utime + used.ru_stime, time.perf_counter() - began, used.ru_maxrss / 1024


def mesh() -> float:
    """Seconds of one search from an end-entity certificate over authorities each of which has signed all others."""
    every = [authority(f"Mesh CA {number}") for number in range(MESH)]
    crossed: list[Issued] = [one.cross_sign(other) for one in every for other in every if one is not other]
    leaf = every[0].issue("mesh.example")
    held = tuple(Certificate(der=one.der) for one in (leaf, *crossed))
    began = time.process_time()
    build(held, (every[-1].certificate,))
    return time.process_time() - began


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as place:
        folder, file = written(Path(place))
        system = next((Path(one) for one in PLACES if Path(one).is_dir()), None)
        named = [("the system's CA folder", system), (f"a folder of {COUNT:,} certificates", folder), (f"a file of {COUNT:,} certificates", file)]
        print("| probe inspect | CPU s | clock s | MiB |\n|---|---|---|---|")
        for title, what in named:
            if what is not None:
                each = [run(what) for _ in range(rounds)]
                print(f"| {title} | " + " | ".join(f"{statistics.median(one):.2f}" for one in zip(*each, strict=True)) + " |")
    print(f"\npath search over {MESH} authorities that all sign each other: {statistics.median(mesh() for _ in range(rounds)):.2f} s")


if __name__ == "__main__":
    main()
