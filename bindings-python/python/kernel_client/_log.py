"""Lines of the client's log on their way to `logging`."""

from __future__ import annotations

import logging
import sys
from queue import SimpleQueue
from threading import Lock, Thread

_logger = logging.getLogger("kernel_client")


def give(line: tuple[int, bool, str, float]) -> bool:
    """Gives a line (its level, whether the client was told to show it, text, time) to `logging`.

    False when nobody there listens.

    A level that was set on the logger itself says what is shown; otherwise what the client was told (`KERNEL_LOG`,
    `log_level`) is shown beside what the program's own levels let through.
    """
    level, is_wanted, text, created = line
    if not _logger.hasHandlers():
        return False
    shown = _logger.isEnabledFor(level) or (is_wanted and _logger.level == logging.NOTSET)
    if shown and not _logger.disabled and level > logging.root.manager.disable:
        record = _logger.makeRecord(_logger.name, level, "", 0, text, (), None)
        record.created = created
        record.msecs = created % 1 * 1000
        _logger.handle(record)
    return True


_lines: SimpleQueue[tuple[int, bool, str, float]] = SimpleQueue()
_worker: Thread | None = None
_starting = Lock()


def later(line: tuple[int, bool, str, float]) -> None:
    """Has a thread of its own give a line, in order: for threads that must not be held up, or may be cut off."""
    global _worker
    _lines.put(line)
    with _starting:
        # A forked child has none.
        if _worker is None or not _worker.is_alive():
            _worker = Thread(target=_work, name="kernel-client-log", daemon=True)
            _worker.start()


def _work() -> None:
    while True:
        line = _lines.get()
        level, is_wanted, text, _ = line
        try:
            if not give(line) and is_wanted:
                print(f"kernel-client {logging.getLevelName(level).lower()}: {text}", file=sys.stderr)
        except Exception as error:  # noqa: BLE001 - it is shown
            # As `logging` itself has it: a handler that fails is no reason to stop.
            sys.excepthook(type(error), error, error.__traceback__)
