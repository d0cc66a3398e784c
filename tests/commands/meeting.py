"""Two equal commands at one moment, each a process of its own."""

import subprocess
import sys

MEET = """
import sys
from al_core import workflow
from al_core.commands.main import main
run = getattr(workflow, sys.argv[1])
def meet(*arguments, **options):
    print("here", flush=True)
    sys.stdin.readline()
    return run(*arguments, **options)
setattr(workflow, sys.argv[1], meet)
sys.exit(main(sys.argv[2:]))
"""
"""Waits before a step until it is told to go on."""


def run_twice_at_once(step: str, *command: str) -> list[tuple[str, str]]:
    """What two equal commands print that begin a step of the workflow together, after both have ended well."""
    pipe = subprocess.PIPE
    arguments = [sys.executable, "-c", MEET, step, *command]
    runs = [subprocess.Popen(arguments, stdin=pipe, stdout=pipe, stderr=pipe, text=True) for _ in range(2)]
    for each in runs:
        assert each.stdout
        assert each.stdout.readline() == "here\n", each.communicate()
    for each in runs:
        assert each.stdin
        each.stdin.write("go\n")
        each.stdin.flush()
    printed = [each.communicate() for each in runs]
    assert [each.returncode for each in runs] == [0, 0], printed
    return printed
