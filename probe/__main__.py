"""``python -m probe``."""

from probe.cli.start import main

main()
