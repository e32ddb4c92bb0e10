#if canImport(CryptoKit)
  import CryptoKit
#else
  import CCrypto
#endif

/// A function from messages to digests.
public enum HashFunction: Sendable {
  /// SHA-256 (FIPS 180-4), 32 bytes.
  case sha256
  /// MD5 (RFC 1321), 16 bytes; it guards against damage, not against an attacker.
  case md5
}

/// Hashes a message piece by piece, by CryptoKit where the system has it and by libcrypto (OpenSSL 3) elsewhere.
///
/// It is a value: a copy goes on by itself.
public struct Hasher: Sendable {
  private var state: State

  /// Begins an empty message.
  public init(_ function: HashFunction) { state = State(function) }

  /// Appends bytes to the message, wherever they are.
  public mutating func update(contentsOf content: some Sequence<UInt8>) {
    let done: Void? = content.withContiguousStorageIfAvailable { update($0) }
    if done == nil { Array(content).withUnsafeBufferPointer { update($0) } }
  }

  /// Appends bytes to the message.
  public mutating func update(_ bytes: UnsafeBufferPointer<UInt8>) {
    #if !canImport(CryptoKit)
      if !isKnownUniquelyReferenced(&state) { state = State(copying: state) }
    #endif
    state.update(bytes)
  }

  /// The digest of everything appended so far; more can follow.
  public func digest() -> [UInt8] { state.digest() }
}

#if canImport(CryptoKit)
  private enum State: Sendable {
    case sha256(SHA256)
    case md5(Insecure.MD5)

    init(_ function: HashFunction) {
      switch function {
      case .sha256: self = .sha256(SHA256())
      case .md5: self = .md5(Insecure.MD5())
      }
    }

    mutating func update(_ bytes: UnsafeBufferPointer<UInt8>) {
      switch self {
      case .sha256(var hash):
        hash.update(bufferPointer: UnsafeRawBufferPointer(bytes))
        self = .sha256(hash)
      case .md5(var hash):
        hash.update(bufferPointer: UnsafeRawBufferPointer(bytes))
        self = .md5(hash)
      }
    }

    func digest() -> [UInt8] {
      switch self {
      case .sha256(let hash): Array(hash.finalize())
      case .md5(let hash): Array(hash.finalize())
      }
    }
  }
#else
  /// A context of libcrypto. It changes only while one ``Hasher`` holds it, so that it can be sent to another thread.
  private final class State: @unchecked Sendable {
    private let context: OpaquePointer

    init(_ function: HashFunction) {
      context = Self.newContext()
      let algorithm = function == .sha256 ? Algorithms.shared.sha256 : Algorithms.shared.md5
      precondition(EVP_DigestInit_ex(context, algorithm, nil) == 1, "libcrypto begins a message")
    }

    init(copying other: State) {
      context = Self.newContext()
      precondition(EVP_MD_CTX_copy_ex(context, other.context) == 1, "libcrypto copies a message")
    }

    deinit { EVP_MD_CTX_free(context) }

    func update(_ bytes: UnsafeBufferPointer<UInt8>) {
      guard let base = bytes.baseAddress else { return }
      precondition(EVP_DigestUpdate(context, base, bytes.count) == 1, "libcrypto takes bytes")
    }

    func digest() -> [UInt8] {
      // Finishing ends a context, so it is a copy that is finished.
      let copy = State(copying: self)
      return [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { room, count in
        var size: UInt32 = 0
        precondition(
          EVP_DigestFinal_ex(copy.context, room.baseAddress, &size) == 1, "libcrypto ends a message")
        count = Int(size)
      }
    }

    /// Only a machine without memory has none.
    private static func newContext() -> OpaquePointer {
      guard let context = EVP_MD_CTX_new() else { preconditionFailure("no memory for a digest") }
      return context
    }
  }

  /// The algorithms of a library context of our own: the user's openssl.cnf, which can forbid MD5 or name providers that
  /// do not exist, never changes what a file's digest is.
  private struct Algorithms: @unchecked Sendable {
    static let shared = Algorithms()

    let sha256: OpaquePointer
    let md5: OpaquePointer

    private init() {
      guard let library = OSSL_LIB_CTX_new(), let sha256 = EVP_MD_fetch(library, "SHA256", nil),
        let md5 = EVP_MD_fetch(library, "MD5", nil)
      else { preconditionFailure("libcrypto has SHA-256 and MD5") }
      self.sha256 = sha256
      self.md5 = md5
    }
  }
#endif
