"""The certificates that the real servers of these tests show."""

from pathlib import Path

from probe.facts.noun import noun
from probe.lab.pki import Issued
from probe.lab.traits import Traits


@noun
class Pki:
    """``leaf`` is for shop.example, below ``middle``, below ``root``; ``trust`` is a PEM file with the root."""

    root: Issued
    middle: Issued
    leaf: Issued
    trust: Path

    @property
    def chain(self) -> tuple[Issued, ...]:
        """What a server that is set up well sends."""
        return (self.leaf, self.middle)

    def chain_of(self, *names: str, traits: Traits | None = None) -> tuple[Issued, ...]:
        """A whole chain for another end-entity certificate."""
        return (self.middle.issue(*names, traits=traits), self.middle)

    @property
    def trusting(self) -> tuple[str, str]:
        """The option with which the root is trusted."""
        return ("--trust", str(self.trust))
