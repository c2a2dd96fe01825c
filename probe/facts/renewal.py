"""The exchange of a partner's certificate, as a profile describes it."""

from probe.facts.noun import noun


@noun
class Renewal:
    """How the system exchanges a partner's certificate. ``new``, ``present`` and ``own`` are files, as templates: the partner's new certificate, the one
    before it, and the own one with its key. The authorities that are trusted meanwhile are those of ``Trust.files``.

    ``upload``, ``add_authority`` and ``switch`` say where in the product it is done; ``missing_text``, ``refused_text`` and ``delete_text`` are the product's
    own words for an issuer that it does not have, for another certificate than the expected one, and for one that cannot be deleted yet.
    """

    new: str = ""
    present: str = ""
    own: str = ""
    upload: str = ""
    add_authority: str = ""
    switch: str = ""
    missing_text: str = ""
    refused_text: str = ""
    delete_text: str = ""
    verified: bool = True
    source: str = ""
