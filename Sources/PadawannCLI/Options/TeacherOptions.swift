import ArgumentParser
import Padawann

/// Whose answers are learned, and from which versions of the images.
struct TeacherOptions: ParsableArguments {
  private static let usual = DistillationSettings()

  @Option(
    help: ArgumentHelp(
      "A trained network whose answers are learned in the place of labels, one for each task or one for all; may be repeated.",
      valueName: "file"),
    completion: .file(extensions: ["h5", "pt2", "onnx", "pt", "pth", "safetensors"]))
  var teacher: [String] = []

  @Option(help: ArgumentHelp("How much labels count beside a teacher, from 0 to 1.", valueName: "share"))
  var labels: Double?

  @Option(
    help: ArgumentHelp(
      "What a teacher's and the learner's logits are divided by (default: \(usual.loss.temperature)).",
      valueName: "number"))
  var temperature: Double?

  @Option(
    help: ArgumentHelp(
      "With a teacher: shift images by so many pixels at most, at random (default: \(usual.augmentation.shift)).",
      valueName: "pixels"))
  var shift: Int?

  @Flag(help: "With a teacher: mirror half of the images, left for right.")
  var mirror = false

  @Option(
    help: ArgumentHelp(
      "With a teacher: cut out pieces of at least this share of an image's sides (default: none).",
      valueName: "share"))
  var crop: Double?

  @Option(
    help: ArgumentHelp(
      "With a teacher: versions of each image (default: \(usual.augmentation.views)).", valueName: "number"))
  var views: Int?

  @Option(
    help: ArgumentHelp(
      "With a teacher: Adam's learning rate of biases, in deviations of what they are added to (default: \(usual.biasRate)).",
      valueName: "rate"))
  var biasRate: Double?

  @Option(
    help: ArgumentHelp(
      "With a teacher: Adam's learning rate of the layers' scales, in logarithms (default: \(usual.scaleRate)).",
      valueName: "rate"))
  var scaleRate: Double?

  @Option(
    help: ArgumentHelp(
      "With a teacher: Adam's learning rate of batch normalisations (default: \(usual.normalisationRate)).",
      valueName: "rate"))
  var normalisationRate: Double?

  @Option(
    help: ArgumentHelp(
      "With a teacher: images that batch normalisations are measured on at the end (default: \(usual.calibrationImages)).",
      valueName: "number"))
  var calibration: Int?

  func validate() throws {
    guard teacher.isEmpty else { return }
    let given: [(String, Bool)] = [
      ("--labels", labels != nil), ("--temperature", temperature != nil), ("--shift", shift != nil),
      ("--mirror", mirror), ("--crop", crop != nil), ("--views", views != nil),
      ("--bias-rate", biasRate != nil), ("--scale-rate", scaleRate != nil),
      ("--normalisation-rate", normalisationRate != nil), ("--calibration", calibration != nil),
    ]
    if let name = given.first(where: \.1)?.0 {
      throw ValidationError("\(name) is for learning from a teacher: give --teacher")
    }
  }

  /// The teachers, from model files or from files of other programs.
  ///
  /// - Throws: ``PadawannError`` that names the file.
  func teachers() throws(PadawannError) -> [Model] {
    var models: [Model] = []
    for path in teacher {
      let trained = try ModelImport.trained(RunFolder.model(at: path), tool: Tool.name)
      for note in trained.notes { Output.note(note) }
      models.append(trained.model)
    }
    return models
  }

  /// How the teachers are imitated; `nil` without one.
  var settings: DistillationSettings? {
    guard !teacher.isEmpty else { return nil }
    var settings = Self.usual
    settings.loss.labelShare = labels ?? settings.loss.labelShare
    settings.loss.temperature = temperature ?? settings.loss.temperature
    settings.augmentation.shift = shift ?? settings.augmentation.shift
    settings.augmentation.mirrors = mirror
    settings.augmentation.crop = crop ?? settings.augmentation.crop
    settings.augmentation.views = views ?? settings.augmentation.views
    settings.biasRate = biasRate ?? settings.biasRate
    settings.scaleRate = scaleRate ?? settings.scaleRate
    settings.normalisationRate = normalisationRate ?? settings.normalisationRate
    settings.calibrationImages = calibration ?? settings.calibrationImages
    return settings
  }
}
