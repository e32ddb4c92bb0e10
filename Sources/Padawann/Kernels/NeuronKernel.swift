import CKernels

/// Networks of single neurons as one list of steps; see `lanes_neurons` in Neurons.h.
struct NeuronKernel: Sendable {
  /// One step: what is done, with which of the operands, and where it goes.
  struct Instruction: Sendable, Equatable {
    /// What a step does that is no activation.
    enum Special {
      static let score = Int32(NEURON_SCORE)
      static let outputs = Int32(NEURON_OUTPUTS)
    }
    /// The number of an activation, or one of ``Special``.
    var kind: Int32
    /// The first of its operands.
    var first: Int32
    /// The number of its operands.
    var count: Int32
    /// The value that is written, or the number of the network.
    var target: Int32
  }

  /// The largest loss of one image, which an image without a loss has, too.
  static let worstLoss = Double(NEURON_WORST_LOSS)

  private let steps: Packed<Int32>
  private let operands: Packed<Int32>
  private let factors: Packed<Float>?
  /// The shared weights.
  let weights: [Float]
  /// The number of inputs.
  let inputs: Int
  /// The number of values.
  let values: Int
  /// The number of networks that are scored.
  let networks: Int
  /// The outputs of the one network whose outputs are written.
  let outputs: Int

  /// Takes over a list of steps.
  ///
  /// - Parameters:
  ///   - steps: each after those that write its operands. Value 0 is the bias, 1 to `inputs` are the inputs, which none writes.
  ///   - operands: the values that steps use.
  ///   - factors: one for each operand; `nil` where all are 1.
  init(
    _ steps: [Instruction], operands: [Int32], factors: [Float]?, weights: [Float], inputs: Int, values: Int,
    networks: Int, outputs: Int
  ) throws(PadawannError) {
    precondition(operands.allSatisfy { $0 >= 0 && $0 < values }, "operands are values")
    precondition(factors == nil || factors?.count == operands.count, "one factor for each operand")
    precondition(
      steps.allSatisfy { step in
        step.first >= 0 && step.count >= 0 && Int(step.first) + Int(step.count) <= operands.count
          && step.target >= 0
          && (step.kind > NEURON_LAST || (Int(step.target) < values && step.target > inputs))
          && (step.kind != Instruction.Special.score || (Int(step.target) < networks && step.count > 0))
          && (step.kind != Instruction.Special.outputs || step.count == outputs)
      }, "steps use what there is")
    self.steps = try Packed(steps.flatMap { [$0.kind, $0.first, $0.count, $0.target] }, zero: 0)
    self.operands = try Packed(operands, zero: 0)
    self.factors = if let factors { try Packed(factors, zero: 0) } else { nil }
    self.weights = weights
    self.inputs = inputs
    self.values = values
    self.networks = networks
    self.outputs = outputs
  }

  /// The memory of one thread.
  final class Workspace {
    fileprivate let values: LaneBuffer
    fileprivate let labels: LaneBuffer
    /// Networks × weights: the sums of the losses of the block that was run last.
    fileprivate(set) var losses: [Double]
    /// Networks × weights: the images of it that were answered right.
    fileprivate(set) var right: [Int32]
    /// Weights × outputs × lanes.
    fileprivate let outputs: LaneBuffer

    init(_ kernel: NeuronKernel) throws(PadawannError) {
      let width = kernel.weights.count * LaneBuffer.width
      values = try LaneBuffer(count: kernel.values * width)
      for lane in 0..<width { values[lane] = 1 }
      labels = try LaneBuffer(count: LaneBuffer.width)
      losses = [Double](repeating: 0, count: kernel.networks * kernel.weights.count)
      right = [Int32](repeating: 0, count: kernel.networks * kernel.weights.count)
      outputs = try LaneBuffer(count: kernel.outputs * width)
    }

    /// Output `output` of image `lane` with weight `weight`.
    func output(_ output: Int, of outputCount: Int, weight: Int, lane: Int) -> Float {
      outputs[(weight * outputCount + output) * LaneBuffer.width + lane]
    }
  }

