#!/usr/bin/env python3
"""Makes pictures.npz: small picture files, each with the image that Pillow makes of it.

Needs numpy and Pillow 11.3 to 12: from 13 on, Pillow's resize changes the rows first in some cases, which rounds differently. Run it
in this folder: python make.py

An array `NAME.file` has the bytes of a picture, and `NAME|OPTIONS` the channels × rows × columns that padawann has to make of it with
these options. `NAME.refused` has the bytes of a picture that is refused. Kinds of PNG that Pillow does not write
are written here; where Pillow reads 8 bits of them, it is asked whether it sees the same.
"""
import io
import struct
import zlib

import numpy as np
import PIL
from PIL import Image, ImageOps

assert int(PIL.__version__.split(".")[0]) in (11, 12), PIL.__version__

random = np.random.default_rng(7)
arrays = {}


def add(name, options, file, image):
    image = np.asarray(image, np.uint8)
    image = image[None] if image.ndim == 2 else image.transpose(2, 0, 1)
    file = np.frombuffer(file, np.uint8)
    assert np.array_equal(arrays.setdefault(f"{name}.file", file), file), name
    assert f"{name}|{options}" not in arrays, (name, options)
    arrays[f"{name}|{options}"] = np.ascontiguousarray(image)


def pixels(height, width, channels):
    """Smooth colours with some noise."""
    rows, columns = np.mgrid[0:height, 0:width]
    waves = [128 + 90 * np.sin(rows / (2 + c) + c) * np.cos(columns / (3 + c)) for c in range(channels)]
    noise = random.integers(-30, 31, (height, width, channels))
    return np.clip(np.stack(waves, -1) + noise, 0, 255).astype(np.uint8)


# PNG, every kind of it (W3C, PNG third edition)

ADAM7 = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]


def packed(samples, bits):
    """Rows of a pass with filter 0, 1 or 2 in turn (below 8 bits only 0)."""
    data, before = b"", None
    for number, row in enumerate(samples.reshape(samples.shape[0], -1)):
        if bits == 16:
            line = row.astype(">u2").tobytes()
        elif bits == 8:
            line = row.astype(np.uint8).tobytes()
        else:
            digits = "".join(format(int(value), f"0{bits}b") for value in row)
            digits += "0" * (-len(digits) % 8)
            line = bytes(int(digits[i : i + 8], 2) for i in range(0, len(digits), 8))
        line = np.frombuffer(line, np.uint8)
        if number % 3 == 2 and bits >= 8:
            data += b"\x02" + (line - before).tobytes()
        else:
            data += b"\x00" + line.tobytes()
        before = line
    return data


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(samples, colour, bits, interlaced=False, palette=None, transparency=None, exif=None):
    height, width, _ = samples.shape
    if interlaced:
        parts = [samples[y::dy, x::dx] for y, x, dy, dx in ADAM7]
        data = b"".join(packed(part, bits) for part in parts if part.size)
    else:
        data = packed(samples, bits)
    file = b"\x89PNG\r\n\x1a\n" + chunk(
        b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, int(interlaced)))
    file += chunk(b"gAMA", struct.pack(">I", 45455)) + chunk(b"tEXt", b"Comment\0nothing")
    if palette is not None:
        file += chunk(b"PLTE", palette.astype(np.uint8).tobytes())
    if transparency is not None:
        file += chunk(b"tRNS", transparency)
    if exif is not None:
        file += chunk(b"eXIf", exif)
    compressed = zlib.compress(data)
    middle = len(compressed) // 2
    return file + chunk(b"IDAT", compressed[:middle]) + chunk(b"IDAT", compressed[middle:]) + chunk(b"IEND", b"")


def on_ground(image, ground=(255, 255, 255)):
    """Pillow's paste of an image with opacity; others as they are."""
    if image.mode not in ("LA", "RGBA"):
        return image
    grey = image.mode == "LA" and len(set(ground)) == 1
    colours = image.convert("L") if grey else image.convert("RGB")
    below = Image.new(colours.mode, image.size, ground[0] if grey else ground)
    below.paste(colours, mask=image.getchannel("A"))
    return below


def seen_by_pillow(file, ground=(255, 255, 255)):
    """The image as 8-bit grey or RGB; `None` where Pillow has 16 bits of grey, or a transparent colour of 16 bits."""
    image = Image.open(io.BytesIO(file))
    if image.mode.startswith("I") or image.mode == "RGB" and "transparency" in image.info and file[24] == 16:
        return None
    if image.mode == "1":
        image = image.convert("L")
    elif file[25] == 4:  # 16 bits of grey and opacity become RGBA, of three equal channels
        image = image.convert("LA")
    elif image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    elif "transparency" in image.info:
        image = image.convert("LA" if image.mode == "L" else "RGBA")
    return on_ground(ImageOps.exif_transpose(image), ground)


