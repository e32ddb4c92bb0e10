/// Reads a pickle of protocol 2 to 5 as data (Python's `pickletools` describes the opcodes).
///
/// Nothing is executed: a callable and its arguments become ``PickleValue/reduced(_:arguments:)``. Every opcode makes at
/// most one value, lengths are compared with what is left before anything is read, and there is no recursion, so that
/// time and memory are linear in the file's size.
struct PickleMachine {
  private var reader: ByteReader
  private var values: [PickleValue] = []
  private var stack: [Int] = []
  private var marks: [Int] = []
  private var memo: [UInt64: Int] = [:]
  /// How many items were copied from one container into another; the one thing that opcodes could repeat cheaply.
  private var copies = 0

  /// The largest number of values, stack entries and marks. A state dict has about twenty values per tensor.
  static let maximumValues = 1 << 22

  /// Reads one pickle and leaves the reader after it.
  ///
  /// - Throws: ``PadawannError`` `data` when it is malformed or too large, `unsupported` when it uses another protocol or
  ///   names a class or function that is not in ``PickleGlobal``.
  static func load(_ reader: inout ByteReader) throws(PadawannError) -> Pickle {
    var machine = PickleMachine(reader: reader)
    let place = reader.position
    let pickle: Pickle
    do { pickle = try machine.run() } catch {
      throw error.inside("pickle at byte \(place), opcode before byte \(machine.reader.position)")
    }
    reader = machine.reader
    return pickle
  }

  private init(reader: ByteReader) { self.reader = reader }

  private mutating func run() throws(PadawannError) -> Pickle {
    guard try reader.byte() == 0x80 else {
      throw PadawannError(.data, "this is not a pickle of protocol 2 to 5")
    }
    let version = try reader.byte()
    guard (2...5).contains(version) else {
      throw PadawannError(
        .unsupported, "pickle protocol \(version) is not read",
        remedy: "Save with torch.save's default protocol")
    }
    while true {
      let byte = try reader.byte()
      guard let opcode = PickleOpcode(rawValue: byte) else {
        throw PadawannError(.data, "the pickle has an unknown or unsupported opcode (\(byte))")
      }
      if opcode == .stop { break }
      try step(opcode)
      guard max(values.count, stack.count, marks.count) <= Self.maximumValues else {
        throw PadawannError(.data, "the pickle has more than \(Self.maximumValues) values")
      }
    }
    guard stack.count == 1, marks.isEmpty else { throw Self.unbalanced }
    return Pickle(values: values, root: stack[0])
  }

  private static let unbalanced = PadawannError(.data, "the pickle takes values that it never made")

  private mutating func step(_ opcode: PickleOpcode) throws(PadawannError) {
    if let scalar = try scalar(opcode) { return push(scalar) }
    if let container = try container(opcode) { return push(container) }
    try change(opcode)
  }

  // MARK: The stack

  private mutating func push(_ value: PickleValue) {
    values.append(value)
    stack.append(values.count - 1)
  }

  private mutating func pop() throws(PadawannError) -> Int {
    guard let top = stack.popLast(), stack.count >= (marks.last ?? 0) else { throw Self.unbalanced }
    return top
  }

  private func top() throws(PadawannError) -> Int {
    guard let top = stack.last, stack.count > (marks.last ?? 0) else { throw Self.unbalanced }
    return top
  }

  private mutating func popToMark() throws(PadawannError) -> [Int] {
    guard let mark = marks.popLast() else { throw Self.unbalanced }
    let items = Array(stack[mark...])
    stack.removeSubrange(mark...)
    return items
  }

  private mutating func pop(_ count: Int) throws(PadawannError) -> [Int] {
    var items: [Int] = []
    for _ in 0..<count { items.append(try pop()) }
    return items.reversed()
  }

  // MARK: Opcodes that make a value from nothing

