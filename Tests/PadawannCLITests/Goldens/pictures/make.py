#!/usr/bin/env python3
"""Makes the pictures beside this file from the drawn digits of padawann: bright on dark, dark on bright, and large and coloured.
usage: padawann data export strokes:test,per-class=1 -o strokes.npz && ./make.py strokes.npz"""
import os, sys
import numpy as np
from PIL import Image

images = np.load(sys.argv[1])["images"]
here = os.path.dirname(os.path.abspath(__file__))
three = Image.fromarray(images[3])
three.save(f"{here}/three.png")
Image.fromarray(255 - images[3]).save(f"{here}/three-on-paper.png")
large = three.resize((140, 140), Image.BICUBIC).convert("RGB")
large.save(f"{here}/three-large.jpg", quality=90)
