"""What one cold start costs: CPU time (user and system, whole process) of `probe` against programs that do less or the same.

All programs are run in turn, round by round, because only ratios taken side by side hold from one machine to the next.
Run it by `make bench`, or `python -m bench.cold_start --rounds 25`.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from bench.endpoint import NAME, endpoints

GOAL_MUST, GOAL_AMBITIOUS, GOAL_SMALL, GOAL_SSLYZE = 250, 150, 120, 2
"""Milliseconds for one check, for one check at best, for --help and causes; and how many times sslyze must cost more."""


class Contestant(NamedTuple):
    """One command line. ``exits`` are the exit codes that mean it did its work."""

    label: str
    command: tuple[str, ...]
    exits: tuple[int, ...] = (0,)


def contestants(healthy: int, broken: int, root: Path) -> list[Contestant]:
    """Every program that is on this machine; what is missing is named on standard error."""
    here = Path(sys.executable).parent
    probe, python = str(here / "probe"), sys.executable
    check = (probe, "check", f"https://{NAME}", "--trust", str(root), "--connect")
    client = ("openssl", "s_client", "-servername", NAME, "-verify_hostname", NAME, "-CAfile", str(root), "-verify_return_error", "-connect")
    sslyze = Path(__file__).parent / ".venv" / "bin" / "sslyze"
    scan = (str(sslyze), "--certinfo", "--certinfo_ca_file", str(root))
    listed = [
        Contestant("python -c pass", (python, "-c", "pass")),
        Contestant("import probe.cli.main", (python, "-c", "import probe.cli.main")),
        Contestant("probe --help", (probe, "--help")),
        Contestant("probe causes", (probe, "causes")),
        Contestant("probe check, healthy", (*check, f"127.0.0.1:{healthy}")),
        Contestant("probe check, broken", (*check, f"127.0.0.1:{broken}"), (1,)),
        Contestant("openssl s_client, healthy", (*client, f"127.0.0.1:{healthy}")),
        Contestant("openssl s_client, broken", (*client, f"127.0.0.1:{broken}"), (1,)),
        Contestant("sslyze --certinfo, healthy", (*scan, f"{NAME}:{healthy}{{127.0.0.1}}")),
        Contestant("sslyze --certinfo, broken", (*scan, f"{NAME}:{broken}{{127.0.0.1}}"), (0, 1)),
    ]
    for one in listed:
        if not shutil.which(one.command[0]):
            print(f"not measured, {one.command[0]} is missing: {one.label}", file=sys.stderr)
    return [one for one in listed if shutil.which(one.command[0])]


def cpu(one: Contestant) -> float:
    """Run it once. Milliseconds of user and system time of the process and what it waited for; ends the run when the exit code is wrong."""
    null = os.open(os.devnull, os.O_RDWR)
    try:
        actions = [(os.POSIX_SPAWN_DUP2, null, number) for number in (0, 1, 2)]
        child = os.posix_spawnp(one.command[0], one.command, os.environ, file_actions=actions)
    finally:
        os.close(null)
    _, status, used = os.wait4(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code not in one.exits:
        sys.exit(f"{one.label}: exit code {code}, expected {one.exits}; try it by hand: {' '.join(one.command)}")
    return (used.ru_utime + used.ru_stime) * 1000


def measure(listed: list[Contestant], rounds: int) -> dict[str, list[float]]:
    """One unmeasured round for byte code and page cache, then ``rounds`` in turn; forwards and backwards, so that nobody always follows the same one."""
    for one in listed:
        cpu(one)
    taken: dict[str, list[float]] = {one.label: [] for one in listed}
    for number in range(rounds):
        for one in listed if number % 2 else reversed(listed):
            taken[one.label].append(cpu(one))
    return taken


def ratios(taken: dict[str, list[float]], over: str, under: str) -> list[float]:
    """Round by round: what ``over`` cost for each unit of ``under``."""
    return [a / b for a, b in zip(taken.get(over, []), taken.get(under, []), strict=False)]


def table(taken: dict[str, list[float]]) -> str:
    """Milliseconds a program, then the ratios to the probe's check of the same endpoint."""
    lines = [f"{'CPU ms, user + system':<30}{'min':>8}{'median':>8}{'max':>8}"]
    lines += [f"{label:<30}{min(times):8.0f}{statistics.median(times):8.0f}{max(times):8.0f}" for label, times in taken.items()]
    lines += ["", f"{'times the cost of probe check':<30}{'min':>8}{'median':>8}{'max':>8}"]
    for peer in ("openssl s_client", "sslyze --certinfo"):
        for state in ("healthy", "broken"):
            pairs = ratios(taken, f"{peer}, {state}", f"probe check, {state}")
            if pairs:
                lines.append(f"{peer + ', ' + state:<30}{min(pairs):8.2f}{statistics.median(pairs):8.2f}{max(pairs):8.2f}")
    return "\n".join(lines)


def goals(taken: dict[str, list[float]]) -> str:
    """The goals beside what was measured. Milliseconds depend on the machine; the ratio to sslyze is the one that travels."""
    rows = [
        (f"probe check, {state}", f"must <= {GOAL_MUST} ms, ambitious <= {GOAL_AMBITIOUS} ms", GOAL_MUST, GOAL_AMBITIOUS) for state in ("healthy", "broken")
    ]
    rows += [(label, f"<= {GOAL_SMALL} ms", GOAL_SMALL, GOAL_SMALL) for label in ("probe --help", "probe causes")]
    lines = ["goals"]
    for label, text, must, ambitious in rows:
        if label in taken:
            middle = statistics.median(taken[label])
            grade = "ambitious" if middle <= ambitious != must else "met" if middle <= must else "MISSED"
            lines.append(f"  {label}: {middle:.0f} ms, {text}: {grade}")
    for state in ("healthy", "broken"):
        pairs = ratios(taken, f"sslyze --certinfo, {state}", f"probe check, {state}")
        if pairs:
            middle = statistics.median(pairs)
            lines.append(f"  sslyze costs {middle:.2f} times probe check, {state}; goal > {GOAL_SSLYZE}: {'met' if middle > GOAL_SSLYZE else 'MISSED'}")
    return "\n".join(lines)


def keep_byte_code(folder: Path) -> None:
    """Let every Python program find its byte code from the second start on, as installed programs do, whatever this shell's settings; ``folder`` takes it."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder)


def forget_stores() -> None:
    """Let "the system's store" be that of the machine, in one file as everywhere, not what this shell puts in its place."""
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        os.environ.pop(name, None)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=11, help="how often each program runs (default: 11)")
    rounds: int = max(1, parser.parse_args().rounds)
    with tempfile.TemporaryDirectory() as folder, endpoints(Path(folder)) as (healthy, broken, root):
        keep_byte_code(Path(folder) / "pyc")
        forget_stores()
        taken = measure(contestants(healthy, broken, root), rounds)
    print(f"{rounds} rounds in turn on {os.cpu_count()} processors, Python {sys.version.split()[0]}\n\n{table(taken)}\n\n{goals(taken)}")


if __name__ == "__main__":
    main()
