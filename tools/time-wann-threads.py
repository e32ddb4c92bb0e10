#!/usr/bin/env python3
"""How much faster two threads do the generations of `padawann wann evolve` than one: the same generations, in turns.

usage: time-wann-threads.py PROGRAM RUN [ROUNDS [SECONDS]]

RUN is the folder of a run that is not at its end; it stays as it is: copies go on, in each of ROUNDS (7 unless told) one with a thread
and then one with two, SECONDS (9) each. A stretch is a line of the log, eight generations unless the run tests its best more often.
"""
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time


def seconds(program, run, threads, limit):
    """The seconds of each stretch that was done within a limit, by its last generation."""
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder) / "run"
        shutil.copytree(run, place)
        known = len((place / "log.jsonl").read_text().splitlines())
        command = [program, "wann", "evolve", "--resume", str(place), "--threads", str(threads)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(limit)
        process.terminate()
        process.wait()
        lines = [json.loads(line) for line in (place / "log.jsonl").read_text().splitlines()[known:]]
        return {line["generation"]: line["seconds"] for line in lines}


def main():
    if not 3 <= len(sys.argv) <= 5:
        sys.exit(__doc__)
    program, run = sys.argv[1:3]
    rounds, limit = (int(text) for text in (sys.argv[3:] + ["7", "9"][len(sys.argv) - 3:]))
    ratios = []
    for _ in range(rounds):
        one, two = (seconds(program, run, threads, limit) for threads in (1, 2))
        ratios += [one[generation] / two[generation] for generation in one if generation in two]
    if len(ratios) < 2:
        sys.exit("time-wann-threads.py: too few stretches in that time: give more SECONDS, or a run that is not at its end")
    low, middle, high = statistics.quantiles(ratios)
    print(f"{len(ratios)} stretches: two threads are {middle:.2f} times as fast as one (quartiles {low:.2f} and {high:.2f})")


if __name__ == "__main__":
    main()
