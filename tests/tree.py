"""The project's own files, as the tests about the project's rules read them."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UNWANTED = {"__pycache__", ".venv"}


def sources(*folders: str) -> list[Path]:
    """All Python files under ``folders`` of the project, sorted."""
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return sorted(path for path in found if not UNWANTED & set(path.relative_to(ROOT).parts))


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of one file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def shown(path: Path) -> str:
    """How a path is named in a test's name and message: relative to the project, with slashes."""
    return path.relative_to(ROOT).as_posix()


def dotted(node: ast.expr) -> str:
    """``a.b.c`` for nested attributes, "" for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([node.id, *reversed(parts)])
