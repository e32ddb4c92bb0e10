/// Which bytes of a file are in use, and for what.
struct FileClaims {
  private struct Claim {
    var range: Range<Int>
    var path: String
  }

  private let byteCount: Int
  private var claims: [Claim] = []
  private var starts: Set<Int> = []
  private var claimedBytes = 0

  init(byteCount: Int) { self.byteCount = byteCount }

  /// Takes a part of the file for one use. What is claimed in total never exceeds the file, which also bounds the
  /// work on a file whose parts overlap.
  mutating func claim(_ address: UInt64, _ count: UInt64, at path: String) throws(HDF5Error) -> Range<Int> {
    let (end, overflow) = address.addingReportingOverflow(count)
    guard !overflow, end <= UInt64(byteCount) else {
      throw HDF5Error(
        .damaged, "a part of it (\(count) bytes at \(address)) is beyond the end of the file", at: path)
    }
    let range = Int(address)..<Int(end)
    claimedBytes += range.count
    guard claimedBytes <= byteCount else {
      throw HDF5Error(.unsupported, "bytes of the file are used twice", at: path)
    }
    claims.append(Claim(range: range, path: path))
    starts.insert(range.lowerBound)
    return range
  }

  /// Whether something that was claimed begins at an address.
  func beginsPart(at address: UInt64) -> Bool {
    Int(exactly: address).map(starts.contains) ?? false
  }

  /// Makes sure that no two parts overlap, and that few bytes lie outside all of them.
  func check(unusedBytes limit: Int) throws(HDF5Error) {
    let inOrder = claims.filter { !$0.range.isEmpty }.sorted { $0.range.lowerBound < $1.range.lowerBound }
    for (claim, next) in zip(inOrder, inOrder.dropFirst()) where claim.range.overlaps(next.range) {
      throw HDF5Error(.unsupported, "bytes of the file are used twice", at: next.path)
    }
    let unused = byteCount - claimedBytes
    guard unused <= limit else {
      throw HDF5Error(
        .tooLarge, "\(unused) bytes belong to no object, more than the limit of \(limit)", at: "/")
    }
  }
}
