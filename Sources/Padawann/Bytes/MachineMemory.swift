import Foundation

/// The memory that this process can get.
enum MachineMemory {
  /// The least of the machine's memory, the control group's (containers, Slurm) and the limits of the process (`ulimit -v`, `-d`).
  static let bytes: Int = {
    let physical = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    return ([physical] + controlGroup + processLimits).min() ?? physical
  }()

  private static var controlGroup: [Int] {
    let files = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
    return files.compactMap { path in
      // Where there is no such file, or `max` in it, nothing is limited.
      let text = try? String(contentsOfFile: path, encoding: .utf8)
      return text.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }
  }

  private static var processLimits: [Int] {
    var limits: [Int] = []
    for resource in [RLIMIT_AS, RLIMIT_DATA] {
      var limit = rlimit()
      #if os(Linux)
        let status = getrlimit(__rlimit_resource_t(resource.rawValue), &limit)
      #else
        let status = getrlimit(resource, &limit)
      #endif
      if status == 0 { limits.append(Int(clamping: limit.rlim_cur)) }
    }
    return limits
  }
}
