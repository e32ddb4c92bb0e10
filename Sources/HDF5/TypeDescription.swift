import CHDF5

/// What kind of type an open type is, in words for an error or a list.
func describe(_ type: borrowing Handle) -> String {
  let id = type.id
  let (family, size) = Library.ask { (H5Tget_class(id), H5Tget_size(id)) }
  switch family {
  case H5T_INTEGER:
    let isSigned = Library.ask { H5Tget_sign(id) } == H5T_SGN_2
    return "\(isSigned ? "int" : "uint")\(saturatingProduct(size, 8))\(byteOrder(id))"
  case H5T_FLOAT: return "float\(saturatingProduct(size, 8))\(byteOrder(id))"
  case H5T_STRING: return Library.ask { H5Tis_variable_str(id) } > 0 ? "variable-length text" : "text"
  case H5T_BITFIELD: return "bit fields"
  case H5T_OPAQUE: return "opaque bytes"
  case H5T_COMPOUND: return "compound"
  case H5T_REFERENCE: return "references"
  case H5T_ENUM: return "enumerated (as h5py stores bool; uint8 is read)"
  case H5T_VLEN: return "variable-length lists"
  case H5T_ARRAY: return "arrays"
  default: return "of an unknown kind"
  }
}

private func byteOrder(_ type: hid_t) -> String {
  Library.ask { H5Tget_order(type) } == H5T_ORDER_BE ? " (big-endian)" : ""
}
