"""Makes the HDF5 files beside it with h5py: files that the strict reader must refuse, and training data for the
other one. Run it here; it needs h5py (made with h5py 3.16)."""

import h5py
import numpy as np

V108 = ("v108", "v108")
V110 = ("v110", "v110")


def strict(name, fill, libver=V108, **options):
    with h5py.File(name + ".h5", "w", libver=libver, **options) as file:
        fill(file)


def external_storage(file):
    file.create_dataset("stolen", (4,), "u1", external=[("secret.bin", 0, 4)])


def virtual(file):
    layout = h5py.VirtualLayout((4,), "u1")
    layout[:] = h5py.VirtualSource("secret.h5", "data", (4,))
    file.create_virtual_dataset("virtual", layout)


def huge(file):
    file.create_dataset("huge", (1 << 40,), "f4")


def cycle(file):
    group = file.create_group("group")
    group["again"] = file["/"]


def twice(file):
    file["first"] = np.zeros(4, "u1")
    file["second"] = file["first"]


def named_type(file):
    file["type"] = np.dtype("f4")


def shared_type(file):
    file["type"] = np.dtype("f4")
    file.create_dataset("data", (4,), file["type"])[...] = 1
    del file["type"]


def dead_space(file):
    file.create_dataset("removed", data=np.zeros(5_000, "u1"))
    file.create_dataset("kept", data=np.zeros(4, "u1"))
    del file["removed"]


def many_links(file):
    for number in range(20):
        file.create_group(f"group {number}")


def many_attributes(file):
    for number in range(20):
        file.attrs[f"attribute {number}"] = number


def attribute(value, **options):
    def fill(file):
        file.create_group("group").attrs.create("note", value, **options)

    return fill


def dataset(**options):
    return lambda file: file.create_dataset("data", **options)


def link(value):
    def fill(file):
        file["elsewhere"] = value

    return fill


def profile(file, in_order=False):
    """What keeps to the profile although another program wrote it."""
    file.attrs["text"] = np.bytes_("made by h5py")
    file.attrs["count"] = np.int32(-7)
    group = file.create_group("group", track_order=in_order)
    group.attrs["list"] = np.arange(3, dtype="i8")
    group["b"] = np.arange(6, dtype="f4").reshape(2, 3)
    group["a"] = np.arange(4, dtype="u1")


def training(file):
    images = np.arange(2 * 4 * 3, dtype="u1").reshape(2, 4, 3)
    file.create_dataset("plain/images", data=images)
    file.create_dataset("plain/labels", data=np.array([1, 300, -4], "i2"))
    file.create_dataset("chunked", data=images, chunks=(1, 2, 3), compression="gzip", shuffle=True)
    file.create_dataset("checked", data=images, chunks=(1, 2, 3), fletcher32=True)
    file.create_dataset("big", data=np.array([0.5, -2], ">f8"))
    file.create_dataset("half", data=np.array([0.5, -2], "f2"))
    file.create_dataset("large", data=np.array([1, 2**64 - 1], "u8"))
    file.create_dataset("scalar", data=np.int64(5))
    file.create_dataset("none", data=np.zeros((0, 3), "f4"))
    file.create_dataset("growing", data=np.arange(3), maxshape=(None,))
    file.create_dataset("lzf", data=images, compression="lzf")
    file.create_dataset("logical", data=np.array([True, False]))
    file.create_dataset("words", data=["a", "bc"])
    file.create_dataset("unwritten", (1 << 40,), "u1", chunks=(1 << 20,))
    file.create_dataset("records", data=np.zeros(2, [("x", "f4"), ("y", "i4")]))
    file["soft"] = h5py.SoftLink("/chunked")
    file["folder"] = h5py.ExternalLink("training.h5", "/plain")
    file["null"] = h5py.Empty("f4")
    external_storage(file)
    virtual(file)


