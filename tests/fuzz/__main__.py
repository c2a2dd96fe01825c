"""Fuzz all targets, or those named, for FUZZ_SECONDS (600) altogether: with atheris, which follows the coverage, where it is installed, else seeded.

Each target runs in a process of its own with bounded memory. An input that a target does not stand is written to tests/fuzz/.venv/found, and the run fails.
"""

import importlib.util
import os
import random
import resource
import subprocess
import sys
import time
from pathlib import Path

from tests.fuzz.seeded import DEADLINE, Found, fuzz, tried
from tests.fuzz.targets import Fuzzed, every

FOLDER = Path(__file__).parent
# Out of the way of whoever reads the project's own files.
KEPT = FOLDER / ".venv"
FOUND = KEPT / "found"
MEMORY = 2 << 30
"""Bytes of address space that a seeded target may have; the interpreter with all libraries takes a quarter of it."""
RESIDENT = 1024
"""MiB of memory that a target under atheris may use."""
GRACE = 60.0
LEAST = 50
"""Inputs that a seeded target gets in any case, however little of the processor it gets."""


def main() -> int:
    """Run as the environment says: everything, or (as a child) one target."""
    words = sys.argv[1:]
    if words[:1] == ["--one"]:
        return one(words[1], float(words[2]))
    seconds = float(os.environ.get("FUZZ_SECONDS", "600"))
    names = words or [target.name for target in every()]
    share = seconds / len(names)
    failed = [name for name in names if child(name, share)]
    print(f"failed: {', '.join(failed)}" if failed else f"{len(names)} targets stood {seconds:g} seconds")
    return 1 if failed else 0


def child(name: str, seconds: float) -> int:
    """Run one target in a process of its own; one that does not come back in time has hung."""
    command = [sys.executable, "-m", "tests.fuzz", "--one", name, str(seconds)]
    try:
        return subprocess.run(command, timeout=seconds + GRACE, check=False, cwd=FOLDER.parent.parent).returncode
    except subprocess.TimeoutExpired:
        print(f"{name}: hung")
        return 1


def one(name: str, seconds: float) -> int:
    """Run one target here."""
    target = next(target for target in every() if target.name == name)
    if importlib.util.find_spec("atheris"):
        guided(target, seconds)
        return 0
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    until = time.monotonic() + seconds
    runs, found = fuzz(
        target, int(os.environ.get("FUZZ_SEED", "0")) or random.SystemRandom().randrange(1 << 32), lambda runs: runs < LEAST or time.monotonic() < until
    )
    print(f"{name}: {runs} inputs, {tell(found) if found else 'all stood'}", flush=True)
    return 1 if found else 0


def tell(found: Found) -> str:
    """Keep a finding and say where."""
    return f"one did not: {found.what} ({found.keep(FOUND)})"


def guided(target: Fuzzed, seconds: float) -> None:
    """Let atheris drive; it ends the process by itself, with a code other than 0 for a finding."""
    import atheris  # type: ignore[import-not-found, import-untyped, unused-ignore]  # only where make fuzz installed it

    corpus = KEPT / "corpus" / target.name
    corpus.mkdir(parents=True, exist_ok=True)
    FOUND.mkdir(parents=True, exist_ok=True)
    # Targets import what they test when they are first called.
    with atheris.instrument_imports(include=["probe"], enable_loader_override=False):
        for number, data in enumerate(target.seeds()):
            (corpus / f"seed-{number}").write_bytes(data)
            if found := tried(target, data):
                raise SystemExit(f"{target.name}: {tell(found)}")
    options = (
        f"-max_total_time={int(seconds)}",
        f"-timeout={int(DEADLINE * 2)}",
        f"-rss_limit_mb={RESIDENT}",
        f"-max_len={target.longest}",
        "-verbosity=0",
        "-print_final_stats=1",
    )
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={FOUND}/{target.name}-", str(corpus)], target.run)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