  private mutating func scalar(_ opcode: PickleOpcode) throws(PadawannError) -> PickleValue? {
    switch opcode {
    case .none: return PickleValue.none
    case .newTrue: return .truth(true)
    case .newFalse: return .truth(false)
    case .int4: return .integer(Int(try reader.integer(Int32.self)))
    case .int1: return .integer(Int(try reader.byte()))
    case .int2: return .integer(Int(try reader.integer(UInt16.self)))
    case .long1: return try long(Int(reader.byte()))
    case .long4: return try long(Int(reader.integer(Int32.self)))
    case .float: return .real(Double(bitPattern: try reader.integer(UInt64.self, bigEndian: true)))
    case .text1: return .text(try reader.text(Int(reader.byte())))
    case .text4: return .text(try reader.text(Int(reader.integer(UInt32.self))))
    case .text8: return .text(try reader.text(wideCount()))
    case .string1: return try string(Int(reader.byte()))
    case .string4: return try string(Int(reader.integer(Int32.self)))
    case .bytes1: return .bytes(Array(try reader.take(Int(reader.byte()))))
    case .bytes4: return .bytes(Array(try reader.take(Int(reader.integer(UInt32.self)))))
    case .bytes8, .byteArray8: return .bytes(Array(try reader.take(wideCount())))
    case .global: return .global(try PickleGlobal.named(line(), line()))
    default: return nil
    }
  }

  private mutating func wideCount() throws(PadawannError) -> Int {
    guard let count = Int(exactly: try reader.integer(UInt64.self)) else {
      throw PadawannError(.data, "a length exceeds the file")
    }
    return count
  }

  private mutating func long(_ count: Int) throws(PadawannError) -> PickleValue {
    let bytes = try reader.take(count)
    guard count <= 8 else { return .wide(Array(bytes)) }
    guard let last = bytes.last else { return .integer(0) }
    return .integer(bytes.reversed().reduce(last > 127 ? -1 : 0) { $0 << 8 | Int($1) })
  }

  /// Text of Python 2, which has no type of its own for it.
  private mutating func string(_ count: Int) throws(PadawannError) -> PickleValue {
    let bytes = try reader.take(count)
    return String(validating: bytes, as: UTF8.self).map(PickleValue.text) ?? .bytes(Array(bytes))
  }

  private mutating func line() throws(PadawannError) -> String {
    var text: [UInt8] = []
    while true {
      let byte = try reader.byte()
      if byte == 0x0a { return String(decoding: text, as: UTF8.self) }
      text.append(byte)
      guard text.count <= 1000 else { throw PadawannError(.data, "a name in the pickle is too long") }
    }
  }

  // MARK: Opcodes that make a value from others

  private mutating func container(_ opcode: PickleOpcode) throws(PadawannError) -> PickleValue? {
    switch opcode {
    case .emptyTuple: return .tuple([])
    case .tuple1: return .tuple(try pop(1))
    case .tuple2: return .tuple(try pop(2))
    case .tuple3: return .tuple(try pop(3))
    case .tuple: return .tuple(try popToMark())
    case .emptyList, .emptySet: return .list([])
    case .list, .frozenSet: return .list(try popToMark())
    case .emptyDictionary: return .dictionary([])
    case .dictionary: return .dictionary(try pairs(popToMark()))
    case .persistent: return .persistent(try pop())
    case .stackGlobal:
      let names = try pop(2)
      guard case .text(let module) = values[names[0]], case .text(let name) = values[names[1]] else {
        throw PadawannError(.data, "the pickle names a class by something that is not text")
      }
      return .global(try PickleGlobal.named(module, name))
    case .reduce, .newObject: return try reduced(pop(2))
    case .newObjectWithKeywords: return try reduced(Array(pop(3)[..<2]))
    default: return nil
    }
  }

  private func pairs(_ items: [Int]) throws(PadawannError) -> [Int] {
    guard items.count % 2 == 0 else { throw PadawannError(.data, "a dictionary has a key without a value") }
    return items
  }

  private mutating func copied(_ items: [Int]) throws(PadawannError) -> [Int] {
    copies += items.count
    guard copies <= Self.maximumValues else {
      throw PadawannError(.data, "the pickle copies more than \(Self.maximumValues) values")
    }
    return items
  }

  private mutating func reduced(_ call: [Int]) throws(PadawannError) -> PickleValue {
    guard case .global(let callable) = values[call[0]] else {
      throw PadawannError(.data, "the pickle calls something that is no function")
    }
    guard case .tuple(let arguments) = values[call[1]] else {
      throw PadawannError(.data, "the pickle calls a function without a tuple of arguments")
    }
    switch callable {
    case .dictionary: return .dictionary(try copied(entries(of: arguments)))
    case .collection:
      if let first = arguments.first, case .list(let items) = values[first] {
        return .list(try copied(items))
      }
      return .list([])
    default: return .reduced(callable, arguments: call[1])
    }
  }

