#!/usr/bin/env python3
"""Writes the file `digests` beside it: what the commands of the file `commands` make with a program.
usage: make.py PROGRAM     needs h5py and numpy; run it with the program whose results must stay"""
import hashlib, os, re, shutil, subprocess, sys, tempfile
import h5py, numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath(os.path.join(HERE, "../../../.."))

def load():
    """The message of Formats/padawann.md, section 9, by the independent reader beside the format's vectors."""
    source = open(os.path.join(ROOT, "Tests/PadawannTests/Goldens/format/check_digests.py")).read()
    scope = {}
    exec(source.split("\nwrong = 0")[0], scope)
    return scope["content"]

content = load()

def without_provenance(path):
    with h5py.File(path, "r") as file:
        return content(Kept(file, {name: file[name] for name in file if name != "provenance"}))

class Kept(dict):
    """A root group with only some of its children, as of format 1.0."""
    def __init__(self, group, children):
        super().__init__(children)
        self.attrs = {name: np.int64(0) if name == "format_minor" else value for name, value in group.attrs.items()}

def digest(kind, path, output):
    if kind == "whole": return hashlib.sha256(open(path, "rb").read()).hexdigest()
    if kind == "content": return hashlib.sha256(without_provenance(path)).hexdigest()
    if kind == "logits":
        logits = np.load(path)["logits"]
        assert logits.dtype == np.float32
        return hashlib.sha256(np.ascontiguousarray(logits, "<f4").tobytes()).hexdigest()
    numbers = re.findall(r"[:\[,]\s*(-?[0-9][0-9.eE+-]*)", output)
    return hashlib.sha256("\n".join(sorted(numbers)).encode()).hexdigest()

def main(program):
    program = os.path.abspath(program)
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for name in ["demo-net.pt", "demo-net.json"]: shutil.copy(os.path.join(ROOT, "tools", name), folder)
        os.chdir(folder)
        for line in open(os.path.join(HERE, "commands")):
            if line.startswith("#") or not line.strip(): continue
            kind, file, command = line.rstrip("\n").split(" ", 2)
            done = subprocess.run([program, *command.split()], capture_output=True, text=True)
            if done.returncode: sys.exit(f"{command}\n{done.stderr}")
            lines.append(f"{digest(kind, file, done.stdout)} {kind} {file}\n")
    open(os.path.join(HERE, "digests"), "w").writelines(lines)

if __name__ == "__main__":
    main(sys.argv[1])
