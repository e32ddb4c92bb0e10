import Padawann

extension ProgressLine {
  /// Shows what a download does.
  func show(_ event: Download.Event) {
    switch event {
    case .present(let path): note("\(path) is there")
    case .started(let file, let address, let present):
      note("\(file) from \(address)" + (present > 0 ? ", going on after \(Format.size(present))" : ""))
      begin(ProgressBar(file, of: .bytes, done: present))
    case .progress(_, let received, let expected): reach(received, of: expected)
    case .failed(let address, let reason): note("\(address): \(reason)")
    case .finished(let path, let byteCount): note("\(path) is complete: \(Format.size(byteCount))")
    case .unpacking(let archive): note("taking the files out of \(archive)")
    }
  }
}
