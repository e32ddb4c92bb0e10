// swift-tools-version: 6.2
import PackageDescription

// The engine's side of `benchmark.py`; a package of its own, so that users of padawann do not build it.
let package = Package(
  name: "benchmark",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "padawann", path: "../..")],
  targets: [
    .executableTarget(
      name: "EngineBenchmark", dependencies: [.product(name: "Padawann", package: "padawann")])
  ],
  swiftLanguageModes: [.v6]
)
