"""One API for all tests of a module, an authority that was made once, and the commands that reach them."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from probe.cli.main import run
from probe.lab.answers import Answer
from probe.lab.shop import hierarchy
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving
from tests.insights.double import TOKEN, Hub

GATEWAY = "gateway.example"
Run = Callable[..., int]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two authorities, acme and other, as ``ca create`` makes them."""
    folder = tmp_path_factory.mktemp("made")
    for tenant in ("acme", "other"):
        assert run(["insights-hub", "ca", "create", "--tenant", tenant, "--organization", "Acme GmbH", "--out", str(folder)]) == 0
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An own copy of that folder, which is also the current one."""
    place = tmp_path / "work"
    shutil.copytree(made, place)
    monkeypatch.chdir(place)
    return place


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Hub, tuple[str, ...]]]:
    """The API, and the options that lead to it."""
    hub, shop = Hub(), hierarchy(GATEWAY)
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(shop.whole,), answer=Answer(choose=hub.answer)))
        yield hub, ("--gateway", f"https://{GATEWAY}:{port}", "--connect", f"{LOOPBACK}:{port}", "--trust", stage.trust_file(shop.root))
        hub.waiting.set()


@pytest.fixture
def hub(served: tuple[Hub, tuple[str, ...]]) -> Hub:
    """The API, as new."""
    served[0].reset()
    return served[0]


@pytest.fixture
def ca(served: tuple[Hub, tuple[str, ...]], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run ``probe insights-hub ca`` at the API, with the token in a variable."""
    monkeypatch.setenv("HUB_TOKEN", TOKEN)

    def command(*words: str, token: tuple[str, ...] = ("--token-env", "HUB_TOKEN")) -> int:
        return run(["insights-hub", "ca", words[0], *words[1:], *served[1], *token])

    return command
