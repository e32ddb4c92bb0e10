import Foundation
import Padawann
import Testing

/// `padawann export`, and what other programs make of its files.
@Suite struct ExportTests {
  private static func isThere(_ programs: String...) -> Bool {
    programs.allSatisfy { FileManager.default.isExecutableFile(atPath: "/usr/bin/\($0)") }
  }

  private static let flags = "-std=c99 -O2 -Wall -Wextra -Werror -pedantic"

  /// The content of a model without where it comes from.
  private static func content(_ place: Workplace, _ name: String) throws -> Digest {
    var model = try ModelFile.read(place.folder.appendingPathComponent(name).path).model
    model.provenance = Provenance()
    return try ModelFile.digest(of: model)
  }

  @Test(arguments: ["onnx", "safetensors"], ["sign", "keep"])
  func importOfAnExportIsTheSameModel(_ format: String, _ weights: String) throws {
    let place = try Workplace()
    try place.run(
      "import demo-net.pt --arch demo-net.json --weights \(weights) --shared-weights 0.5,-2 --normalise mnist "
        + "--class-names a+b+c+d+e+f+g+h+i+j -o net.h5"
    ).check()
    for options in format == "onnx" ? ["", " --float", " --with-normalisation"] : [""] {
      let weight = weights == "sign" ? " --weight=-2" : ""
      try place.run("export net.h5 -o net.\(format)\(weight)\(options)").check()
      let report = try place.run("import net.\(format) -o back.h5 --json").check().json()
      #expect(report["weights"] as? String == weights)
      #expect(try Self.content(place, "back.h5") == Self.content(place, "net.h5"), "\(options)")
    }
    // What is given is not read from the file.
    try place.run(
      "import net.\(format) -o other.h5 --shared-weights 4 --normalise raw --class-names 0+1+2+3+4+5+6+7+8+9"
    ).check()
    let other = try ModelFile.read(place.folder.appendingPathComponent("other.h5").path).model
    #expect(other.sharedWeights == [4])
    #expect(other.normalisation == Normalisation.none(divisor: 1))
    #expect(other.classNames[9] == "9")
  }

  @Test func argumentsThatMakeNoSense() throws {
    let place = try Workplace(models: true)
    for (arguments, part) in [
      ("net.h5 -o net.txt", ".onnx, .safetensors or .c"), ("net.h5 -o net.c --float", "--float"),
      ("net.h5 -o net.onnx --data strokes:test", "--data"), ("net.h5 -o net.onnx --weight 0", "--weight"),
      ("net.h5 -o net.onnx", "--weight"), ("net.h5 -o net.onnx --weight 1 --task none", "no task"),
      ("net.h5 -o net.onnx --weight 1 --with-normalisation", "--normalise"),
      ("net.h5 -o net.h5 --format c", "input"),
    ] {
      let outcome = try place.run("export \(arguments)")
      #expect(outcome.code == 64, "\(arguments): \(outcome.errors)")
      #expect(outcome.errors.contains(part), "\(arguments): \(outcome.errors)")
      #expect(outcome.output == "")
    }
    #expect(!FileManager.default.fileExists(atPath: place.folder.appendingPathComponent("net.onnx").path))
  }

  @Test(.enabled(if: isThere("gcc"), "skipped: there is no gcc"))
  func theCFileOfATaskChecksItself() throws {
    let place = try Workplace(models: true)
    try place.run(
      "finetune net.h5 --task strokes:train,per-class=20 --name strokes --epochs 1 --weight 0.5 "
        + "--test strokes:test,per-class=2 -o tuned.h5"
    ).check()
    try place.run("export tuned.h5 --task strokes -o tuned.c --data strokes:test").check()
    let outcome = try place.shell("gcc \(Self.flags) -DPADAWANN_TEST tuned.c -o tuned -lm && ./tuned")
    #expect(outcome.code == 0 && outcome.output.hasSuffix("\nok\n"), "\(outcome.errors)\(outcome.output)")
    // A wrong answer is found.
    let program = String(decoding: try place.bytes("tuned.c"), as: UTF8.self)
    let wrong = program.replacing("if (x[i] < 0) x[i] = 0;", with: "if (x[i] > 0) x[i] = 0;")
    #expect(wrong != program)
    try place.write(Data(wrong.utf8), to: "wrong.c")
    let failed = try place.shell("gcc \(Self.flags) -DPADAWANN_TEST wrong.c -o wrong -lm && ./wrong")
    #expect(failed.code == 1 && failed.output.hasSuffix("\nfailed\n"))
  }

  /// 90 kB of flash and 128 kB of memory are enough for MNIST-Net with 5% of its edges; random edges take as much as learned ones.
  @Test(
    .enabled(if: MNISTTests.isThere, "skipped: ../shared is not there"),
    .enabled(
      if: isThere("arm-none-eabi-gcc", "arm-none-eabi-size", "qemu-system-arm"),
      "skipped: gcc-arm-none-eabi and qemu-system-arm are not installed"))
  func mnistNetRunsOnAnEmulatedCortexM() throws {
    let place = try Workplace()
    let source = MNISTTests.shared.appendingPathComponent("models/mnist-net.pt").path
    try place.run("import \(source) --shared-weights 0.5 --normalise mnist -o net.h5").check()
    try place.run("prune net.h5 --method random --amount 0.95 -o sparse.h5").check()
    try place.run("export sparse.h5 -o sparse.c").check()
    let board = Workplace.package.appendingPathComponent("Tests/PadawannCLITests/Goldens/cortex-m").path
    let core = "-mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16"
    let object = try place.shell(
      "arm-none-eabi-gcc \(core) \(Self.flags) -c sparse.c -o sparse.o && arm-none-eabi-size sparse.o"
    ).check()
    let sizes = object.output.split(separator: "\n").last?.split(whereSeparator: \.isWhitespace).compactMap {
      Int($0)
    }
    // Code and constant data, then memory.
    #expect(try #require(sizes)[0] < 90_000)
    #expect(try #require(sizes)[2] < 128 * 1024)
    try place.shell(
      "arm-none-eabi-gcc \(core) \(Self.flags) --specs=rdimon.specs -DPADAWANN_TEST sparse.c \(board)/start.c "
        + "-T \(board)/mps2.ld -o sparse.elf -lm"
    ).check()
    let outcome = try place.shell(
      "timeout 100 qemu-system-arm -M mps2-an386 -nographic -semihosting-config enable=on,target=native "
        + "-kernel sparse.elf")
    #expect(outcome.code == 0 && outcome.output.hasSuffix("\nok\n"), "\(outcome.errors)\(outcome.output)")
  }
}
