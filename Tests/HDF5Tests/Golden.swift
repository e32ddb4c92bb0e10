import Foundation
import HDF5

enum Golden {
  /// Where a committed file is.
  static func path(_ name: String) throws -> String {
    guard let folder = Bundle.module.resourcePath else { throw CocoaError(.fileNoSuchFile) }
    return "\(folder)/Goldens/\(name).h5"
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  /// What the profile files hold; the order of entries depends on whether the file keeps it.
  static func profile(inOrder isOrdered: Bool) -> HDFGroup {
    let text = HDFEntry("text", HDFValue.text("made by h5py"))
    let count = HDFEntry("count", HDFValue.integer(-7))
    let floats = HDFEntry("b", HDFDataset(shape: [2, 3], .float32([0, 1, 2, 3, 4, 5])))
    let bytes = HDFEntry("a", HDFDataset(shape: [4], .uint8([0, 1, 2, 3])))
    var root = HDFGroup(groups: ["group": HDFGroup(attributes: ["list": .array(.int64([0, 1, 2]))])])
    root.attributes = isOrdered ? [text, count] : [count, text]
    root.groups[0].value.datasets = isOrdered ? [floats, bytes] : [bytes, floats]
    return root
  }
}
