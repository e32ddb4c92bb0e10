/// A number that Adam learns (Kingma and Ba 2015).
struct AdamNumber: Sendable, Equatable {
  var value = 0.0
  var mean = 0.0
  var square = 0.0

  mutating func step(_ gradient: Double, rate: Double, betas: (Double, Double), step: Int) {
    mean = betas.0 * mean + (1 - betas.0) * gradient
    square = betas.1 * square + (1 - betas.1) * gradient * gradient
    let (first, second) = (mean / (1 - power(betas.0, step)), square / (1 - power(betas.1, step)))
    value -= rate * first / (second.squareRoot() + 1e-12)
  }
}
