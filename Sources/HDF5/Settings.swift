import CHDF5

/// The library's property lists, as this module sets them.
enum Settings {
  /// Contiguous data without filters.
  static func datasetCreation() throws(HDF5Error) -> Handle {
    let settings = try make { padawann_dataset_creation() }
    try set(settings) { H5Pset_layout($0, H5D_CONTIGUOUS) }
    try set(settings) { H5Pset_fill_time($0, H5D_FILL_TIME_NEVER) }
    try prepareObject(settings)
    return settings
  }

  /// Names of objects are UTF-8.
  static func linkCreation() throws(HDF5Error) -> Handle {
    let settings = try make { padawann_link_creation() }
    try set(settings) { H5Pset_char_encoding($0, H5T_CSET_UTF8) }
    return settings
  }

  /// Names of attributes are UTF-8.
  static func attributeCreation() throws(HDF5Error) -> Handle {
    let settings = try make { padawann_attribute_creation() }
    try set(settings) { H5Pset_char_encoding($0, H5T_CSET_UTF8) }
    return settings
  }

  /// A file whose root group will hold this group's entries.
  static func fileCreation(for root: HDFGroup) throws(HDF5Error) -> Handle {
    let settings = try make { padawann_file_creation() }
    try prepareGroup(settings, for: root)
    return settings
  }

  /// A group that will hold this group's entries.
  static func groupCreation(for group: HDFGroup) throws(HDF5Error) -> Handle {
    let settings = try make { padawann_group_creation() }
    try prepareGroup(settings, for: group)
    return settings
  }

  /// A file in memory, of the version that most programs read; no aggregation blocks, which leave unused bytes.
  static func imageWriting() throws(HDF5Error) -> Handle {
    let settings = try make { padawann_file_access() }
    try set(settings) { H5Pset_fapl_core($0, 1 << 20, false) }
    try set(settings) { H5Pset_libver_bounds($0, H5F_LIBVER_V18, H5F_LIBVER_V18) }
    try set(settings) { H5Pset_meta_block_size($0, 0) }
    try set(settings) { H5Pset_small_data_block_size($0, 0) }
    return settings
  }

  /// A file in memory that has these bytes. The library copies them.
  static func imageReading(_ bytes: [UInt8]) throws(HDF5Error) -> Handle {
    let settings = try make { padawann_file_access() }
    try set(settings) { H5Pset_fapl_core($0, 1 << 20, false) }
    try set(settings) { id in
      bytes.withUnsafeBytes {
        // The parameter is not const, but the library only copies from it.
        H5Pset_file_image(id, UnsafeMutableRawPointer(mutating: $0.baseAddress), $0.count)
      }
    }
    return settings
  }

  static func set(_ settings: borrowing Handle, _ change: (hid_t) -> herr_t) throws(HDF5Error) {
    let id = settings.id
    _ = try Library.call(.library, "the library refuses a setting", at: "/") { change(id) }
  }

  private static func make(_ family: () -> hid_t) throws(HDF5Error) -> Handle {
    try Handle(.library, "the library has no settings of a family", at: "/") { H5Pcreate(family()) }
  }

  /// No time stamps (equal input, equal bytes); attributes in order and never in an index of their own.
  private static func prepareObject(_ settings: borrowing Handle) throws(HDF5Error) {
    try set(settings) { H5Pset_obj_track_times($0, false) }
    try set(settings) { H5Pset_attr_creation_order($0, padawann_order_tracked()) }
    try set(settings) { H5Pset_attr_phase_change($0, 65_535, 65_534) }
  }

  /// Links in order and never in an index of their own; the object header gets room for them at once.
  private static func prepareGroup(_ settings: borrowing Handle, for group: HDFGroup) throws(HDF5Error) {
    let names = group.datasets.map(\.name.utf8.count) + group.groups.map(\.name.utf8.count)
    let longest = UInt32(clamping: min(names.max() ?? 1, 65_535))
    try prepareObject(settings)
    try set(settings) { H5Pset_link_creation_order($0, padawann_order_tracked()) }
    try set(settings) { H5Pset_link_phase_change($0, 65_535, 65_534) }
    try set(settings) { H5Pset_est_link_info($0, UInt32(clamping: names.count), longest) }
  }
}
