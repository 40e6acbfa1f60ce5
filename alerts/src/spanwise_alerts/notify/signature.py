"""Sign what is posted, so that whoever gets it knows that it is ours, whole and new: Standard Webhooks."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import Final

_PREFIX: Final = "whsec_"
_LEAST_BYTES: Final = 24


def key_of(secret: str) -> bytes:
    """Return the key that a secret stands for: after `whsec_` it is base64, else the text itself.

    Raises:
        ValueError: it is no base64, or too short to be safe; the message does not show it.

    Source: Standard Webhooks, "Signature scheme".
    """
    try:
        bare = secret.removeprefix(_PREFIX)
        key = secret.encode() if bare == secret else base64.b64decode(bare, validate=True)
    except binascii.Error as error:
        raise ValueError(f"expected base64 after {_PREFIX} (what was found is not shown)") from error
    if len(key) < _LEAST_BYTES:
        raise ValueError(
            f"expected a secret of at least {_LEAST_BYTES} bytes (what was found is not shown), "
            "such as that of `echo whsec_$(openssl rand -base64 32)`"
        )
    return key


def signed(key: bytes, delivery: str, at_s: float, body: bytes) -> dict[str, str]:
    """Return the headers `webhook-id`, `webhook-timestamp` and `webhook-signature` of one attempt.

    Args:
        key: see `key_of`.
        delivery: the same at each attempt, so that the receiver can drop what it has.
        at_s: of this attempt (Unix time); old ones are refused by receivers.
        body: as it is sent.
    """
    moment = str(int(at_s))
    mac = hmac.digest(key, b".".join((delivery.encode(), moment.encode(), body)), hashlib.sha256)
    signature = f"v1,{base64.b64encode(mac).decode()}"
    return {"webhook-id": delivery, "webhook-timestamp": moment, "webhook-signature": signature}
