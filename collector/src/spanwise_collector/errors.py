"""What can go wrong: on the way of a span in two families, and at the start."""

from __future__ import annotations

# CollectorError
# ├── SenderError           the sender's fault: never retried, the request is dropped
# │   ├── Malformed         the bytes are no such request
# │   ├── TooLarge          a limit is exceeded, measured after decompression
# │   └── UnsupportedMedia  a content type or encoding that we do not read
# ├── RetryLater            ours: the sender keeps the request and comes again
# │   ├── Overloaded        the hand-over queue is full, or the collector stops
# │   └── StoreDown         the request could not be made durable
# ├── Forged                a stop that nobody with the secret sent
# └── FolderUnusable        at the start: the data folder is somebody else's, or damaged


class CollectorError(Exception):
    """The root of everything that the collector raises on purpose."""


class SenderError(CollectorError):
    """The request is at fault; sending it again would not help."""


class Malformed(SenderError):
    """The bytes are no such request; the message names the field, the value and what was expected."""


class TooLarge(SenderError):
    """The request exceeds a limit; the message names the limit."""


class UnsupportedMedia(SenderError):
    """The request has a content type or encoding that is not read here."""


class RetryLater(CollectorError):
    """The request is good, but cannot be taken now.

    Args:
        message: what the sender is told.
        retry_after_s: when to come again. Exporters give up after about 10 s, so keep it short.
    """

    def __init__(self, message: str, retry_after_s: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Overloaded(RetryLater):
    """More requests wait than may wait, or the collector is stopping."""


class StoreDown(RetryLater):
    """The request could not be made durable: a full disk, a failed write."""


class Forged(CollectorError):
    """A stop is not signed as it must be; the message says what is wrong, and shows nothing of the secret."""


class FolderUnusable(CollectorError):
    """The data folder cannot be used; the message names it and says why."""
