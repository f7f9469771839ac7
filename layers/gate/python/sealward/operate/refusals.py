"""Refusals: why a request that was well made is not done."""


class NotDone(Exception):  # noqa: N818 - says what was not done
    """Nothing was done; ``str()`` says why and what to do.

    Args:
        code: a word for programs.
        why: a sentence for the person.
    """

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code
