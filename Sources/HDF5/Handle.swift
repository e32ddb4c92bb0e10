import CHDF5

/// One identifier of the library, given back when it goes out of scope.
///
/// An identifier that the library refused never becomes a handle: giving it back could close an unrelated object.
struct Handle: ~Copyable, Sendable {
  let id: hid_t

  /// Takes what `open` returns.
  init(
    _ kind: HDF5Error.Kind, _ failure: @autoclosure () -> String, at path: String, _ open: () -> hid_t
  ) throws(HDF5Error) {
    id = try Library.call(kind, failure(), at: path, open)
  }

  deinit { Library.release(id) }
}
