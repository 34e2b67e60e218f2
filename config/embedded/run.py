"""bin/run: the whole product on this machine, without Docker or root. Stops all it started when it is stopped."""

import argparse
import json
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import IO, Any

from config.embedded import Unavailable, demo, folder, kept, process
from config.embedded.service import BASE
from config.embedded.stack import Stack

HEARTBEAT = 0.2  # seconds between two looks at the processes


class Stopped(BaseException):
    """Ctrl-C, --stop, or the terminal was closed."""


def main() -> int:
    """Exit code 0, or 1 after one sentence on stderr."""
    options = _options()
    try:
        folder.check(options.data)
        if options.stop:
            return _stop(options.data)
        return _detach(options) if options.detach else _run(options)
    except Stopped:
        return 130 if options.detach else 0
    except (Unavailable, OSError) as failure:
        return _complain(folder.in_words(failure, options.data))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/run", description="Run Tollgate on this machine.")
    parser.add_argument("--port", type=_port, default=8000, help="of the pages; 0 for a free one (default 8000)")
    default = os.environ.get("TOLLGATE_DATA", str(BASE / "var"))
    parser.add_argument("--data", type=Path, default=Path(default), help="folder of all data (default var/)")
    parser.add_argument("--detach", action="store_true", help="return when ready and print one JSON line")
    parser.add_argument("--stop", action="store_true", help="stop what runs on the data folder")
    parser.add_argument("--no-demo", action="store_true", help="don't make the demo account")
    options = parser.parse_args()
    options.data = folder.CALLED_FROM / options.data
    return options


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return int(text)


def _run(options: argparse.Namespace, ready: IO[str] | None = None) -> int:
    """Start, say so (to `ready` one JSON line, else to the terminal), watch until stopped."""
    _on_signals(_raise_stopped)
    with folder.alone_on(options.data):
        stack = Stack(options.data, port=options.port)
        try:
            stack.start(first=None if options.no_demo else lambda: demo.prepare(stack))
            _record(stack)
            _announce(stack, None if options.no_demo else demo.login(stack), ready)
            while True:
                time.sleep(HEARTBEAT)
                stack.heal()
        finally:
            _on_signals(signal.SIG_IGN)
            stack.stop()
            (options.data / "run.json").unlink(missing_ok=True)


def _announce(stack: Stack, login: dict[str, Any] | None, ready: IO[str] | None) -> None:
    if ready:
        facts = {"url": stack.url, "pids": stack.pids(), "mail": str(stack.mail), "data": str(stack.data)}
        ready.write(json.dumps(facts | {"live": f"http://localhost:{stack.live_port}", "demo": login}) + "\n")
        ready.close()
    else:
        print(f"Tollgate runs at {stack.url}   (Ctrl-C stops it; data in {stack.data}, mail in {stack.mail})")
        print(demo.in_words(stack.url, login), flush=True)


def _record(stack: Stack) -> None:
    """For bin/manage, which runs commands in the same environment."""
    environments = {role: stack.environment(role) for role in stack.urls if role != "backup"}
    ours = {role: {k: v for k, v in env.items() if os.environ.get(k) != v} for role, env in environments.items()}
    kept.write(stack.data / "run.json", {"pid": os.getpid(), "url": stack.url, "environments": ours})


def _detach(options: argparse.Namespace) -> int:
    """The child lives on in its own session; the parent passes on its one line."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        with os.fdopen(reading) as answer:
            line = _read_or_end(answer, child)
        if line.startswith("{"):
            print(line, end="", flush=True)
            return 0
        os.waitpid(child, 0)
        return _complain(line.strip() or f"It ended at its start; see {options.data / 'log' / 'run.log'}.")
    os.close(reading)
    os.setsid()
    with os.fdopen(writing, "w") as ready:
        os._exit(_detached(options, ready))


def _read_or_end(answer: IO[str], child: int) -> str:
    """Who waits for the start can still break it off."""
    _on_signals(_raise_stopped)
    try:
        return answer.read()
    except Stopped:
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)
        raise


def _detached(options: argparse.Namespace, ready: IO[str]) -> int:
    try:
        _let_go_of_the_terminal(options.data)
        return _run(options, ready)
    except Stopped:
        return 0
    except (Unavailable, OSError) as failure:
        ready.write(folder.in_words(failure, options.data))
    ready.flush()
    return 1


def _let_go_of_the_terminal(data: Path) -> None:
    log = data / "log" / "run.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(os.devnull) as nothing, log.open("a") as output:
        os.dup2(nothing.fileno(), 0)
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)


def _stop(data: Path) -> int:
    """End the process that holds the lock of this folder; no other is ever touched."""
    pid = folder.holder(data)
    if pid is None:
        print(f"Nothing runs on {data}.")
        return 0
    os.kill(pid, signal.SIGTERM)
    if not process.wait_until_gone(pid, seconds=40):
        os.kill(pid, signal.SIGKILL)  # its children get the signal that they asked for at their parent's death
        process.wait_until_gone(pid, seconds=5)
    print(f"Stopped what ran on {data}.")
    return 0


def _complain(sentence: str) -> int:
    print(f"bin/run: {sentence}", file=sys.stderr)
    return 1


def _on_signals(handler: Any) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handler)


def _raise_stopped(_number: int, _frame: FrameType | None) -> None:
    raise Stopped


if __name__ == "__main__":
    sys.exit(main())
