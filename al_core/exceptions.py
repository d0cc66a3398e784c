"""All errors that al_core raises on purpose.

    ALCoreError
    ├── InvalidInputError (ValueError)      wrong shape, length, value or name
    │   └── FileFormatError                 a file that cannot be read as what it claims to be
    ├── MissingInputError (RuntimeError)    the step needs scores, embeddings or a query that do not exist yet
    ├── NotFoundError (KeyError)            no dataset, tag, embedding or score of that name or id
    ├── AlreadyExistsError (RuntimeError)   the name is taken
    ├── NotAllowedError (RuntimeError)      forbidden, such as deleting a tag that has children
    ├── BusyError (RuntimeError)            too much work is waiting; the same request may succeed later
    ├── WorkspaceError (RuntimeError)       a workspace cannot be opened or read: a damaged catalog
    ├── ServerError (ConnectionError)       a server cannot be reached, or fails
    └── Cancelled                           the user canceled a job

    ALCoreWarning (UserWarning)             done, but not quite as asked

Each class also inherits from the builtin that Lightly's client raised, so that old `except` clauses still work.
A message says what was expected, what came instead, where, and what to do.
"""


class ALCoreError(Exception):
    """Base of all errors of al_core: `except ALCoreError` catches each of them."""

    @property
    def public(self) -> str:
        """The message for clients: it names no place on the server."""
        return str(self)


class InvalidInputError(ALCoreError, ValueError):
    """A value has the wrong shape, length, range or name."""


class FileFormatError(InvalidInputError):
    """A file cannot be read as what it claims to be."""


class MissingInputError(ALCoreError, RuntimeError):
    """A step needs something that has not been provided yet."""


class NotFoundError(ALCoreError, KeyError):
    """Nothing of that name or id exists."""

    # KeyError shows the repr of its message, which puts quotes around a sentence.
    __str__ = Exception.__str__


class AlreadyExistsError(ALCoreError, RuntimeError):
    """The name is already taken."""


class NotAllowedError(ALCoreError, RuntimeError):
    """The request is understood but forbidden."""


class BusyError(ALCoreError, RuntimeError):
    """Too much work is waiting: the same request may succeed later."""


class WorkspaceError(ALCoreError, RuntimeError):
    """A workspace cannot be opened or read: its catalog is another's, newer than this version, lost or damaged.

    Args:
        message: For whoever runs the workspace; it may name places on this machine.
        public: For everybody else: the same without such places. By default the message names none.
    """

    def __init__(self, message: str, *, public: str | None = None) -> None:
        super().__init__(message)
        self._public = public or message

    @property
    def public(self) -> str:
        """The message for clients: it names no place on the server."""
        return self._public


class ServerError(ALCoreError, ConnectionError):
    """A server cannot be reached, or fails."""


class TakenOverError(ALCoreError, RuntimeError):
    """Another server does this work by now: what this one still stores would come too late."""


class Cancelled(ALCoreError):
    """The user canceled the job."""


class ALCoreWarning(UserWarning):
    """The request was carried out, but not exactly as asked."""
