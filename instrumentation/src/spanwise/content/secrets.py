"""Knows what secrets and personal data look like: one scan for each kind, in time linear in the text.

Every repeat is bounded or possessive, and begins where no other can: no text makes a scan go back.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

# A line feed or a tab that is written out, as in JSON inside a text, is no letter before a secret.
_ESCAPED: Final = r"(?<=\\[bfnrt])"
_KEY: Final = re.compile(
    rf"(?:(?<![A-Za-z0-9])|{_ESCAPED})(?:"
    r"sk-(?=[A-Za-z_-]{0,64}[0-9])[A-Za-z0-9_-]{16,}+"  # OpenAI, Anthropic and many more
    r"|AIza[A-Za-z0-9_-]{30,}+"  # Google
    r"|(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])"  # AWS
    r"|gh[oprsu]_[A-Za-z0-9]{30,}+|github_pat_[A-Za-z0-9_]{20,}+|glpat-[A-Za-z0-9_-]{20,}+"
    r"|xox[a-z]-[A-Za-z0-9-]{11,}+"  # Slack
    r"|(?:hf|gsk)_[A-Za-z0-9]{20,}+"  # Hugging Face, Groq
    r"|(?:xai|pplx)-[A-Za-z0-9]{20,}+"
    r"|[prs]k_(?:live|test)_[A-Za-z0-9]{16,}+"  # Stripe
    r")"
)
_JWT: Final = re.compile(
    r"eyJ(?:(?<![A-Za-z0-9_-]eyJ)|(?<=\\[bfnrt]eyJ))"  # what it begins with goes first, which is found fastest
    r"[A-Za-z0-9_-]{13,}+\.[A-Za-z0-9_-]{8,}+(?:\.[A-Za-z0-9_-]*+)?"
)
_BEARER: Final = re.compile(
    rf"(?i:(?P<bearer>(?:(?<![a-z0-9])|{_ESCAPED})bearer\s{{1,4}})"
    r"(?:(?=[a-z._~+/=-]{0,64}[0-9])[a-z0-9._~+/=-]{8,}+|[a-z0-9._~+/=-]{24,}+)"
    rf"|(?P<header>(?:(?<![a-z0-9])|{_ESCAPED})authorization"
    r"[\\\"']{0,4}\s{0,4}[:=]\s{0,4}[\\\"']{0,4})(?:[a-z]{1,16}\s{1,4})?[^\s\\\"',;]{6,}+)"
)
_PRIVATE_KEY: Final = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
    r"(?s:.*?)(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\Z)"
)
# Visa, Mastercard, Amex, Diners, Discover, JCB, Maestro and UnionPay begin with 2 to 6; a clock in ns with 1.
_CARD: Final = re.compile(r"[2-6](?<![0-9].)(?<![0-9][ -].)(?:[ -]?[0-9]){12,18}(?![ -]?[0-9])")
_LOCAL: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.!#$%&'*+/=?^_`{|}~-"
_LONGEST_LOCAL: Final = 64
_DOMAIN: Final = re.compile(r"(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9-])")
_NAMED_KEY: Final = re.compile(
    r"(?i:.{0,40}(?:api[_-]?key|access[_-]?token|refresh[_-]?token|client[_-]?secret|secret[_-]?access[_-]?key))\Z"
)
_NAMED_AUTHORIZATION: Final = frozenset({"authorization", "proxy-authorization"})


def named(key: str) -> str | None:
    """Name the kind of secret that is the value of a member of this name, whatever it looks like."""
    if key.lower() in _NAMED_AUTHORIZATION:
        return "authorization"
    return "api_key" if _NAMED_KEY.match(key) else None


def mark(kind: str) -> str:
    """Give what stands in place of what was redacted."""
    return f"[redacted:{kind}]"


def _email(text: str) -> str:
    """Replace addresses, each found by its @: scanning for what may stand before it would take quadratic time."""
    made: list[str] = []
    taken = 0
    at = text.find("@")
    while at >= 0:
        before = text[max(taken, at - _LONGEST_LOCAL) : at]
        local = len(before) - len(before.rstrip(_LOCAL))
        local -= local < len(before) and before[-local - 1] == "\\"  # the letter of an escape is none of the address
        domain = _DOMAIN.match(text, at + 1) if local else None
        if domain is not None:
            made += (text[taken : at - local], mark("email"))
            taken = domain.end()
        at = text.find("@", max(at + 1, taken))
    return "".join((*made, text[taken:])) if made else text


def _card(text: str) -> str:
    return _CARD.sub(lambda found: mark("card_number") if _luhn(found.group()) else found.group(), text)


def _luhn(number: str) -> bool:
    """Check the last digit by the formula of Luhn (ISO/IEC 7812-1)."""
    digits = [int(each) for each in reversed(number) if each.isdigit()]
    doubled = (digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[1::2])  # noqa: PLR2004
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _authorization(text: str) -> str:
    return _BEARER.sub(lambda found: (found["bearer"] or found["header"]) + mark("authorization"), text)


SCANS: Final[Mapping[str, Callable[[str], str]]] = {
    "private_key": lambda text: _PRIVATE_KEY.sub(mark("private_key"), text),
    "authorization": _authorization,
    "jwt": lambda text: _JWT.sub(mark("jwt"), text),
    "api_key": lambda text: _KEY.sub(mark("api_key"), text),
    "email": _email,
    "card_number": _card,
}
"""Kind -> what replaces it in a text, in the order in which they are applied: what may hold others goes first."""
