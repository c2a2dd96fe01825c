"""Files that the user has of an exchange of certificates: the partner's new one, the one before it, one's own, and the list of trusted authorities."""

from probe.facts.files import InspectedFile
from probe.facts.noun import noun

NEW, PRESENT, OWN, AUTHORITIES = "new", "present", "own", "authorities"
"""The parts that files can play."""


@noun
class Given:
    """What plays one part: ``part`` is one of the words above, ``source`` the file or folder as it was named, ``files`` everything in it."""

    part: str
    source: str
    files: tuple[InspectedFile, ...] = ()
