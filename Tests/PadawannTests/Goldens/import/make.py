"""Makes the fixtures of the import tests. Needs numpy, torch, safetensors; run it in this folder: python make.py"""

import io
import zipfile

import numpy as np

DATE = (1980, 1, 1, 0, 0, 0)


class Stream(io.RawIOBase):
    """A file that cannot seek, so that sizes and checksums follow the content in data descriptors."""

    def __init__(self):
        self.content = b""

    def writable(self):
        return True

    def write(self, data):
        self.content += bytes(data)
        return len(data)


def archives():
    text = b"padawann " * 20
    with zipfile.ZipFile("stored.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo("a/eins.txt", DATE), text)
        archive.writestr(zipfile.ZipInfo("zwei-ü.txt", DATE), b"")
        archive.comment = b"a comment"
    stream = Stream()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo("a/eins.txt", DATE)
        info.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(info, text)
        archive.writestr(zipfile.ZipInfo("zwei-ü.txt", DATE), b"")
    open("streamed.zip", "wb").write(stream.content)
    with zipfile.ZipFile("wide.zip", "w") as archive:
        with archive.open(zipfile.ZipInfo("a/eins.txt", DATE), "w", force_zip64=True) as entry:
            entry.write(text)
        with archive.open(zipfile.ZipInfo("zwei-ü.txt", DATE), "w", force_zip64=True) as entry:
            entry.write(b"")


def arrays():
    values = np.array([[1, 2, 3], [100, 5, 6]])
    for name in ["f8", "f4", "f2", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1"]:
        np.save(f"little-{name}.npy", values.astype("<" + name))
        np.save(f"big-{name}.npy", values.astype(">" + name))
    np.save("bool.npy", np.array([True, False, True]))
    np.save("scalar.npy", np.float32(2.5))
    np.save("empty.npy", np.zeros((3, 0), np.float32))
    np.save("fortran.npy", np.asfortranarray(np.arange(24, dtype=np.int32).reshape(2, 3, 4)))
    for version in [(2, 0), (3, 0)]:
        with open(f"version-{version[0]}.npy", "wb") as file:
            np.lib.format.write_array(file, values.astype("<f4"), version=version)
    np.save("object.npy", np.array([None, "text"]), allow_pickle=True)
    np.save("record.npy", np.zeros(2, [("a", "<f4"), ("b", "<i4")]))
    np.save("complex.npy", np.zeros(2, np.complex64))
    np.save("text.npy", np.array(["a", "bc"]))
    np.savez("plain.npz", weight=values.astype("<f4"), bias=np.array([0.5, -1], "<f2"))
    np.savez_compressed("deflated.npz", zeros=np.zeros((20, 20), "<f4"), bias=np.array([0.5, -1], "<f2"))


if __name__ == "__main__":
    archives()
    arrays()
