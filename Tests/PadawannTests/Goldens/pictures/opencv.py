#!/usr/bin/env python3
"""Writes opencv.json: images of random bytes as OpenCV resizes and deskews them, for RealChangesTests; and, given the folder of
the data sets, prints the digests of MNIST and of ten letters of EMNIST prepared so.

Needs numpy and opencv-python-headless (4.10 and 5.0 give the same):
python opencv.py [../../../../../shared/data]
"""
import gzip
import hashlib
import json
import pathlib
import struct
import sys

import cv2
import numpy as np


def deskew(image):
    moments = cv2.moments(image)
    if abs(moments["mu02"]) < 1e-2:
        return image.copy()
    slant = moments["mu11"] / moments["mu02"]
    matrix = np.float32([[1, slant, -0.5 * image.shape[0] * slant], [0, 1, 0]])
    size = (image.shape[1], image.shape[0])
    return cv2.warpAffine(image, matrix, size, flags=cv2.WARP_INVERSE_MAP | cv2.INTER_LINEAR)


def golden():
    random = np.random.default_rng(13)
    cases = []
    for rows, columns, new_rows, new_columns in [(28, 28, 16, 16), (5, 9, 9, 4), (7, 7, 1, 20), (2, 3, 6, 2), (12, 10, 31, 30)]:
        pixels = random.integers(0, 256, (rows, columns))
        pixels[random.random((rows, columns)) < 0.6] = 0
        resized = cv2.resize(pixels / 255.0, (new_columns, new_rows), interpolation=cv2.INTER_LINEAR)
        cases.append({
            "rows": rows, "columns": columns, "pixels": pixels.ravel().tolist(), "newRows": new_rows,
            "newColumns": new_columns, "resized": resized.ravel().tolist(), "deskewed": deskew(resized).ravel().tolist(),
        })
    return cases


def idx(path):
    data = gzip.open(path).read()
    sizes = struct.unpack(f">{data[3]}i", data[4:4 + 4 * data[3]])
    return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(sizes)


def digest(images, labels):
    """Formats/datasets.md, Digest."""
    images = np.stack([deskew(cv2.resize(image / 255.0, (16, 16))) for image in images]).astype("<f4")
    sha = hashlib.sha256(b"padawann dataset 1\n" + struct.pack("<5q", len(images), 1, 16, 16, 10) + b"\1")
    sha.update(images.tobytes() + labels.astype("<i4").tobytes())
    return sha.hexdigest()


pathlib.Path(__file__).with_name("opencv.json").write_text(json.dumps(golden()) + "\n")
if len(sys.argv) > 1:
    root = pathlib.Path(sys.argv[1])
    for name, part in [("test", "mnist/t10k"), ("train", "mnist/train"), ("letters", "emnist-letters/emnist-letters-test")]:
        images, labels = idx(root / f"{part}-images-idx3-ubyte.gz"), idx(root / f"{part}-labels-idx1-ubyte.gz")
        if name == "letters":
            images, labels = images.transpose(0, 2, 1)[labels <= 10], labels[labels <= 10] - 1
        print(name, digest(images, labels))
        print(name, "first 300", digest(images[:300], labels[:300]))
