/// In which order the gradients of a convolution's weights are summed up, and so the last bits of what is learned.
package enum GradientOrder: Sendable, Hashable {
  /// Sixteen positions of all images at a time: the order of `train`, `finetune`, and `learn` with labels, whose results stay
  /// what they are.
  case byPosition
  /// What is fastest for the shape: Winograd's algorithm for 3×3 windows of stride 1, sums that stay in their lanes for groups
  /// of few outputs, and otherwise the order of ``byPosition``.
  case fastest
}
