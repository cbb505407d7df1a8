"""How long the search may go on: seconds, or a number of steps that is the same anywhere."""

from collections.abc import Callable

HUGE = 1e9


class Budget:
    """Ends by the clock, or by steps of work, or when the caller asks to stop."""

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        seconds: float | None,
        work: int | None,
        stopped: Callable[[], bool],
    ) -> None:
        self.clock, self.seconds, self.work = clock, seconds, work
        self.stopped = stopped
        self.started = clock()
        self.done = 0

    def spend(self, steps: int) -> None:
        self.done += steps

    @property
    def elapsed(self) -> float:
        return self.clock() - self.started

    def over(self) -> bool:
        """Whether to stop now; in work mode only whole steps count, never the clock."""
        if self.stopped():
            return True
        if self.work is not None:
            return self.done >= self.work
        return self.seconds is not None and self.elapsed >= self.seconds

    def interrupted(self) -> bool:
        """For inner loops: like `over`, but a step begun in work mode is finished."""
        return self.stopped() if self.work is not None else self.over()

    def left(self) -> float:
        """Seconds left for one call that cannot be interrupted; no limit in work mode."""
        if self.work is not None or self.seconds is None:
            return HUGE
        return max(0.0, self.seconds - self.elapsed)

    def used(self) -> float:
        """Which share of the budget is gone; 0 when it has no end."""
        if self.work is not None:
            return self.done / max(1, self.work)
        return self.elapsed / self.seconds if self.seconds else 0.0
