/// How a file names the type of a storage or tensor.
enum TorchType: Hashable {
  case known(ElementType)
  /// Bytes whose meaning the tensor gives.
  case untyped
  /// A type that is not read, with its name.
  case unreadable(String)
}

/// The classes and functions that a pickle may name. There is no way to name another one, and none is ever called.
enum PickleGlobal {
  /// `OrderedDict` and its like.
  case dictionary
  /// `set`, `frozenset`, `list`, `tuple`.
  case collection
  /// `torch.Size`.
  case size
  /// `torch._utils._rebuild_tensor`, `_v2` and `_v3`.
  case rebuild(version: Int)
  /// A wrapper around a tensor, which is its first argument.
  case parameter
  /// `torch._tensor._rebuild_from_type_v2(function, type, arguments, state)`.
  case rebuildFromType
  /// The class of a plain tensor.
  case tensorType
  case storage(TorchType)
  case type(TorchType)
  /// A tensor whose numbers cannot be had, with what it is and what to do.
  case refusedTensor(String, remedy: String)
  /// Something that weights never depend on, such as a NumPy scalar among a checkpoint's metrics.
  case other

  /// Finds what a pickle names.
  ///
  /// - Throws: ``PadawannError`` `unsupported` when it is not in the table.
  static func named(_ module: String, _ name: String) throws(PadawannError) -> PickleGlobal {
    if let global = table["\(module).\(name)"] { return global }
    if module == "torch" || module == "torch.cuda" {
      if name.hasSuffix("Storage") { return .storage(storageType(String(name.dropLast(7)))) }
      if name.hasSuffix("Tensor") { return .tensorType }
      if module == "torch", let type = types[name] { return .type(type) }
    }
    throw PadawannError(
      .unsupported,
      "the pickle names \(printable("\(module).\(name)")), which a file of plain weights does not need (nothing was run)",
      remedy:
        "If it is a whole pickled module, save its weights alone: torch.save(model.state_dict(), 'weights.pt')"
    )
  }

  private static func storageType(_ name: String) -> TorchType {
    storageTypes[name].map(TorchType.known) ?? (name == "Untyped" ? .untyped : .unreadable(name.lowercased()))
  }

  private static let storageTypes: [String: ElementType] = [
    "Double": .f64, "Float": .f32, "Half": .f16, "BFloat16": .bf16, "Long": .i64, "Int": .i32, "Short": .i16,
    "Char": .i8, "Byte": .u8, "Bool": .bool,
  ]

  private static let types: [String: TorchType] = {
    var types: [String: TorchType] = [
      "float64": .known(.f64), "double": .known(.f64), "float32": .known(.f32), "float": .known(.f32),
      "float16": .known(.f16), "half": .known(.f16), "bfloat16": .known(.bf16), "int64": .known(.i64),
      "long": .known(.i64), "int32": .known(.i32), "int": .known(.i32), "int16": .known(.i16),
      "short": .known(.i16),
      "int8": .known(.i8), "uint64": .known(.u64), "uint32": .known(.u32), "uint16": .known(.u16),
      "uint8": .known(.u8),
      "bool": .known(.bool),
    ]
    let unreadable = [
      "complex32", "complex64", "complex128", "qint8", "quint8", "qint32", "quint4x2", "quint2x4",
      "float8_e4m3fn",
      "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu", "float4_e2m1fn_x2",
    ]
    for name in unreadable + (1...7).flatMap({ ["int\($0)", "uint\($0)"] }) {
      types[name] = .unreadable(name)
    }
    return types
  }()

  private static let table: [String: PickleGlobal] = {
    var table: [String: PickleGlobal] = [
      "torch._utils._rebuild_tensor": .rebuild(version: 1),
      "torch._utils._rebuild_tensor_v2": .rebuild(version: 2),
      "torch._utils._rebuild_tensor_v3": .rebuild(version: 3),
      "torch._tensor._rebuild_from_type_v2": .rebuildFromType,
      "torch.Size": .size, "torch.storage.UntypedStorage": .storage(.untyped),
    ]
    let builtins = ["builtins", "__builtin__"]
    func add(_ names: [String], _ global: PickleGlobal) { for name in names { table[name] = global } }
    add(["collections.OrderedDict", "collections.Counter", "collections.defaultdict"], .dictionary)
    add(builtins.map { "\($0).dict" }, .dictionary)
    add(builtins.flatMap { ["\($0).set", "\($0).frozenset", "\($0).list", "\($0).tuple"] }, .collection)
    add(
      [
        "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state",
        "torch.nn.parameter.Parameter", "torch.nn.parameter.Buffer", "torch.autograd.variable.Variable",
      ], .parameter)
    add(["torch.Tensor", "torch._tensor.Tensor", "torch.tensor.Tensor"], .tensorType)
    for (name, global) in refused { table["torch._utils.\(name)"] = global }
    add(builtins.flatMap { module in plainBuiltins.map { "\(module).\($0)" } } + harmless, .other)
    return table
  }()

  private static let refused: [String: PickleGlobal] = {
    let dense = "Save it with .to_dense()"
    let sparse = PickleGlobal.refusedTensor("a sparse tensor", remedy: dense)
    let onDevice = PickleGlobal.refusedTensor(
      "a tensor of another device", remedy: "Call model.cpu() before saving")
    return [
      "_rebuild_qtensor": .refusedTensor(
        "a quantised tensor", remedy: "Save the model before quantisation, or each tensor with .dequantize()"),
      "_rebuild_sparse_tensor": sparse, "_rebuild_sparse_csr_tensor": sparse,
      "_rebuild_nested_tensor": .refusedTensor(
        "a nested tensor", remedy: "Save its parts with .unbind(), one name each"),
      "_rebuild_meta_tensor_no_storage": .refusedTensor(
        "a tensor on the meta device, which has no numbers", remedy: "Load the weights before saving"),
      "_rebuild_wrapper_subclass": .refusedTensor("a tensor subclass", remedy: "Save a plain torch.Tensor"),
      "_rebuild_device_tensor_from_numpy": onDevice, "_rebuild_xla_tensor": onDevice,
      "_rebuild_device_tensor_from_cpu_tensor": onDevice,
    ]
  }()

  private static let plainBuiltins = [
    "int", "float", "bool", "str", "bytes", "long", "complex", "bytearray", "slice", "range",
  ]

  private static let harmless = [
    "_codecs.encode", "torch.device", "torch.serialization._get_layout", "argparse.Namespace", "pathlib.Path",
    "pathlib.PosixPath", "pathlib.WindowsPath", "pathlib.PurePosixPath", "pathlib.PureWindowsPath",
    "pathlib._local.PosixPath", "pathlib._local.WindowsPath", "datetime.datetime", "datetime.timedelta",
    "numpy.dtype", "numpy.ndarray", "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar",
    "numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct", "torch.per_tensor_affine",
    "torch.per_channel_affine", "torch.per_tensor_symmetric", "torch.per_channel_symmetric",
    "torch.per_channel_affine_float_qparams", "torch._utils._rebuild_device",
  ]
}
