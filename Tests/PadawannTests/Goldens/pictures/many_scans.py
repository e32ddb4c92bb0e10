#!/usr/bin/env python3
"""Makes many-scans.jpg: a sound progressive JPEG of 8×8 whose scans refine one coefficient by one bit each, 380 in all.

Needs Pillow and libjpeg-turbo's jpegtran, which takes 100 scans at most, so that the scans of several files are joined. Run it in
this folder: python many_scans.py
"""
import io
import subprocess
import tempfile

import numpy as np
from PIL import Image


def scans(file):
    """What is before the first scan, and each scan with its tables."""
    head, parts, place, start = None, [], 2, 2
    while file[place + 1] != 0xD9:
        kind = file[place + 1]
        if head is None and kind == 0xC4:
            head, start = file[:place], place
        place += 2 + int.from_bytes(file[place + 2 : place + 4], "big")
        if kind == 0xDA:
            while not (file[place] == 0xFF and file[place + 1] != 0):
                place += 1
            parts.append(file[start:place])
            start = place
    return head, parts


def transformed(file, script):
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as scan_file:
        scan_file.write(script)
        scan_file.flush()
        return subprocess.run(["jpegtran", "-scans", scan_file.name], input=file, capture_output=True, check=True).stdout


random = np.random.default_rng(7)
stream = io.BytesIO()
Image.fromarray(random.integers(0, 256, (8, 8, 3), dtype=np.uint8)).save(stream, "JPEG", quality=50, subsampling=0)
result = []
for component in (0, 1):
    for bit in (3, 2, 1):
        script = f"0,1,2: 0-0, 0, 0;\n{component}: 1-63, 0, {bit};\n"
        script += "".join(f"{component}: {k}-{k}, {bit}, {bit - 1};\n" for k in range(1, 64))
        script += "".join(f"{other}: 1-63, 0, 0;\n" for other in range(3) if other != component)
        head, parts = scans(transformed(stream.getvalue(), script))
        # The first scans of a component come from its first file, refinements from each.
        first = [parts[0]] if not result else []
        result += first + (parts[1:2] if bit == 3 else []) + parts[2:65]
print(len(result), "scans")
file = head + b"".join(result) + b"\xff\xd9"
Image.open(io.BytesIO(file)).load()
open("many-scans.jpg", "wb").write(file)
