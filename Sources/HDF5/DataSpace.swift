import CHDF5

/// Reads a shape and checks it: fixed lengths, a product that fits.
///
/// - Parameter space: a data space; closed by the caller.
/// - Returns: the lengths of the axes, empty for a scalar.
func shape(of space: borrowing Handle, at path: String) throws(HDF5Error) -> [Int] {
  let id = space.id
  let kind = Library.ask { H5Sget_simple_extent_type(id) }
  if kind == H5S_SCALAR { return [] }
  guard kind == H5S_SIMPLE else {
    throw HDF5Error(.unsupported, "it has no shape (a null data space)", at: path)
  }
  let rank = try Library.call(.damaged, "the number of axes cannot be read", at: path) {
    H5Sget_simple_extent_ndims(id)
  }
  var lengths = [hsize_t](repeating: 0, count: Int(rank))
  _ = try Library.call(.damaged, "the shape cannot be read", at: path) {
    H5Sget_simple_extent_dims(id, &lengths, nil)
  }
  let shape = lengths.compactMap { Int(exactly: $0) }
  guard shape.count == lengths.count, product(of: shape) != nil else {
    throw HDF5Error(.tooLarge, "the shape \(lengths) has more elements than can be counted", at: path)
  }
  return shape
}

/// Writes a shape down for the library.
func dataSpace(_ shape: [Int], at path: String) throws(HDF5Error) -> Handle {
  let lengths = shape.map { hsize_t($0) }
  return try Handle(.library, "no data space", at: path) {
    lengths.isEmpty ? H5Screate(H5S_SCALAR) : H5Screate_simple(Int32(lengths.count), lengths, nil)
  }
}
