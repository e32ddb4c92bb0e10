#!/usr/bin/env python3
"""Prints the digests of folders of pictures that are not in this repository, as Pillow sees them, for RealPictureTests.

Needs numpy and Pillow: python digests.py ../../../../../shared/real/data
"""
import hashlib
import pathlib
import struct
import sys

import numpy as np
from PIL import Image

root = pathlib.Path(sys.argv[1])


def digest(images, labels, classes):
    """Formats/datasets.md, Digest."""
    images = np.stack(images)
    images = images[:, None] if images.ndim == 3 else images.transpose(0, 3, 1, 2)
    sha = hashlib.sha256(b"padawann dataset 1\n")
    sha.update(struct.pack("<5q", *images.shape, classes) + b"\0")
    sha.update(np.ascontiguousarray(images).tobytes() + struct.pack(f"<{len(labels)}i", *labels))
    return sha.hexdigest()


def folder(name):
    images, labels = [], []
    classes = sorted(path.name for path in (root / name).iterdir())
    for label, each in enumerate(classes):
        for path in sorted((root / name / each).iterdir(), key=lambda path: int(path.stem)):
            images.append(np.asarray(Image.open(path)))
            labels.append(label)
    return digest(images, labels, len(classes))


def digits():
    images = []
    for number in range(10):
        image = Image.open(root / f"digits-7eraflops/{number}.png").convert("L")
        images.append(np.asarray(image.resize((28, 28), Image.Resampling.BILINEAR)))
    return digest(images, [0] * 10, 10)


print("cifar10-test-1017", folder("cifar10-test-1017"))
print("cifar10-test-jpeg-100", folder("cifar10-test-jpeg-100"))
print("digits-7eraflops,colour=grey,resize=28", digits())
