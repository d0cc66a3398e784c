"""Something that happens in the middle of work."""

from collections.abc import Callable


class After:
    """Progress that does something once, when so much is done."""

    def __init__(self, n_done: int, act: Callable[[], None]) -> None:
        self.n_done = n_done
        self.act: Callable[[], None] | None = act

    def __call__(self, done: int, total: int) -> None:
        if self.act and done >= self.n_done:
            act, self.act = self.act, None
            act()
