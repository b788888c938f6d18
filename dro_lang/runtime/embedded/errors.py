"""What can be wrong with a store."""


class StoreError(Exception):
    """The store cannot be used, or not any more: `code`, what is wrong and where (`message`), and what to do (`help`).

    Nothing that was acknowledged is lost by it, and nothing of the transaction in which it came is kept.
    """

    def __init__(self, code: str, message: str, help: str) -> None:
        super().__init__(f"{code}: {message}; {help}")
        self.code = code
        self.message = message
        self.help = help


class StoreHeld(StoreError):
    """Another process carries out the plans of this store."""
