import HDF5

enum Samples {
  /// Every type, every kind of attribute, empty and scalar datasets, three groups.
  static let everything = HDFGroup(
    attributes: [
      "integer": .integer(-9_007_199_254_740_993), "single": .float32(0.1), "double": .float64(-1e300),
      "text": .text("padawann"), "bytes": .array(.uint8([0, 127, 255])), "counts": .array(.int32([-1, 2])),
      "longs": .array(.int64([.min, .max])), "floats": .array(.float32([1, -2.5])),
      "doubles": .array(.float64([])), "classes": .texts(["A", "Bee", "ß"]),
    ],
    datasets: [
      "bytes": HDFDataset(shape: [2, 3], .uint8([1, 2, 3, 4, 5, 6])),
      "empty": HDFDataset(shape: [0, 4], .float32([])),
      "scalar": HDFDataset(shape: [], .int32([-5]), attributes: ["unit": .text("kg")]),
    ],
    groups: [
      "layers": HDFGroup(
        groups: [
          "0": HDFGroup(
            attributes: ["density": .float64(0.5)],
            datasets: [
              "weights": HDFDataset(shape: [2, 2], .float32([1, -1, 0.5, .infinity])),
              "long": HDFDataset(shape: [3], .int64([1, 2, 3])),
              "doubles": HDFDataset(shape: [1], .float64([2])),
            ])
        ]),
      "nothing": HDFGroup(),
    ])

  /// A small file like a model's: three groups, four datasets, some attributes.
  static let model = HDFGroup(
    attributes: ["format": .text("padawann"), "version": .integer(1)],
    groups: [
      "layers": HDFGroup(groups: [
        "0": layer(7), "1": layer(3),
      ])
    ])

  private static func layer(_ seed: UInt8) -> HDFGroup {
    HDFGroup(
      attributes: ["weight": .float32(0.25 * Float(seed)), "shape": .array(.int64([4, 8]))],
      datasets: [
        "signs": HDFDataset(shape: [4], .uint8([seed, 1, 255, 0])),
        "biases": HDFDataset(shape: [2, 2], .float32([1, -1, Float(seed), 0])),
      ])
  }
}