def layouts(file):
    """One dataset for each way to keep values. Element i of each is (7 i) mod 251, where it was written."""
    values = (7 * np.arange(2400) % 251).astype("u1")

    def add(name, shape, type="u1", **options):
        count = int(np.prod(shape))
        file.create_dataset(name, data=values[:count].reshape(shape).astype(type), **options)

    def add_partly(name, shape, written, type="u1", **options):
        count = int(np.prod(shape))
        dataset = file.create_dataset(name, shape, type, fillvalue=9, **options)
        dataset[written] = values[:count].reshape(shape).astype(type)[written]

    compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    compact.set_layout(h5py.h5d.COMPACT)
    space = h5py.h5s.create_simple((3, 4))
    h5py.Dataset(h5py.h5d.create(file.id, b"compact", h5py.h5t.STD_U16BE, space, compact))[...] = values[
        :12
    ].reshape(3, 4)
    plain = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plain.set_chunk((2, 3))
    plain.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    space = h5py.h5s.create_simple((3, 4))
    h5py.Dataset(h5py.h5d.create(file.id, b"early", h5py.h5t.STD_I8LE, space, plain))[...] = (
        values[:12].reshape(3, 4) % 100
    )
    add("contiguous", (2, 3, 4), ">f4")
    add("one", (5, 4), chunks=(5, 4))
    add("one-deflated", (5, 4), "<f8", chunks=(5, 4), compression="gzip", fletcher32=True)
    add("table", (7, 5), "<i2", chunks=(2, 3), shuffle=True, compression="gzip")
    add("growing", (7, 5), "<i4", chunks=(2, 3), maxshape=(9, None))
    add("growing-deflated", (31,), "<u8", chunks=(1,), maxshape=(None,), compression="gzip")
    add("growing-everywhere", (7, 5), "<f2", chunks=(2, 3), maxshape=(None, None))
    add("everywhere-deflated", (7, 5), ">i8", chunks=(2, 3), maxshape=(None, None), compression="gzip")
    add_partly("partly", (7, 5), np.s_[2:4, 1:4], "<i4", chunks=(2, 3))
    add_partly("partly-growing", (150,), np.s_[40:130], chunks=(1,), maxshape=(None,))
    add_partly("pages", (2400,), np.s_[:50], chunks=(2,))
    for number in range(9):
        file.create_dataset(f"many/a dataset with the number {number}", data=np.uint8(number))


for name, fill in {
    "soft-link": link(h5py.SoftLink("/nowhere")),
    "external-link": link(h5py.ExternalLink("secret.h5", "/data")),
    "external-storage": external_storage,
    "text-of-any-length": attribute("words"),
    "opaque-attribute": attribute(np.void(b"1234")),
    "null-attribute": attribute(h5py.Empty("f4")),
    "two-axes-attribute": attribute(np.zeros((2, 2), "f4")),
    "chunked": dataset(data=np.zeros((8, 8), "f4"), chunks=(4, 4), compression="gzip"),
    "compound": dataset(data=np.zeros(2, [("x", "f4"), ("y", "i4")])),
    "enumerated": dataset(data=np.array([True, False])),
    "big-endian": dataset(data=np.zeros(2, ">f4")),
    "growing": dataset(data=np.zeros(2, "f4"), maxshape=(4,), chunks=(2,)),
    "null-shape": dataset(data=h5py.Empty("f4")),
    "huge": huge,
    "cycle": cycle,
    "two-links": twice,
    "named-type": named_type,
    "shared-type": shared_type,
    "dead-space": dead_space,
    "many-links": many_links,
    "many-attributes": many_attributes,
    "profile-v108": profile,
}.items():
    strict(name, fill)
strict("virtual", virtual, V110)
strict("profile-v110", lambda file: profile(file, True), V110, track_order=True)
strict("old-superblock", profile, ("earliest", "v108"))
strict("user-block", profile, userblock_size=512)
with h5py.File("training.h5", "w", libver="earliest") as file:
    training(file)
strict("layouts-earliest", layouts, ("earliest", "v108"))
strict("layouts-v108", layouts, V108, userblock_size=512)
strict("layouts-v110", layouts, V110)
strict("layouts-latest", layouts, "latest")
