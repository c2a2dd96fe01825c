"""Finding an installed Java and the file that its programs trust, without starting it.

The order is that of ``sun.security.ssl.TrustStoreManager``: jssecacerts where it can be read, else cacerts. The Java runtime of a JDK 8 lies in a folder jre.
"""

import os
import re
import shutil
from itertools import islice
from pathlib import Path

from probe.capture.files import unreadable
from probe.facts.java_home import JavaHome, JavaStore
from probe.facts.unusable import Unusable

NAMES = ("jssecacerts", "cacerts")
_BELOW = ("lib/security", "jre/lib/security")
_VERSION = re.compile(r'JAVA_VERSION="([0-9A-Za-z._+-]{1,40})"')
_RELEASE = 200
"""Lines of a release file that are read; real ones have twenty."""


def java_home(named: str = "") -> JavaHome:
    """Give the JVM in the folder ``named``, else the one that JAVA_HOME names, else that of the ``java`` on the PATH. Raises ``Unusable``."""
    home, found_by = _home(named)
    stores = _stores(home)
    used = next((one for one in stores if one.used), None)
    if used is None:
        hidden = next((one for one in stores if one.exists), None)
        if hidden is not None:
            raise Unusable(f"{hidden.path} may not be read by this user.", "Run the command as a user who may, or name a copy with --trust FILE.")
        how = {"JAVA_HOME": " (named by JAVA_HOME)", "PATH": " (from the java on the PATH)"}.get(found_by, "")
        raise Unusable(
            f"{home}{how} holds no trust store of Java: neither lib/security/cacerts nor jssecacerts.", "Name the JVM's home with --trust java:HOME."
        )
    notes = [f"the Java that was found through {found_by}"] if found_by != "option" else []
    if found_by == "JAVA_HOME" and (other := _on_path()) is not None and other != home.resolve():
        notes.append("the java on the PATH is another one, with a trust store of its own")
    if used.path.endswith(NAMES[0]):
        notes.append("jssecacerts exists, so Java does not read the cacerts beside it")
    return JavaHome(home=str(home), found_by=found_by, version=_version(home), store=used.path, stores=stores, notes=tuple(notes))


def _home(named: str) -> tuple[Path, str]:
    if named:
        return Path(named), "option"
    if variable := os.environ.get("JAVA_HOME"):
        return Path(variable), "JAVA_HOME"
    found = _on_path()
    if found is None:
        raise Unusable("No Java was found: JAVA_HOME is not set, and there is no java on the PATH.", "Name its home with --trust java:HOME.")
    return found, "PATH"


def _on_path() -> Path | None:
    """The home of the java that a shell would start; its links are followed."""
    program = shutil.which("java")
    if program is None:
        return None
    try:
        home = Path(program).resolve(strict=True).parent.parent
    except (OSError, RuntimeError):
        return None
    return home.parent if home.name == "jre" else home


def _stores(home: Path) -> tuple[JavaStore, ...]:
    """All files that are looked for; ``used`` is the first that can be read. A dangling link counts as missing, as it does for Java."""
    found: list[JavaStore] = []
    try:
        folders = [folder for one in _BELOW if (folder := home / one).is_dir()] or [home / _BELOW[0]]
        for name in NAMES:
            for path in (folder / name for folder in folders):
                exists = path.exists()
                readable = exists and path.is_file() and os.access(path, os.R_OK, effective_ids=os.access in os.supports_effective_ids)
                used = readable and not any(one.used for one in found)
                found.append(JavaStore(path=str(path), exists=exists, readable=readable, used=used))
    except (OSError, ValueError) as error:
        raise unreadable(home, error) from None
    return tuple(found)


def _version(home: Path) -> str:
    try:
        with (home / "release").open(encoding="utf-8", errors="replace") as file:
            lines = [line[:200] for line in islice(file, _RELEASE)]
    except (OSError, ValueError):
        return ""
    return next((found[1] for line in lines if (found := _VERSION.match(line))), "")
