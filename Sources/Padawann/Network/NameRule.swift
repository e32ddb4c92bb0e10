/// The rule for the names of nodes and tasks, which are also names inside HDF5 files and on command lines: 1 to 128 of
/// `A–Z a–z 0–9 _ . -`, not beginning with `.` or `-`.
package enum NameRule {
  /// Checks a name.
  ///
  /// - Parameters:
  ///   - name: the name.
  ///   - owner: what has the name, for the message.
  /// - Throws: ``PadawannError`` `data`.
  package static func check(_ name: String, of owner: String) throws(PadawannError) {
    let allowed = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"):
        true
      default: false
      }
    }
    guard allowed, (1...128).contains(name.utf8.count), !name.hasPrefix("."), !name.hasPrefix("-") else {
      throw PadawannError(
        .data,
        "the name of \(owner) has 1 to 128 letters, digits, '_', '.' or '-' and begins with neither of the last two"
      )
    }
  }

  /// A name that is not taken: the name itself, or with the first number from 2 behind it that makes it so.
  static func unused(_ name: String, besides taken: Set<String>, separator: String) -> String {
    guard taken.contains(name) else { return name }
    var number = 2
    while taken.contains("\(name)\(separator)\(number)") { number += 1 }
    return "\(name)\(separator)\(number)"
  }
}
