"""Lines of the client's log on their way to `logging`."""

from __future__ import annotations

import logging

_logger = logging.getLogger("kernel_client")


def give(level: int, is_wanted: bool, line: str, created: float) -> bool:
    """Gives a line to `logging`. False when nobody there listens.

    A level that was set on the logger itself says what is shown; otherwise what the client was told (`KERNEL_LOG`,
    `log_level`) is shown beside what the program's own levels let through.
    """
    if not _logger.hasHandlers():
        return False
    shown = _logger.isEnabledFor(level) or (is_wanted and _logger.level == logging.NOTSET)
    if shown and not _logger.disabled:
        record = _logger.makeRecord(_logger.name, level, "", 0, line, (), None)
        record.created = created
        record.msecs = created % 1 * 1000
        _logger.handle(record)
    return True