def stored_image(samples, colour, bits, palette=None, transparent=None, opacities=None):
    """The image of samples as the rules have it: grey or RGB on white."""
    if colour == 3:
        result = palette[samples[..., 0]]
        opacity = None if opacities is None else opacities[samples]
    else:
        scaled = samples >> 8 if bits == 16 else samples * (255 // (2**bits - 1))
        result, opacity = (scaled[..., :-1], scaled[..., -1:]) if colour in (4, 6) else (scaled, None)
        if transparent is not None:
            opacity = np.where((samples == transparent).all(-1, keepdims=True), 0, 255)
    result = result.astype(np.int64)
    if opacity is not None:
        result = np.round((255 * (255 - opacity.astype(np.int64)) + result * opacity) / 255)
    result = result.astype(np.uint8)
    return result[..., 0] if result.shape[-1] == 1 else result


def add_png(name, samples, colour, bits, palette=None, transparent=None, opacities=None):
    transparency = None
    if transparent is not None:
        transparency = struct.pack(f">{len(transparent)}H", *transparent)
    if opacities is not None:
        transparency = bytes(opacities)
    filled = None
    if opacities is not None:
        filled = np.full(len(palette), 255)
        filled[: len(opacities)] = opacities
    image = stored_image(samples, colour, bits, palette, transparent, filled)
    for interlaced in (False, True):
        file = png(samples, colour, bits, interlaced, palette, transparency)
        seen = seen_by_pillow(file)
        assert seen is None or np.array_equal(np.asarray(seen), image), name
        add(f"{name}{' interlaced' if interlaced else ''}", "", file, image)


def samples_of(bits, channels, top=None):
    wide = pixels(9, 13, channels).astype(np.int64)
    if bits == 16:
        return wide * 256 + random.integers(0, 256, wide.shape)
    return wide >> (8 - bits) if top is None else (wide >> (8 - bits)) % top


for bits in (1, 2, 4, 8, 16):
    add_png(f"grey {bits}", samples_of(bits, 1), 0, bits)
for bits in (8, 16):
    add_png(f"RGB {bits}", samples_of(bits, 3), 2, bits)
    add_png(f"grey and opacity {bits}", samples_of(bits, 2), 4, bits)
    add_png(f"RGB and opacity {bits}", samples_of(bits, 4), 6, bits)
for bits, count in ((1, 2), (2, 3), (4, 13), (8, 200)):
    palette = random.integers(0, 256, (count, 3))
    add_png(f"palette {bits}", samples_of(bits, 1, count), 3, bits, palette)
    opacities = random.integers(0, 256, count // 2 + 1)
    add_png(f"palette and opacity {bits}", samples_of(bits, 1, count), 3, bits, palette, opacities=opacities.tolist())
for bits in (2, 8, 16):
    grey = samples_of(bits, 1)
    add_png(f"transparent grey {bits}", grey, 0, bits, transparent=grey[3, 3].tolist())
for bits in (8, 16):
    colours = samples_of(bits, 3)
    add_png(f"transparent RGB {bits}", colours, 2, bits, transparent=colours[3, 3].tolist())

# EXIF orientation

def exif(orientation, little, padding=0):
    order = "<" if little else ">"
    head = (b"II*\0" if little else b"MM\0*") + struct.pack(order + "I", 8 + padding) + bytes(padding)
    entries = [(0x0100, 4, 1, struct.pack(order + "I", 17)), (0x0112, 3, 1, struct.pack(order + "HH", orientation, 0))]
    body = struct.pack(order + "H", len(entries))
    for tag, kind, count, value in entries:
        body += struct.pack(order + "HHI", tag, kind, count) + value
    return head + body + bytes(4)


def jpeg(image, **options):
    stream = io.BytesIO()
    image.save(stream, "JPEG", **options)
    return stream.getvalue()


upright = Image.fromarray(pixels(9, 14, 3))
for orientation in range(0, 10):
    little = orientation % 2 == 0
    file = jpeg(upright, exif=b"Exif\0\0" + exif(orientation, little, orientation))
    add(f"JPEG orientation {orientation}", "", file, seen_by_pillow(file))
    file = png(np.asarray(upright).astype(np.int64), 2, 8, exif=exif(orientation, little, orientation))
    add(f"PNG orientation {orientation}", "", file, seen_by_pillow(file))
grey = Image.fromarray(pixels(9, 14, 1)[..., 0])
file = png(np.asarray(grey)[..., None].astype(np.int64), 0, 8, exif=exif(6, True))
add("grey PNG orientation 6", "", file, seen_by_pillow(file))

# JPEG

photo = Image.fromarray(pixels(23, 37, 3))
kinds = {
    "default": {}, "4:4:4": {"subsampling": 0}, "4:2:2": {"subsampling": 1}, "best": {"quality": 100},
    "worst": {"quality": 3}, "progressive": {"progressive": True}, "optimised": {"optimize": True},
    "restarts": {"restart_marker_blocks": 1}, "RGB": {"keep_rgb": True, "quality": 90},
    "comment": {"comment": b"\xff\xda nothing"},
}
for name, options in kinds.items():
    file = jpeg(photo, **options)
    add(f"JPEG {name}", "", file, Image.open(io.BytesIO(file)))
for name, options in {"grey": {}, "grey progressive": {"progressive": True}}.items():
    file = jpeg(photo.convert("L"), **options)
    add(f"JPEG {name}", "", file, Image.open(io.BytesIO(file)))
for width, height in ((1, 1), (8, 8), (7, 17)):
    file = jpeg(photo.crop((0, 0, width, height)))
    add(f"JPEG {width}x{height}", "", file, Image.open(io.BytesIO(file)))

# What the options do

coloured = png(np.asarray(photo).astype(np.int64), 2, 8)
dull = photo.convert("L")
plain = png(np.asarray(dull)[..., None].astype(np.int64), 0, 8)
sizes = [(28, 28), (7, 5), (64, 48), (37, 5), (5, 23), (1, 1), (111, 1), (36, 22), (38, 24), (3, 90)]
sizes += [(int(w), int(h)) for w, h in random.integers(1, 70, (20, 2))]
for width, height in sizes:
    options = f"resize={width}x{height}"
    add("coloured", options, coloured, photo.resize((width, height), Image.Resampling.BILINEAR))
for width, height in sizes[:4]:
    options = f"resize={width}x{height}"
    add("plain", options, plain, dull.resize((width, height), Image.Resampling.BILINEAR))
# torchvision: the longer side is int(shorter * longer side / shorter side).
for shorter in (10, 23, 40):
    longer = int(shorter * 37 / 23)
    add("coloured", f"resize=shorter:{shorter}", coloured, photo.resize((longer, shorter), Image.Resampling.BILINEAR))
    turned = photo.transpose(Image.Transpose.TRANSPOSE)
    add("coloured", f"resize=shorter:{shorter},transpose", coloured,
        photo.resize((longer, shorter), Image.Resampling.BILINEAR).transpose(Image.Transpose.TRANSPOSE))


def cut(image, width, height):
    top, left = int(round((image.height - height) / 2.0)), int(round((image.width - width) / 2.0))
    return image.crop((left, top, left + width, top + height))


for width, height in ((10, 10), (37, 23), (36, 22), (35, 21), (34, 20), (33, 19), (1, 1), (20, 23)):
    add("coloured", f"crop={width}x{height}", coloured, cut(photo, width, height))
add("coloured", "colour=grey", coloured, photo.convert("L"))
add("plain", "colour=grey", plain, dull)
add("plain", "colour=rgb", plain, dull.convert("RGB"))
add("coloured", "colour=rgb", coloured, photo)
add("coloured", "invert", coloured, ImageOps.invert(photo))
small = dull.resize((28, 28), Image.Resampling.BILINEAR)
add("coloured", "colour=grey,resize=28,crop=20x15,invert", coloured, ImageOps.invert(cut(small, 20, 15)))
add("coloured", "colour=grey,resize=28,crop=20x15,invert,transpose", coloured,
    ImageOps.invert(cut(small, 20, 15)).transpose(Image.Transpose.TRANSPOSE))

glass = Image.fromarray(pixels(9, 13, 4), "RGBA")
smoke = Image.fromarray(pixels(9, 13, 2), "LA")
for name, image, colour in (("glass", glass, 6), ("smoke", smoke, 4)):
    file = png(np.asarray(image).astype(np.int64), colour, 8)
    for ground, values in (("white", (255, 255, 255)), ("black", (0, 0, 0)), ("#808080", (128, 128, 128)),
                           ("#ff8001", (255, 128, 1))):
        add(name, f"ground={ground}", file, on_ground(image, values))
    on_black = on_ground(image, (0, 0, 0))
    add(name, "ground=black,colour=grey,resize=5", file,
        on_black.convert("L").resize((5, 5), Image.Resampling.BILINEAR))

# Pictures that are refused

for kind in ("GIF", "WEBP", "BMP", "TIFF", "JPEG2000", "AVIF"):
    stream = io.BytesIO()
    photo.save(stream, kind)
    arrays[f"{kind}.refused"] = np.frombuffer(stream.getvalue(), np.uint8)
arrays["CMYK.refused"] = np.frombuffer(jpeg(photo.convert("CMYK")), np.uint8)

np.savez_compressed("pictures.npz", **arrays)
print(len(arrays), "arrays")
