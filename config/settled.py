"""What a process does once it has loaded all it needs."""

import gc


def settle() -> None:
    """What is loaded by now stays: else each full collection of garbage walks through all of it, in the middle of
    somebody's request or of hundreds of rows."""
    gc.collect()
    gc.freeze()
