// The readers of padawann under libFuzzer: `fuzz READER CORPUS… -runs=N`, started by `run` beside this file.
//
// An error is what a reader should answer to nonsense. Whatever else ends the program (a trap, a bad access that the address
// sanitizer sees, more than five seconds, more than 1 GB) is a bug, and libFuzzer keeps the input.

import Foundation

@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ test: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt
) -> CInt

let words = CommandLine.arguments
guard words.count > 1, let reader = Reader(rawValue: words[1]) else {
  print(Reader.allCases.map(\.rawValue).joined(separator: "\n"))
  exit(words.count > 1 ? 64 : 0)
}
let read = try reader.function()

// libFuzzer sees its own arguments only.
var arguments = CommandLine.unsafeArgv + 1
var count = CommandLine.argc - 1
exit(
  runFuzzer(&count, &arguments) { start, size in
    do {
      try read(Array(UnsafeBufferPointer(start: start, count: size)))
    } catch {
      // Nonsense was refused.
    }
    return 0
  })
