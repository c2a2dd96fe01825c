"""Small databases and archives from which mutation begins."""

import io
import sqlite3
import zipfile
from contextlib import closing

TRUSTED = 0xCE534352.to_bytes(4)


def database(certificates: tuple[bytes, ...]) -> bytes:
    """A table as NSS has it, with these certificates, all trusted for servers; of many columns only those that are read."""
    with closing(sqlite3.connect(":memory:")) as made:
        made.execute("PRAGMA page_size = 512")
        made.execute("CREATE TABLE nssPublic (id PRIMARY KEY UNIQUE ON CONFLICT ABORT, a0, a3, a11, a81, a82, ace536358)")
        for number, one in enumerate(certificates):
            serial = bytes([number])
            made.execute("INSERT INTO nssPublic VALUES (?, ?, ?, ?, ?, ?, NULL)", (2 * number, (1).to_bytes(4), b"name", one, b"issuer", serial))
            made.execute("INSERT INTO nssPublic VALUES (?, ?, NULL, NULL, ?, ?, ?)", (2 * number + 1, 0xCE534353.to_bytes(4), b"issuer", serial, TRUSTED))
        made.commit()
        return made.serialize()


def archive(files: dict[str, bytes]) -> bytes:
    """A ZIP archive, packed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return buffer.getvalue()
