"""Celery tasks with one client for the whole module, which the worker's parent has used before it forks."""

import os

from celery import Celery
from celery.exceptions import SoftTimeLimitExceeded

from kernel_client import Kernel

folder = os.environ["TASKS_FOLDER"]
app = Celery("tasks", broker="filesystem://", backend=f"file://{folder}/results")
app.conf.update(
    broker_transport_options={
        "data_folder_in": f"{folder}/queue",
        "data_folder_out": f"{folder}/queue",
        "control_folder": f"{folder}/control",
        "store_processed": False,
    },
    broker_connection_retry_on_startup=False,
    result_expires=None,
)

client = Kernel()
first = client.auth.connections.retrieve("ma_login")


@app.task
def retrieve(connection: str) -> tuple[str, int]:
    """Gives the id of the connection, and who asked for it."""
    return client.auth.connections.retrieve(connection).id, os.getpid()


@app.task(soft_time_limit=1)
def wait_for_ever(base_url: str) -> str:
    """Makes a call that is never answered, and says what ended it."""
    try:
        client.with_options(base_url=base_url).auth.connections.retrieve("ma_login")
    except SoftTimeLimitExceeded:
        return "out of time"
    return "answered"
