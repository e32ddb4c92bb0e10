/// Bounds what a small file can grow to in memory, by compression or by dimensions of stride 0.
///
/// Deflate makes up to 1,032 bytes of one, and a stride of 0 any number. Real images and weights come nowhere near: a
/// file may become a number of times its size, and so much more that no small one is hit.
struct ExpansionBudget {
  private let fileBytes: Int
  private let times: Int
  private let limit: Int
  private var left: Int

  /// What no file may become, whatever its size: 8 GiB, or half of the memory of a smaller machine.
  static let most = min(8 << 30, MachineMemory.bytes / 2)

  /// A budget for a file of `fileBytes` on a disk.
  init(fileBytes: Int, times: Int = 64, allowance: Int = 64 << 20) {
    self.fileBytes = fileBytes
    self.times = times
    let (product, overflow) = fileBytes.multipliedReportingOverflow(by: times)
    limit = overflow || product > Self.most - allowance ? Self.most : product + allowance
    left = limit
  }

  /// What the content of a data file may take: 64 times its size and 64 MiB more, at most ``most``.
  static func bytes(forFileOf fileBytes: Int) -> Int { ExpansionBudget(fileBytes: fileBytes).limit }

  /// What the content of a data file may take.
  static func bytes(forFileAt path: String) -> Int { bytes(forFileOf: FileStatus(path)?.byteCount ?? 0) }

  /// Takes `bytes` for one more tensor or content.
  mutating func take(_ bytes: Int) throws(PadawannError) {
    guard bytes <= left else {
      throw PadawannError(
        .data,
        "its numbers would take more than the limit of \(limit) bytes, which is \(times) times the \(fileBytes) bytes "
          + "of the file and an allowance",
        remedy: "Save expanded tensors with .contiguous() and without compression, if this is no attack")
    }
    left -= bytes
  }
}
