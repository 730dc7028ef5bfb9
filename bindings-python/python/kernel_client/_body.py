"""The body of an answer in other pieces than those it came in."""

from __future__ import annotations

from codecs import getincrementaldecoder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
    from os import PathLike
    from typing import AnyStr, Protocol, TypeVar

    _T = TypeVar("_T")
    _Piece = TypeVar("_Piece", covariant=True)

    class _Cutter(Protocol[_Piece]):
        def take(self, chunk: bytes) -> Iterator[_Piece]: ...
        def end(self) -> Iterator[_Piece]: ...


def _checked(size: int) -> int:
    if size < 1:
        raise ValueError("`chunk_size` must be greater than 0.")
    return size


def _split(whole: AnyStr, size: int) -> tuple[list[AnyStr], AnyStr]:
    """Pieces of one size, and what is left."""
    end = len(whole) - len(whole) % size
    return [whole[start : start + size] for start in range(0, end, size)], whole[end:]


class _Sized:
    """Pieces of one size; the last one may be smaller."""

    def __init__(self, size: int) -> None:
        self._size = _checked(size)
        self._parts: list[bytes] = []
        self._length = 0

    def take(self, chunk: bytes) -> Iterator[bytes]:
        self._parts.append(chunk)
        self._length += len(chunk)
        # Put together when there is enough, and not with each chunk again.
        if self._length >= self._size:
            pieces, rest = _split(b"".join(self._parts), self._size)
            self._parts, self._length = [rest], len(rest)
            yield from pieces

    def end(self) -> Iterator[bytes]:
        if rest := b"".join(self._parts):
            yield rest


class _Text:
    """Text, in pieces of one size where that is given; what is not UTF-8 becomes U+FFFD."""

    def __init__(self, size: int | None = None) -> None:
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._size = None if size is None else _checked(size)
        self._parts: list[str] = []
        self._length = 0

    def take(self, chunk: bytes) -> Iterator[str]:
        yield from self._cut(self._decoder.decode(chunk))

    def _cut(self, text: str) -> Iterator[str]:
        if self._size is None:
            if text:
                yield text
            return
        self._parts.append(text)
        self._length += len(text)
        if self._length >= self._size:
            pieces, rest = _split("".join(self._parts), self._size)
            self._parts, self._length = [rest], len(rest)
            yield from pieces

    def end(self) -> Iterator[str]:
        yield from self._cut(self._decoder.decode(b"", True))
        if rest := "".join(self._parts):
            yield rest


class _Lines:
    """Lines without their ends: LF, CR or both."""

    def __init__(self) -> None:
        self._text = _Text()
        self._parts: list[str] = []
        # Whether a CR came last, which may be half of an end that is not all here yet.
        self._held = False

    def take(self, chunk: bytes) -> Iterator[str]:
        for text in self._text.take(chunk):
            yield from self._cut(text)

    def _cut(self, text: str) -> Iterator[str]:
        if self._held:
            text = "\r" + text
        self._held = text.endswith("\r")
        if self._held:
            text = text[:-1]
        first, *more = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._parts.append(first)
        if more:
            yield "".join(self._parts)
            yield from more[:-1]
            self._parts = more[-1:]

    def end(self) -> Iterator[str]:
        for text in self._text.end():
            yield from self._cut(text)
        rest = "".join(self._parts)
        if rest or self._held:
            yield rest


def sized(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Pieces of `size` bytes."""
    return _cut(chunks, _Sized(size))


def text(chunks: Iterable[bytes], size: int | None = None) -> Iterator[str]:
    """Pieces of text, of `size` characters where that is given."""
    return _cut(chunks, _Text(size))


def lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """Lines."""
    return _cut(chunks, _Lines())


def sized_async(chunks: AsyncIterable[bytes], size: int) -> AsyncIterator[bytes]:
    """Pieces of `size` bytes."""
    return _cut_async(chunks, _Sized(size))


def text_async(chunks: AsyncIterable[bytes], size: int | None = None) -> AsyncIterator[str]:
    """Pieces of text, of `size` characters where that is given."""
    return _cut_async(chunks, _Text(size))


def lines_async(chunks: AsyncIterable[bytes]) -> AsyncIterator[str]:
    """Lines."""
    return _cut_async(chunks, _Lines())


def _cut(chunks: Iterable[bytes], cutter: _Cutter[_T]) -> Iterator[_T]:
    for chunk in chunks:
        yield from cutter.take(chunk)
    yield from cutter.end()


async def _cut_async(chunks: AsyncIterable[bytes], cutter: _Cutter[_T]) -> AsyncIterator[_T]:
    async for chunk in chunks:
        for piece in cutter.take(chunk):
            yield piece
    for piece in cutter.end():
        yield piece


async def each(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    """The same, asynchronously."""
    for chunk in chunks:
        yield chunk


def to_file(chunks: Iterable[bytes], file: str | PathLike[str]) -> None:
    """Writes a body to a file."""
    with open(file, "wb") as out:
        out.writelines(chunks)


async def to_file_async(chunks: AsyncIterable[bytes], file: str | PathLike[str]) -> None:
    """Writes a body to a file, each piece on a thread of its own: a disk can take its time."""
    from asyncio import to_thread

    out = await to_thread(open, file, "wb")
    try:
        async for chunk in chunks:
            await to_thread(out.write, chunk)
    finally:
        await to_thread(out.close)
