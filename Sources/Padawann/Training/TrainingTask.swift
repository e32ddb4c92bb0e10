/// Images to learn from, and which output stands for each class.
public struct TrainingTask: Sendable {
  /// The images.
  public let dataset: Dataset
  /// The output of each class, all different.
  public let outputs: [Int]

  /// Joins images and outputs.
  ///
  /// - Parameters:
  ///   - dataset: the images.
  ///   - outputs: the output of each class; without it, output k stands for class k.
  public init(_ dataset: Dataset, outputs: [Int]? = nil) {
    self.dataset = dataset
    self.outputs = outputs ?? Array(dataset.classNames.indices)
  }

  func validate(for architecture: Architecture) throws(PadawannError) {
    try Inference.check(dataset, fits: architecture)
    let count = architecture.outputs
    guard outputs.count == dataset.classNames.count else {
      throw PadawannError(
        .usage, "\(outputs.count) outputs are named for \(dataset.classNames.count) classes", at: dataset.name
      )
    }
    guard outputs.allSatisfy({ (0..<count).contains($0) }), Set(outputs).count == outputs.count else {
      throw PadawannError(
        .usage, "the outputs of the classes are different numbers from 0 to \(count - 1)", at: dataset.name)
    }
  }
}

/// The images of all tasks, one after the other, as a network reads them.
struct TrainingImages: Sendable {
  let tasks: [TrainingTask]
  /// What each task's teacher answers to its images, where there are teachers.
  var teachers: [TeacherLogits] = []
  private let starts: [Int]
  private let normalised: [NormalisedPixels]
  private let shape: Shape

  /// One-pixel shifts: none, right, left, down, up. What leaves at one side comes back at the other.
  static let shifts: [(rows: Int, columns: Int)] = [(0, 0), (0, 1), (0, -1), (1, 0), (-1, 0)]

  /// Checks that the tasks fit.
  ///
  /// - Throws: ``PadawannError`` `data` or `usage`, naming the dataset.
  init(_ tasks: [TrainingTask], for architecture: Architecture) throws(PadawannError) {
    guard !tasks.isEmpty else { throw PadawannError(.usage, "there is nothing to learn: no task is given") }
    for task in tasks { try task.validate(for: architecture) }
    self.tasks = tasks
    var starts = [0]
    for task in tasks { starts.append(starts[starts.count - 1] + task.dataset.count) }
    self.starts = starts
    shape = architecture.input
    normalised = tasks.map { NormalisedPixels($0.dataset) }
  }

  /// The number of images of all tasks.
  var count: Int { starts[tasks.count] }

  /// The task of an image.
  func task(of image: Int) -> Int { (starts.firstIndex { $0 > image } ?? tasks.count) - 1 }

  /// The output that is right for an image.
  func label(of image: Int) -> Int {
    let task = task(of: image)
    return tasks[task].outputs[tasks[task].dataset.labels[image - starts[task]]]
  }

  /// The softmax and cross-entropy of some images, over the outputs of the task of each.
  ///
  /// - Parameters:
  ///   - count: the outputs of the network.
  ///   - logitDeviation: see ``CrossEntropy/logitDeviation``.
  func crossEntropy(of images: [Int], outputs count: Int, logitDeviation: Double? = nil) -> CrossEntropy {
    let all = Array(0..<count)
    let outputs = tasks.map { $0.outputs.count < count ? $0.outputs : all }
    var loss = CrossEntropy(
      labels: images.map(label), outputs: images.map { outputs[task(of: $0)] }, logitDeviation: logitDeviation
    )
    if !teachers.isEmpty {
      loss.teacher = TeacherAnswers(
        images.map { image in
          let task = task(of: image)
          return teachers[task].answer(image - starts[task])
        })
    }
    return loss
  }

  /// Loads some images, shifted, into a block.
  func load(
    _ images: ArraySlice<Int>, shifts: ArraySlice<Int>, _ set: InstructionSet, to y: LaneBuffer, block: Int
  ) {
    var pixels: [Float] = []
    pixels.reserveCapacity(images.count * shape.count)
    for (image, shift) in zip(images, shifts) {
      let task = task(of: image)
      normalised[task].append(image - starts[task], shift: Self.shifts[shift], to: &pixels)
    }
    let ones = [Float](repeating: 1, count: shape.channels)
    let zeros = [Float](repeating: 0, count: shape.channels)
    PixelLoading(scale: ones, offset: zeros, plane: shape.height * shape.width).run(
      set, .floats(pixels), images: Array(0..<images.count)[...], to: y, firstBlock: block)
  }
}

/// The pixels of a dataset by the arithmetic of ``Dataset/input(_:)``.
private struct NormalisedPixels: Sendable {
  let dataset: Dataset
  /// What each byte becomes, channel by channel.
  private let table: [Float]

  init(_ dataset: Dataset) {
    self.dataset = dataset
    guard case .bytes = dataset.pixels else {
      table = []
      return
    }
    let normalisation = dataset.normalisation
    table = (0..<dataset.shape.channels).flatMap { channel in
      (0..<256).map { normalisation.value(Float($0), channel: channel) }
    }
  }

  func append(_ image: Int, shift: (rows: Int, columns: Int), to result: inout [Float]) {
    let shape = dataset.shape
    let start = image * shape.count
    for channel in 0..<shape.channels {
      for row in 0..<shape.height {
        let line = (channel * shape.height + wrapped(row - shift.rows, shape.height)) * shape.width
        for column in 0..<shape.width {
          result.append(value(start + line + wrapped(column - shift.columns, shape.width), channel))
        }
      }
    }
  }

  private func wrapped(_ place: Int, _ size: Int) -> Int {
    place < 0 ? place + size : place >= size ? place - size : place
  }

  private func value(_ place: Int, _ channel: Int) -> Float {
    switch dataset.pixels {
    case .bytes(let bytes): table[channel * 256 + Int(bytes[place])]
    case .floats(let numbers): dataset.normalisation.value(numbers[place], channel: channel)
    }
  }
}
