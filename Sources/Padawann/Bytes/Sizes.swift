extension Sequence<Int> {
  /// The product of sizes that a file announces; `nil` where one is negative, or the product is too large for an `Int`.
  var product: Int? {
    var product = 1
    for size in self {
      guard size >= 0, case (let next, false) = product.multipliedReportingOverflow(by: size) else {
        return nil
      }
      product = next
    }
    return product
  }
}
