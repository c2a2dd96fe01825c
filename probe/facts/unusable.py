"""What the user gave cannot be used."""


class Unusable(Exception):
    """A file, address or option that cannot be used. ``says`` names what and where in one sentence, ``next_step`` what to do about it.

    This is the one exception that a command turns into exit code 2. What peers do is never an exception: it is an Ending.
    """

    def __init__(self, says: str, next_step: str) -> None:
        super().__init__(f"{says} {next_step}")
        self.says = says
        self.next_step = next_step
