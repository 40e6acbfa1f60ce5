"""Keys of which one is enough: a secret, or the file that holds it."""

from __future__ import annotations

from spanwise_alerts.rule import Section, refuse


def one_of(section: Section, key: str, file: str, field: str = "") -> None:
    """Refuse a section that has both or none of two keys.

    Args:
        section: already read.
        key: for the secret itself.
        file: for the file that holds it.
        field: of the model, where it is not named as the key is.
    """
    text, path = getattr(section, field or key), getattr(section, file)
    if text and path:
        refuse([((key,), f"goes not with `{file}`: one of them is enough")])
    if not text and not path:
        refuse([((key,), f"missing; expected it, or `{file}`")])
