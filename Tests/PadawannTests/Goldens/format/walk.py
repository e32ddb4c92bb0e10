#!/usr/bin/env python3
"""Prints every byte of a small model file with its meaning: the table of Formats/padawann.md, section 14.

usage: walk.py smallest.h5. Python alone; it follows the HDF5 File Format Specification, version 3.0, as far as the profile of
section 1 goes, and stops with an error at anything else.
"""
import struct
import sys

data = open(sys.argv[1], "rb").read()
rows = []


def u(offset, size):
    return int.from_bytes(data[offset:offset + size], "little")


def row(start, end, text):
    bytes_ = data[start:end]
    shown = bytes_.hex(" ") if len(bytes_) <= 16 else bytes_[:12].hex(" ") + f" … ({len(bytes_)} bytes)"
    rows.append((start, end, shown, text))


def datatype(o):
    kind, size = data[o] & 15, u(o + 4, 4)
    name = {0: f"{'signed' if data[o + 1] & 8 else 'unsigned'} {8 * size}-bit integer", 1: f"{8 * size}-bit real number",
            3: f"text of {size} bytes"}[kind]
    return name, {0: 12, 1: 20, 3: 8}[kind], size


def dataspace(o):
    assert data[o] == 2
    rank, flags, kind = data[o + 1], data[o + 2], data[o + 3]
    lengths = [u(o + 4 + 8 * i, 8) for i in range(rank)]
    if flags & 1: assert lengths == [u(o + 4 + 8 * (rank + i), 8) for i in range(rank)]  # the largest lengths
    return ("scalar" if kind == 0 else f"{lengths}"), 4 + 8 * rank * (1 + (flags & 1)), lengths


def attribute(o):
    assert data[o] == 3 and data[o + 1] == 0
    name_size, type_size, space_size = u(o + 2, 2), u(o + 4, 2), u(o + 6, 2)
    start = o + 9
    name = data[start:start + name_size - 1].decode()
    kind, _, size = datatype(start + name_size)
    space, _, lengths = dataspace(start + name_size + type_size)
    value = start + name_size + type_size + space_size
    count = 1
    for length in lengths: count *= length
    raw = data[value:value + size * count]
    if kind.startswith("text"): shown = repr(raw.decode())
    elif "real" in kind: shown = str([struct.unpack("<f", raw[i:i + 4])[0] for i in range(0, len(raw), 4)])
    elif size == 1: shown = raw.hex()
    else: shown = str([int.from_bytes(raw[i:i + size], "little", signed=True) for i in range(0, len(raw), size)])
    return f"attribute `{name}`: {kind}, {space} = {shown if len(shown) < 40 else shown[:36] + '…'}"


def link(o):
    assert data[o] == 1
    flags, p = data[o + 1], o + 2
    order = None
    if flags & 8: p += 1
    if flags & 4: order = u(p, 8); p += 8
    if flags & 16: p += 1
    size = 1 << (flags & 3)
    length = u(p, size); p += size
    name = data[p:p + length].decode(); p += length
    return name, u(p, 8), order


def header(o, path):
    assert data[o:o + 4] == b"OHDR" and data[o + 4] == 2
    flags = data[o + 5]
    p = o + 6
    if flags & 0x20: p += 16
    if flags & 0x10: p += 4
    size = 1 << (flags & 3)
    length = u(p, size); p += size
    row(o, p, f"**{path}**: object header, version 2, flags {flags:#04x}, {length} bytes of messages")
    children, vectors = [], []
    messages(p, p + length, flags, path, children, vectors)
    for address, size in vectors: row(address, address + size, f"the bytes of **{path}**")
    for name, address in children: header(address, path.rstrip("/") + "/" + name)


def messages(p, end, flags, path, children, vectors):
    prefix = 6 if flags & 4 else 4
    while p + prefix <= end:
        kind, message_size = data[p], u(p + 1, 2)
        q = p + prefix
        stop = q + message_size
        if kind == 1: text = f"dataspace {dataspace(q)[0]}"
        elif kind == 2: text = "link info: creation order tracked and indexed, no heap"
        elif kind == 3: text = f"datatype: {datatype(q)[0]}"
        elif kind == 5: text = "fill value: default"
        elif kind == 8:
            assert data[q] == 3 and data[q + 1] == 1
            vectors.append((u(q + 2, 8), u(q + 10, 8)))
            text = f"layout: contiguous, {vectors[-1][1]} bytes at {vectors[-1][0]}"
        elif kind == 10: text = "group info: links stay compact"
        elif kind == 6:
            name, address, order = link(q)
            children.append((name, address))
            text = f"hard link `{name}` to the header at {address}"
        elif kind == 12: text = attribute(q)
        elif kind == 16:
            address, size = u(q, 8), u(q + 8, 8)
            assert data[address:address + 4] == b"OCHK"
            row(address, address + 4, f"more of the header of **{path}**")
            messages(address + 4, address + size - 4, flags, path, children, vectors)
            text = f"the header goes on at {address}, {size} bytes"
        elif kind == 21: text = "attribute info: creation order tracked and indexed, no heap"
        elif kind == 0: text = "nothing (padding)"
        else: raise SystemExit(f"message of type {kind}")
        row(p, stop, text)
        p = stop
    if p < end: row(p, end, "gap, zeros")
    row(end, end + 4, "checksum of the bytes since the signature (Jenkins' lookup3)")


row(0, 8, "signature of HDF5")
row(8, 12, "superblock version 2, 8-byte offsets and lengths, no flags")
row(12, 20, "base address 0")
row(20, 28, "no superblock extension")
row(28, 36, f"end of file: {u(28, 8)}")
row(36, 44, f"the root's header is at {u(36, 8)}")
row(44, 48, "checksum of the superblock")
header(u(36, 8), "/")
rows.sort()
assert rows[0][0] == 0 and rows[-1][1] == len(data) and all(a[1] == b[0] for a, b in zip(rows, rows[1:])), "a byte is left out"
print("| offset | bytes | meaning |\n|---|---|---|")
for start, end, shown, text in rows: print(f"| {start} | `{shown}` | {text} |")
