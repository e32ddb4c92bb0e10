/// The shape of one image or of one activation: channels, rows and columns. A flat vector is `channels × 1 × 1`.
public struct Shape: Hashable, Sendable, CustomStringConvertible {
  /// Colour planes or feature channels.
  public var channels: Int
  /// Rows.
  public var height: Int
  /// Columns.
  public var width: Int

  /// Makes a shape; whoever stores one checks that its sizes are positive and bounded.
  public init(channels: Int, height: Int = 1, width: Int = 1) {
    self.channels = channels
    self.height = height
    self.width = width
  }

  /// The number of elements.
  public var count: Int { channels * height * width }

  /// `1×28×28`, or `10` for a vector.
  public var description: String {
    height == 1 && width == 1 ? "\(channels)" : "\(channels)×\(height)×\(width)"
  }
}
