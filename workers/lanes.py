"""Conversations with the outside, many at once in threads; only the main thread touches the database, and it feeds meanwhile."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from webapp.services.deliveries import Claimed, Result

AT_ONCE = 16
"""Conversations of one worker at a time: so many servers that hang at once still delay nobody else."""
ENOUGH = 15.0
"""Seconds after which a run begins no further conversation; the next tick goes on."""
PAUSE = 1.0
"""Seconds between two looks at what else is due."""

Talk = Callable[[], Result]


def drive(
    *,
    claim: Callable[[int], Sequence[Claimed]],
    prepare: Callable[[Claimed], Talk],
    finish: Callable[[Claimed, Result], None],
    meanwhile: Callable[[], None],
) -> None:
    """Claim, talk and write down until nothing is due or it is enough; `meanwhile` runs as long as some still talk.

    `prepare` reads all that a conversation needs and returns it as a function of nothing, which raises nothing.
    """
    began = time.monotonic()
    talking: dict[Future[Result], Claimed] = {}
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="conversation") as pool:
        while True:
            room = AT_ONCE - len(talking)
            if room and time.monotonic() - began < ENOUGH:
                talking |= {pool.submit(prepare(one)): one for one in claim(room)}
            if not talking:
                return
            done, _ = wait(talking, timeout=PAUSE, return_when=FIRST_COMPLETED)
            for each in done:
                finish(talking.pop(each), each.result())
            if not done:
                meanwhile()
