import CHDF5
import Synchronization

/// The one door to libhdf5.
///
/// Every call goes through one lock: the library keeps global state, and a build without thread safety would break
/// under two callers. Handles and values around it are safe to use from any thread.
public enum Library {
  private struct State {
    var isPrepared = false
    var imagesOpened: UInt64 = 0
    var halfType: hid_t?
  }

  private static let door = Mutex(State())

  /// The version of libhdf5 that is loaded, for example `1.10.8`.
  public static var version: String {
    door.withLock { state in
      prepare(&state)
      var (major, minor, release): (UInt32, UInt32, UInt32) = (0, 0, 0)
      H5get_libversion(&major, &minor, &release)
      return "\(major).\(minor).\(release)"
    }
  }

  /// Whether libhdf5 was built with its own lock. This module works either way.
  public static var isThreadSafe: Bool {
    door.withLock { state in
      prepare(&state)
      var isSafe = false
      return H5is_library_threadsafe(&isSafe) >= 0 && isSafe
    }
  }

  /// Calls a function of the library and returns its status, which is negative when it failed.
  ///
  /// - Parameters:
  ///   - kind: the family of the error that a failure is.
  ///   - failure: our own sentence about a failure.
  ///   - path: the object that it concerns.
  ///   - body: one call of a C function; it must not come through the door again.
  static func call<Status: SignedInteger & Sendable>(
    _ kind: HDF5Error.Kind, _ failure: @autoclosure () -> String, at path: String, _ body: () -> Status
  ) throws(HDF5Error) -> Status {
    let (status, reasons) = door.withLock { state in
      prepare(&state)
      let status = body()
      return (status, status < 0 ? takeErrorStack() : [])
    }
    guard status >= 0 else { throw HDF5Error(kind, failure(), at: path, reasons: reasons) }
    return status
  }

  /// Calls a function of the library that cannot fail in a way that matters.
  static func ask<Answer: Sendable>(_ body: () -> Answer) -> Answer {
    door.withLock { state in
      prepare(&state)
      let answer = body()
      H5Eclear2(padawann_error_stack())
      return answer
    }
  }

  /// Gives an identifier back.
  static func release(_ identifier: hid_t) {
    _ = ask { H5Idec_ref(identifier) }
  }

  /// Little-endian IEEE half precision, in files and in memory, where it is read and written as bits: libraries before 1.14.4
  /// have no such type of their own. It is made once and never given back.
  static var halfType: hid_t {
    door.withLock { state in
      prepare(&state)
      if let made = state.halfType { return made }
      let type = padawann_make_half()
      if type >= 0 { state.halfType = type }
      return type
    }
  }

  /// A name that no other image in memory has: the library takes two open images of one name for one file.
  static func nextImageName() -> String {
    door.withLock { state in
      state.imagesOpened &+= 1
      return "image-\(state.imagesOpened)"
    }
  }

  /// Opens the library once, and silences it on the thread that calls: its printing is a setting per thread.
  private static func prepare(_ state: inout State) {
    if !state.isPrepared {
      // Its exit handler loops on error stacks that threads of a pool have left behind; we close what we open.
      H5dont_atexit()
      H5open()
      // A file must not make the library load filter code from the disk.
      H5PLset_loading_state(0)
      state.isPrepared = true
    }
    H5Eset_auto2(padawann_error_stack(), nil, nil)
  }

  /// Empties this thread's error stack into texts, the outermost function first.
  private static func takeErrorStack() -> [String] {
    var reasons: [String] = []
    withUnsafeMutablePointer(to: &reasons) { collected in
      let visit: H5E_walk2_t = { _, frame, context in
        guard let frame, let context else { return 0 }
        let function = frame.pointee.func_name.map { String(cString: $0) } ?? "?"
        let description = frame.pointee.desc.map { String(cString: $0) } ?? "no description"
        context.assumingMemoryBound(to: [String].self).pointee.append("\(function)(): \(description)")
        return 0
      }
      _ = H5Ewalk2(padawann_error_stack(), H5E_WALK_DOWNWARD, visit, collected)
    }
    H5Eclear2(padawann_error_stack())
    return reasons
  }
}
