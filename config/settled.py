"""What a process does once it has loaded all it needs."""

import gc


def settle() -> None:
    """What is loaded by now stays: else each full collection of garbage walks through all of it, in the middle of
    somebody's request or of hundreds of rows. And what is made is looked through ten times more rarely than usual:
    nearly all of it is rows, which are no garbage yet."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
