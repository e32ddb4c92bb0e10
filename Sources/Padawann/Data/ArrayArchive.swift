struct ArrayArchive {
  enum Role { case images, labels }
  init(_ path: String, _ format: FileFormat) throws(PadawannError) {
    throw PadawannError(.unsupported, "later", at: path)
  }
  func array(_ role: Role, key: String?) throws(PadawannError) -> StoredArray {
    throw PadawannError(.unsupported, "later")
  }
}
extension StoredArray {
  init(npy bytes: [UInt8]) throws(PadawannError) { throw PadawannError(.unsupported, "later") }
}
