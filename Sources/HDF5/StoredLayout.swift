import CHDF5

/// How a dataset keeps its values in a file.
enum StoredLayout {
  case compact
  case contiguous
  case chunked(chunk: [Int], filters: [H5Z_filter_t])

  /// Reads and checks the layout. What would make the library open another file is refused here, before any value
  /// is read.
  init(of dataset: borrowing Handle, rank: Int, at path: String) throws(HDF5Error) {
    let id = dataset.id
    let settings = try Handle(.damaged, "the settings of the dataset cannot be read", at: path) {
      H5Dget_create_plist(id)
    }
    let externals = try Library.call(.damaged, "the list of external files cannot be read", at: path) {
      H5Pget_external_count(settings.id)
    }
    guard externals == 0 else {
      throw HDF5Error(.unsupported, "its values are in \(externals) other files (external storage)", at: path)
    }
    let layout = Library.ask { H5Pget_layout(settings.id) }
    switch layout {
    case H5D_COMPACT: self = .compact
    case H5D_CONTIGUOUS: self = .contiguous
    case H5D_CHUNKED:
      let filters = try Self.filters(of: settings, at: path)
      self = .chunked(chunk: try Self.chunk(of: settings, rank: rank, at: path), filters: filters)
    case H5D_VIRTUAL:
      throw HDF5Error(.unsupported, "its values are in other datasets (a virtual dataset)", at: path)
    default: throw HDF5Error(.damaged, "its layout is unknown", at: path)
    }
  }

  private static func filters(of settings: borrowing Handle, at path: String) throws(HDF5Error)
    -> [H5Z_filter_t]
  {
    let id = settings.id
    let count = try Library.call(.damaged, "the filters cannot be read", at: path) { H5Pget_nfilters(id) }
    var filters: [H5Z_filter_t] = []
    for position in 0..<UInt32(clamping: count) {
      var flags: UInt32 = 0
      var valueCount = 0
      filters.append(
        try Library.call(.damaged, "a filter cannot be read", at: path) {
          H5Pget_filter2(id, position, &flags, &valueCount, nil, 0, nil, nil)
        })
    }
    return filters
  }

  private static func chunk(of settings: borrowing Handle, rank: Int, at path: String) throws(HDF5Error)
    -> [Int]
  {
    let id = settings.id
    var lengths = [hsize_t](repeating: 0, count: max(rank, 1))
    let axes = try Library.call(.damaged, "the shape of the chunks cannot be read", at: path) {
      H5Pget_chunk(id, Int32(lengths.count), &lengths)
    }
    let chunk = lengths.compactMap { Int(exactly: $0) }
    guard Int(axes) == rank, chunk.count == lengths.count, product(of: chunk) != nil else {
      throw HDF5Error(.damaged, "the shape of its chunks is impossible", at: path)
    }
    return chunk
  }
}
