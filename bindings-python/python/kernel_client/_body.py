"""The body of an answer in other pieces than those it came in."""

from __future__ import annotations

from codecs import getincrementaldecoder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
    from os import PathLike
    from typing import Protocol, TypeVar

    _T = TypeVar("_T")
    _Piece = TypeVar("_Piece", covariant=True)

    class _Cutter(Protocol[_Piece]):
        def take(self, chunk: bytes) -> Iterator[_Piece]: ...
        def end(self) -> Iterator[_Piece]: ...


class _Sized:
    """Pieces of one size; the last one may be smaller."""

    def __init__(self, size: int) -> None:
        if size < 1:
            raise ValueError("`chunk_size` must be greater than 0.")
        self._size = size
        self._rest = b""

    def take(self, chunk: bytes) -> Iterator[bytes]:
        self._rest += chunk
        whole = len(self._rest) - len(self._rest) % self._size
        for start in range(0, whole, self._size):
            yield self._rest[start : start + self._size]
        self._rest = self._rest[whole:]

    def end(self) -> Iterator[bytes]:
        if self._rest:
            yield self._rest


class _Text:
    """Text; what is not UTF-8 becomes U+FFFD."""

    def __init__(self) -> None:
        self._decoder = getincrementaldecoder("utf-8")("replace")

    def take(self, chunk: bytes) -> Iterator[str]:
        if text := self._decoder.decode(chunk):
            yield text

    def end(self) -> Iterator[str]:
        if text := self._decoder.decode(b"", True):
            yield text


class _Lines:
    """Lines without their ends: LF, CR or both."""

    def __init__(self) -> None:
        self._text = _Text()
        self._line = ""

    def take(self, chunk: bytes) -> Iterator[str]:
        for text in self._text.take(chunk):
            yield from self._split(text)

    def _split(self, text: str) -> Iterator[str]:
        whole = (self._line + text).replace("\r\n", "\n")
        # A CR at the end may be half of an end that is not all here yet.
        held = whole.endswith("\r")
        lines = (whole[:-1] if held else whole).replace("\r", "\n").split("\n")
        self._line = lines.pop() + ("\r" if held else "")
        yield from lines

    def end(self) -> Iterator[str]:
        for text in self._text.end():
            yield from self._split(text)
        if self._line:
            yield from self._line.replace("\r", "\n").splitlines()


def sized(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Pieces of `size` bytes."""
    return _cut(chunks, _Sized(size))


def text(chunks: Iterable[bytes]) -> Iterator[str]:
    """Pieces of text."""
    return _cut(chunks, _Text())


def lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """Lines."""
    return _cut(chunks, _Lines())


def sized_async(chunks: AsyncIterable[bytes], size: int) -> AsyncIterator[bytes]:
    """Pieces of `size` bytes."""
    return _cut_async(chunks, _Sized(size))


def text_async(chunks: AsyncIterable[bytes]) -> AsyncIterator[str]:
    """Pieces of text."""
    return _cut_async(chunks, _Text())


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
