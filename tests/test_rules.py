"""Rules of the house that no linter knows. Each test names the files that break it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tree import ROOT, dotted, parsed, shown, sources

LONGEST = 400  # lines: one idea a file
EMPTY_WORDS = re.compile(r"(Manager|Helper|Helpers|Util|Utils|Utility|Base|Mixin|Wrapper|Impl)$")
EMPTY_FILES = {"helper", "helpers", "util", "utils", "base", "common", "misc", "manager"}
LEFT_OVER = re.compile("|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", r"raise NotImplemented" + "Error"]))
# Where nothing may depend on a library's words: a rule that reads them gives another answer next year.
JUDGING = ("probe/case/", "probe/causes/", "probe/plan", "probe/diagnose")
# Paths of somebody's machine, and package registries by name.
FOREIGN_PLACES = re.compile(r"(?<![\w.])/(?:home/\w+|root|work|Users)/|(?:files\.)?py(?:thonhosted|pi)\.org|--(?:extra-)?index-url|--find-links")
TEXTS = {".py", ".toml", ".txt", ".md", ".cfg", ".ini", ".j2", ".css", ".in", ".yml", ".yaml", ""}


def of_the_project() -> list[Path]:
    """Files that are text and ours: everything but hidden caches, environments and what Git does not keep."""
    folders = ("probe", "tests", "bench", "reports", "fixtures", ".ci")
    nested = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    top = [path for path in ROOT.iterdir() if path.is_file() and not path.name.startswith(".")]
    return [path for path in top + nested if path.suffix in TEXTS and not {"__pycache__", ".venv"} & set(path.relative_to(ROOT).parts)]


def lines_with(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    found = []
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{shown(path)}:{number}: {line.strip()[:80]}")
    return found


def test_no_file_is_longer_than_one_idea() -> None:
    lengths = {shown(path): len(path.read_text(encoding="utf-8").splitlines()) for path in sources("probe", "tests", "bench")}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_no_name_says_nothing() -> None:
    classes = [
        f"{shown(path)}: {node.name}"
        for path in sources("probe", "tests", "bench")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef) and EMPTY_WORDS.search(node.name)
    ]
    assert classes + [shown(path) for path in sources("probe", "tests", "bench") if path.stem in EMPTY_FILES] == []


def test_nothing_is_left_for_later() -> None:
    assert lines_with(LEFT_OVER, sources("probe", "tests", "bench")) == []


def test_no_file_knows_a_machine_or_a_registry() -> None:
    mine = Path(__file__)
    assert lines_with(FOREIGN_PLACES, [path for path in of_the_project() if path != mine]) == []


def test_no_judgement_reads_a_librarys_words() -> None:
    reads = [
        f"{shown(path)}:{node.lineno}"
        for path in sources("probe")
        if shown(path).startswith(JUDGING)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr == "says" and isinstance(node.ctx, ast.Load)
    ]
    assert reads == []


def checks_of(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node


def asserts(test: ast.AST) -> bool:
    """Whether a test can fail by itself: an assert, an expected exception, or a call whose name says that it asserts."""
    for node in ast.walk(test):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call) and re.match(r"(raises|warns|fail|assert_|expect|must_)", dotted(node.func).rpartition(".")[2]):
            return True
    return False


TEST_FILES = [path for path in sources("tests") if path.name.startswith("test_")]


@pytest.mark.parametrize("path", TEST_FILES, ids=shown)
def test_every_test_asserts_and_none_is_skipped(path: Path) -> None:
    silent = [test.name for test in checks_of(path) if not asserts(test)]
    skipped = [
        f"line {node.lineno}: {dotted(node)}"
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and dotted(node) in {"pytest.skip", "pytest.mark.skip", "pytest.importorskip", "pytest.mark.skipif"}
    ]
    assert silent + skipped == []


def test_a_test_without_an_assertion_is_seen() -> None:
    assert not asserts(ast.parse("def test_it() -> None:\n    call()\n"))
    assert asserts(ast.parse("def test_it() -> None:\n    with pytest.raises(ValueError):\n        call()\n"))


def test_nouns_are_made_in_one_way() -> None:
    """``probe.facts`` and what is built on it hold values only; a dataclass made by hand would be neither frozen nor slotted."""
    by_hand = [
        f"{shown(path)}: {node.name}"
        for path in sources("probe/facts")
        if path.name != "noun.py"
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef) and any("dataclass" in ast.dump(decorator) for decorator in node.decorator_list)
    ]
    assert by_hand == []
