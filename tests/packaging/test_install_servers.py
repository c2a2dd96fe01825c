import subprocess
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "install-servers"


def run(*options: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = None if path is None else {"PATH": path}
    return subprocess.run(["/bin/bash", str(SCRIPT), *options], env=environment, capture_output=True, text=True, timeout=30, check=False)


def test_everything_is_there() -> None:
    found = run("--check")
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")


def test_what_is_missing_is_named_with_the_line_that_installs_it(tmp_path: Path) -> None:
    found = run("--check", path=str(tmp_path))
    assert found.returncode == 1 and not found.stdout
    assert "openssl" in found.stderr and "javac" in found.stderr
    (line,) = [one for one in found.stderr.splitlines() if "apt-get install" in one]
    packages = line.partition("-y ")[2].split()
    assert {"openssl", "curl", "default-jdk-headless"} <= set(packages) and len(packages) == len(set(packages))


def test_other_words_are_refused() -> None:
    assert run("--help").returncode == 2