  /// `OrderedDict([[key, value], …])`, as Python 2 pickles it; a `defaultdict`'s argument is a class.
  private func entries(of arguments: [Int]) throws(PadawannError) -> [Int] {
    guard let first = arguments.first else { return [] }
    switch values[first] {
    case .list(let pairs):
      var entries: [Int] = []
      for pair in pairs {
        switch values[pair] {
        case .list(let items) where items.count == 2: entries += items
        case .tuple(let items) where items.count == 2: entries += items
        default: throw PadawannError(.data, "a dictionary is made of something else than pairs")
        }
      }
      return entries
    case .dictionary(let entries): return entries
    case .global, .none: return []
    default: throw PadawannError(.data, "a dictionary is made of something else than pairs")
    }
  }

  // MARK: Opcodes that change values or the machine

  private mutating func change(_ opcode: PickleOpcode) throws(PadawannError) {
    switch opcode {
    case .mark: marks.append(stack.count)
    case .pop: if stack.count == marks.last { marks.removeLast() } else { _ = try pop() }
    case .popMark: _ = try popToMark()
    case .duplicate: stack.append(try top())
    case .frame:
      guard try wideCount() <= reader.remaining else {
        throw PadawannError(.data, "a frame exceeds the file")
      }
    case .memoize: memo[UInt64(memo.count)] = try top()
    case .put1: memo[UInt64(try reader.byte())] = try top()
    case .put4: memo[UInt64(try reader.integer(UInt32.self))] = try top()
    case .get1: stack.append(try remembered(UInt64(reader.byte())))
    case .get4: stack.append(try remembered(UInt64(reader.integer(UInt32.self))))
    case .append: try extendList(by: [pop()])
    case .appends, .addItems: try extendList(by: popToMark())
    case .setItem: try extendDictionary(by: pop(2))
    case .setItems: try extendDictionary(by: popToMark())
    case .build: try build()
    default: throw PadawannError(.data, "the pickle has an unexpected opcode (\(opcode.rawValue))")
    }
  }

  private func remembered(_ index: UInt64) throws(PadawannError) -> Int {
    guard let place = memo[index] else {
      throw PadawannError(.data, "the pickle recalls value \(index), which it never stored")
    }
    return place
  }

  private mutating func extendList(by items: [Int]) throws(PadawannError) {
    let place = try top()
    guard case .list(var list) = values[place] else {
      throw PadawannError(.data, "the pickle appends to something that is no list")
    }
    // The list is taken out so that it grows in place.
    values[place] = .none
    list += items
    values[place] = .list(list)
  }

  private mutating func extendDictionary(by items: [Int]) throws(PadawannError) {
    let place = try top()
    guard case .dictionary(var entries) = values[place] else {
      throw PadawannError(.data, "the pickle sets an item of something that is no dictionary")
    }
    values[place] = .none
    entries += try pairs(items)
    values[place] = .dictionary(entries)
  }

  /// Attributes, such as a state dict's `_metadata`, never matter to the numbers.
  private mutating func build() throws(PadawannError) {
    _ = try pop()
    switch values[try top()] {
    case .dictionary, .reduced: return
    default: throw PadawannError(.data, "the pickle sets attributes of something that has none")
    }
  }
}

/// The opcodes of protocols 2 to 5 that are read.
enum PickleOpcode: UInt8 {
  case mark = 0x28, emptyTuple = 0x29, stop = 0x2e, pop = 0x30, popMark = 0x31, duplicate = 0x32
  case bytes4 = 0x42, bytes1 = 0x43, float = 0x47, int4 = 0x4a, int1 = 0x4b, int2 = 0x4d, none = 0x4e
  case persistent = 0x51, reduce = 0x52, string4 = 0x54, string1 = 0x55, text4 = 0x58, emptyList = 0x5d
  case append = 0x61, build = 0x62, global = 0x63, dictionary = 0x64, appends = 0x65, get1 = 0x68, get4 = 0x6a
  case list = 0x6c, put1 = 0x71, put4 = 0x72, setItem = 0x73, tuple = 0x74, setItems = 0x75, emptyDictionary =
    0x7d
  case newObject = 0x81, tuple1 = 0x85, tuple2 = 0x86, tuple3 = 0x87, newTrue = 0x88, newFalse = 0x89
  case long1 = 0x8a, long4 = 0x8b, text1 = 0x8c, text8 = 0x8d, bytes8 = 0x8e, emptySet = 0x8f, addItems = 0x90
  case frozenSet = 0x91, newObjectWithKeywords = 0x92, stackGlobal = 0x93, memoize = 0x94, frame = 0x95
  case byteArray8 = 0x96
}