  /// Runs all steps for one block of images.
  ///
  /// - Parameters:
  ///   - images: the inputs of each of the block's images.
  ///   - labels: those of the block's images.
  func run(
    _ set: InstructionSet, _ images: [[Float]], labels: ArraySlice<Float>, _ workspace: Workspace
  ) {
    precondition(
      labels.count <= LaneBuffer.width && images.count == labels.count, "at most one image for each lane")
    precondition(images.allSatisfy { $0.count == inputs }, "a number for every input")
    let values = workspace.values.floats
    fill(values, images)
    workspace.labels.clear()
    for (lane, label) in labels.enumerated() { workspace.labels[lane] = label }
    withProgram { program in
      workspace.losses.withUnsafeMutableBufferPointer { losses in
        workspace.right.withUnsafeMutableBufferPointer { right in
          lanes_neurons(
            set.level, program, workspace.labels.floats, Int32(labels.count), values, losses.baseAddress,
            right.baseAddress, workspace.outputs.floats)
        }
      }
    }
  }

  /// Writes inputs behind the bias, for every weight; a lane without an image has zeros.
  private func fill(_ values: UnsafeMutablePointer<Float>, _ images: [[Float]]) {
    let (lanes, count) = (LaneBuffer.width, weights.count)
    for input in 0..<inputs {
      let to = values + (input + 1) * count * lanes
      for lane in 0..<lanes { to[lane] = lane < images.count ? images[lane][input] : 0 }
      for weight in 1..<max(count, 1) { (to + weight * lanes).update(from: to, count: lanes) }
    }
  }

  /// The gradient of the summed losses of the block that was run last by the factor of every operand of neurons, of a program
  /// that writes outputs, with one weight, factors, and a value for every neuron.
  ///
  /// - Parameters:
  ///   - images: of the block.
  ///   - workspace: as ``run(_:_:labels:_:)`` has left it.
  ///   - scratch: as many numbers as there are values in lanes.
  ///   - gradients: one for each operand.
  func backward(
    _ set: InstructionSet, images: Int, _ workspace: Workspace, scratch: LaneBuffer,
    to gradients: inout [Double]
  ) {
    precondition(weights.count == 1 && factors != nil && networks == 0, "a program that can be trained")
    precondition(
      gradients.count == operands.count && scratch.count == values * LaneBuffer.width,
      "room for every gradient")
    scratch.clear()
    withProgram { program in
      gradients.withUnsafeMutableBufferPointer { gradients in
        lanes_neurons_backward(
          set.level, program, workspace.labels.floats, Int32(images), workspace.values.floats, scratch.floats,
          gradients.baseAddress)
      }
    }
  }

  private func withProgram(_ body: (UnsafePointer<lanes_neuron_program>) -> Void) {
    withExtendedLifetime((steps, operands, factors)) {
      weights.withUnsafeBufferPointer { weights in
        steps.elements.withMemoryRebound(to: lanes_neuron_step.self, capacity: steps.count / 4) { steps in
          var program = lanes_neuron_program(
            steps: steps, step_count: Int32(self.steps.count / 4), weight_count: Int32(weights.count),
            operands: operands.elements, factors: factors?.elements, weights: weights.baseAddress)
          body(&program)
        }
      }
    }
  }
}

extension InstructionSet {
  /// What the kernels make of numbers with an activation (1 to 11).
  func neuronActivation(_ activation: Int, of x: [Float]) throws(PadawannError) -> [Float] {
    try mapped(x) { lanes_neuron_activation(level, Int32(activation), $0, $1, $2) }
  }

  /// The kernels' logarithms.
  func neuronLogarithm(of x: [Float]) throws(PadawannError) -> [Float] {
    try mapped(x) { lanes_neuron_logarithm(level, $0, $1, $2) }
  }

  private func mapped(_ x: [Float], _ body: (UnsafePointer<Float>, Int, UnsafeMutablePointer<Float>) -> Void)
    throws(PadawannError) -> [Float]
  {
    let padded =
      x + [Float](repeating: 1, count: (LaneBuffer.width - x.count % LaneBuffer.width) % LaneBuffer.width)
    let (from, to) = (try LaneBuffer(padded), try LaneBuffer(count: padded.count))
    body(from.floats, padded.count, to.floats)
    return Array(to.array.prefix(x.count))
  }
}
