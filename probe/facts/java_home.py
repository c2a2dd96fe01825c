"""An installed Java as far as trust is concerned: where it is, and which file its programs read when they are told nothing."""

from probe.facts.noun import noun


@noun
class JavaStore:
    """One file that a JVM looks for, in its order: ``exists``, ``readable`` by this user, and ``used`` (the first one that can be read)."""

    path: str
    exists: bool
    readable: bool = False
    used: bool = False


@noun
class JavaHome:
    """A JVM's home. ``found_by`` says how: option, JAVA_HOME or PATH. ``version`` is that of its release file ("" when that does not say).

    ``store`` is the file that is read ("" when there is none), ``stores`` all that were looked for, ``notes`` remarks for people.
    """

    home: str
    found_by: str
    version: str
    store: str
    stores: tuple[JavaStore, ...] = ()
    notes: tuple[str, ...] = ()
