/// Counts what a reader has taken from a file, and refuses what goes beyond the limits.
struct PayloadBudget {
  private var objectsLeft: Int
  private var bytesLeft: Int
  private let limits: ReadLimits

  init(_ limits: ReadLimits) {
    self.limits = limits
    objectsLeft = limits.objects
    bytesLeft = limits.payloadBytes
  }

  mutating func takeObject(at path: String) throws(HDF5Error) {
    guard objectsLeft > 0 else {
      throw HDF5Error(.tooLarge, "the file has more than \(limits.objects) objects", at: path)
    }
    objectsLeft -= 1
  }

  mutating func takeBytes(_ count: Int, at path: String) throws(HDF5Error) {
    guard count <= bytesLeft else {
      throw HDF5Error(.tooLarge, "the values take more than \(limits.payloadBytes) bytes", at: path)
    }
    bytesLeft -= count
  }
}
