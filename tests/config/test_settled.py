"""Workers leave what they loaded out of every collection of garbage, as web processes do."""

import subprocess
import sys

import pytest

LOADED = "import gc, {module}; {then}; print(gc.get_freeze_count())"
BEGUN = "from celery.signals import worker_process_init as begun; begun.send(None)"


@pytest.mark.parametrize(
    ("module", "then"), [("config.wsgi", "pass"), ("config.celery, django", f"django.setup(); {BEGUN}")]
)
def test_what_is_loaded_is_frozen(module: str, then: str) -> None:
    program = LOADED.format(module=module, then=then)
    made = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(made.stdout.strip().splitlines()[-1]) > 100_000
