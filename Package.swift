// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
]

let package = Package(
  name: "padawann",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Padawann", targets: ["Padawann"]),
    .executable(name: "padawann", targets: ["PadawannCLI"]),
  ],
  traits: [
    .trait(
      name: "MPI",
      description:
        "Evolutions and searches of WANNs on many machines: padawann under mpirun or srun (needs an MPI library)."
    )
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
  ],
  targets: [
    // C libraries of the system, and the only Swift code that touches their pointers.
    .systemLibrary(
      name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"]), .brew(["hdf5"])]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .systemLibrary(
      name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
    .systemLibrary(
      name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
    .systemLibrary(
      name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"]), .brew(["jpeg-turbo"])]),
    .target(name: "Zlib", dependencies: ["CZlib"], swiftSettings: swiftSettings),
    .target(name: "HDF5", dependencies: ["CHDF5", "Zlib"], swiftSettings: swiftSettings),
    // Both libraries report errors by longjmp, which must not pass a frame of Swift.
    .target(name: "CPictures", dependencies: ["CPNG", "CJPEG"]),
    .target(name: "Pictures", dependencies: ["CPictures"], swiftSettings: swiftSettings),
    // CryptoKit does the same on Apple's systems.
    .target(
      name: "Hashing", dependencies: [.target(name: "CCrypto", condition: .when(platforms: [.linux]))],
      swiftSettings: swiftSettings),

    // Many machines, only with the trait MPI: without it nothing depends on CMPI, which then is neither looked for nor compiled, and
    // MPI is empty. The shim is C because MPI's names are macros that every implementation expands to something else.
    .systemLibrary(
      name: "CMPI", pkgConfig: Context.environment["PADAWANN_MPI"] ?? "ompi-c",
      providers: [.apt(["libopenmpi-dev"]), .brew(["open-mpi"])]),
    .target(
      name: "MPI", dependencies: [.target(name: "CMPI", condition: .when(traits: ["MPI"]))],
      swiftSettings: swiftSettings),

    // The home of the SIMD kernels.
    .target(name: "CKernels"),

    .target(
      name: "Padawann",
      dependencies: ["HDF5", "Zlib", "Hashing", "Pictures", "CKernels"],
      swiftSettings: swiftSettings),
    .executableTarget(
      name: "PadawannCLI",
      dependencies: [
        "Padawann",
        .target(name: "MPI", condition: .when(traits: ["MPI"])),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: swiftSettings),

    .testTarget(
      name: "HDF5Tests", dependencies: ["HDF5"], resources: [.copy("Goldens")], swiftSettings: swiftSettings),
    .testTarget(
      name: "PadawannTests", dependencies: ["Padawann", "Zlib", "HDF5"],
      resources: [.copy("Goldens")], swiftSettings: swiftSettings),
    // Sees of the library what another package sees.
    .testTarget(
      name: "LibraryExampleTests", dependencies: ["Padawann"], packageAccess: false,
      swiftSettings: swiftSettings),
    .testTarget(
      name: "PadawannCLITests", dependencies: ["Padawann", "PadawannCLI", "HDF5"],
      resources: [.copy("Help"), .copy("Goldens"), .copy("Faults")], swiftSettings: swiftSettings),
  ],
  swiftLanguageModes: [.v6]
)

// The readers of files under libFuzzer, which `tools/fuzz/run` builds and nobody else.
if Context.environment["PADAWANN_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "fuzz", dependencies: ["Padawann", "HDF5"], path: "tools/fuzz", exclude: ["run"],
      swiftSettings: swiftSettings))
  package.products.append(.executable(name: "fuzz", targets: ["fuzz"]))
}

// The engine's side of `tools/time-training-steps.py`, which nobody else builds.
if Context.environment["PADAWANN_BENCHMARK"] != nil {
  package.targets.append(
    .executableTarget(
      name: "training-benchmark", dependencies: ["Padawann"], path: "tools/training-benchmark",
      swiftSettings: swiftSettings))
  package.products.append(.executable(name: "training-benchmark", targets: ["training-benchmark"]))
}
