"""The limits of one attempt, by parts."""

from __future__ import annotations

__all__ = ["Timeout"]

_LEFT_OUT: float = -1.0
"""What no limit is."""


class Timeout:
    """The limits of one attempt, in seconds; None is no limit.

        Timeout(60)  # all of them
        Timeout(60, connect=5)  # one of them differs

    An attempt has two limits here: `connect` for connecting, and `read` for the whole of it, from connecting to the
    last byte of the body. `write` and `pool` are kept and nothing more: sending is a part of the attempt, and
    connections are not limited in number. Wherever one of these is taken, `httpx.Timeout` is, too.
    """

    __slots__ = {  # noqa: RUF023 - in the order that HTTP clients have
        "connect": "For connecting.",
        "read": "For the whole of the attempt: connecting, headers and body.",
        "write": "For sending; not enforced.",
        "pool": "For getting a connection; not enforced.",
    }

    connect: float | None
    read: float | None
    write: float | None
    pool: float | None

    def __init__(
        self,
        timeout: float | Timeout | None = _LEFT_OUT,
        *,
        connect: float | None = _LEFT_OUT,
        read: float | None = _LEFT_OUT,
        write: float | None = _LEFT_OUT,
        pool: float | None = _LEFT_OUT,
    ) -> None:
        for name, given in (("connect", connect), ("read", read), ("write", write), ("pool", pool)):
            limit = getattr(timeout, name, timeout) if given is _LEFT_OUT else given
            if limit is _LEFT_OUT:
                raise TypeError(f"`{name}` is missing: give it, or a limit for all.")
            setattr(self, name, limit)

    def as_dict(self) -> dict[str, float | None]:
        """The limits by name."""
        return {"connect": self.connect, "read": self.read, "write": self.write, "pool": self.pool}

    def __eq__(self, other: object) -> bool:
        """Whether all limits are the same, whoever's class the other one is of."""
        try:
            theirs = [getattr(other, name) for name in self.as_dict()]
        except AttributeError:
            return NotImplemented
        return theirs == list(self.as_dict().values())

    def __hash__(self) -> int:
        return hash(tuple(self.as_dict().values()))

    def __repr__(self) -> str:
        limits = self.as_dict()
        if len(set(limits.values())) == 1:
            return f"Timeout({self.read!r})"
        return f"Timeout({', '.join(f'{name}={limit!r}' for name, limit in limits.items())})"

    def __reduce__(self) -> tuple[object, ...]:
        return _from_dict, (self.as_dict(),)


def _from_dict(limits: dict[str, float | None]) -> Timeout:
    return Timeout(**limits)


# Where users import it from.
Timeout.__module__ = "kernel_client"
