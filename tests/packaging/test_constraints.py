"""The pinned versions: all of them, each with its hashes, naming no registry and no machine, inside the ranges that are declared."""

import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.tree import ROOT

FILES = (ROOT / "constraints.txt", ROOT / "bench" / "sslyze.txt", ROOT / "tests" / "fuzz" / "atheris.txt")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def pinned(path: Path) -> dict[str, tuple[Requirement, int]]:
    """Name to the pin and the number of its hashes."""
    joined = path.read_text(encoding="utf-8").replace("\\\n", " ")
    found: dict[str, tuple[Requirement, int]] = {}
    for line in joined.splitlines():
        pin = Requirement(HASH.sub("", line).strip())
        found[canonicalize_name(pin.name)] = (pin, len(HASH.findall(line)))
    return found


def declared() -> list[Requirement]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = settings["project"]
    lines = [*project["dependencies"], *project["optional-dependencies"]["dev"], *settings["build-system"]["requires"]]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_nothing_but_exact_versions_and_hashes(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"[/@]|\.org|index|find-links", text)
    for pin, hashes in pinned(path).values():
        assert str(pin.specifier).startswith("=="), pin
        assert hashes, f"{pin} has no hash"


def test_what_is_compiled_is_pinned_for_more_than_one_platform() -> None:
    pins = pinned(FILES[0])
    assert all(pins[name][1] > 10 for name in ("cffi", "coverage", "cryptography", "markupsafe", "ruff"))


@pytest.mark.parametrize("wanted", declared(), ids=lambda wanted: wanted.name)
def test_each_declared_dependency_is_pinned_inside_its_range(wanted: Requirement) -> None:
    pin, _ = pinned(FILES[0])[canonicalize_name(wanted.name)]
    (exact,) = pin.specifier
    assert wanted.specifier.contains(exact.version), f"{pin} is outside {wanted}: run make renew"


def test_this_environment_is_the_pinned_one() -> None:
    here = {
        name: (str(pin.specifier), f"=={version(name)}")
        for name, (pin, _) in pinned(FILES[0]).items()
        if pin.marker is None or Marker(str(pin.marker)).evaluate()
    }
    assert {name: both for name, both in here.items() if both[0] != both[1]} == {}
