#!/usr/bin/env python3
"""Recomputes all digests of model files as Formats/padawann.md, section 9, defines them, and compares.
usage: check_digests.py MODEL.h5…     prints what differs; needs h5py and numpy"""
import hashlib, struct, sys
import h5py, numpy as np

TYPES = {"uint8": "<u1", "int32": "<i4", "int64": "<i8", "float16": "<f2", "float32": "<f4", "float64": "<f8"}

def u64(n): return struct.pack("<Q", n)
def text(t): return u64(len(t)) + t
def word(t): return text(t.encode())
def name_of(dtype): return next(name for name, code in TYPES.items() if np.dtype(code) == dtype)
def by_bytes(names): return sorted(names, key=lambda name: name.encode())

def value(v):
    if isinstance(v, bytes): return word("text") + text(v)
    if v.dtype.kind == "S": return word("texts") + u64(len(v)) + b"".join(text(bytes(t)) for t in v)
    if v.ndim: return word("array of " + name_of(v.dtype)) + u64(len(v)) + v.astype(TYPES[name_of(v.dtype)]).tobytes()
    if v.dtype.kind in "iu": return word("integer") + struct.pack("<q", int(v))
    return word(name_of(v.dtype)) + np.asarray(v).astype(TYPES[name_of(v.dtype)]).tobytes()

def attributes(of, left_out=()):
    names = [name for name in by_bytes(of.attrs) if name not in left_out]
    return u64(len(names)) + b"".join(word(name) + value(of.attrs[name]) for name in names)

def content(group, path="/"):
    message = word("group") + word(path) + attributes(group, ["content_sha256"] if path == "/" else [])
    children = [(group[name], path.rstrip("/") + "/" + name) for name in by_bytes(group)]
    for child, inner in children:
        if isinstance(child, h5py.Dataset):
            message += word("dataset") + word(inner) + word(name_of(child.dtype)) + u64(len(child.shape))
            message += b"".join(u64(n) for n in child.shape) + child[()].astype(TYPES[name_of(child.dtype)]).tobytes()
            message += attributes(child)
    return message + b"".join(content(child, inner) for child, inner in children if isinstance(child, h5py.Group))

wrong = 0
for path in sys.argv[1:]:
    file = h5py.File(path, "r")
    found = hashlib.sha256(content(file)).hexdigest()
    if found.encode() != file.attrs["content_sha256"]:
        wrong += 1
        print(f"{path}: content_sha256 is {file.attrs['content_sha256'].decode()}, computed {found}")
    def check(name, child):
        global wrong
        if isinstance(child, h5py.Dataset) and hashlib.sha256(child[()].tobytes()).digest() != child.attrs["sha256"].tobytes():
            wrong += 1
            print(f"{path}: sha256 of {name} is another")
    file.visititems(check)
print(f"{len(sys.argv) - 1} files, {wrong} differences")
sys.exit(wrong != 0)
