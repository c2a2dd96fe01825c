"""A running program as far as trust is concerned: which stores it reads, and which setting says so. No field can hold a password or a command line."""

from probe.facts.noun import noun
from probe.facts.trust import TrustStore


@noun
class ReadStore:
    """One store that a part of the program reads. ``reader`` is that part ("Java's default trust manager", "requests"), ``stack`` the client stack that it is.

    ``setting`` is what names the file ("-Djavax.net.ssl.trustStore", "SSL_CERT_FILE"; "": nothing, it is the default), ``path`` the file or folder ("": none,
    a list that is compiled in). ``says`` is why it is this one, in a sentence or two. ``store`` is what could be read of it (``None``: nothing, then
    ``problem`` says why). ``tone`` is good, warn or bad.
    """

    reader: str
    stack: str
    setting: str = ""
    path: str = ""
    says: str = ""
    store: TrustStore | None = None
    problem: str = ""
    tone: str = "good"


@noun
class Program:
    """One running program. ``kind`` is java, node, python, curl or other; ``executable`` its file. ``notes`` are remarks for people."""

    pid: int
    kind: str
    executable: str
    stores: tuple[ReadStore, ...] = ()
    notes: tuple[str, ...] = ()
