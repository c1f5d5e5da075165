"""The jobs port as a list."""

from service.ports.jobs import Job


class RecordingQueue:
    """Keeps every job that was sent, in order."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []

    def enqueue(self, job: Job) -> None:
        self.jobs.append(job)
