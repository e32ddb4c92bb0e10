/// What an individual is ranked by.
struct WannObjectives: Sendable, Equatable {
  /// The mean reward over the shared weights.
  let mean: Double
  /// The best reward of a shared weight.
  let best: Double
  /// The enabled connections.
  let connections: Int

  /// Joins what was measured; a reward that is no number counts as the worst.
  init(rewards: [Double], connections: Int) {
    let mean = rewards.reduce(0, +) / Double(max(rewards.count, 1))
    self.mean = mean.isFinite ? mean : -.greatestFiniteMagnitude
    let best = rewards.max() ?? 0
    self.best = best.isFinite ? best : -.greatestFiniteMagnitude
    self.connections = connections
  }

  /// 1/connections, where none count as one.
  var simplicity: Double { 1 / Double(max(connections, 1)) }
}

/// Ranks points by two objectives, both the larger the better: by fronts of which none is dominated by a later one, and within a
/// front by the room around a point, the widest first (Deb et al., 2002: NSGA-II). Of equals the first comes first.
///
/// - Returns: the places of the points, the best first.
func nondominatedOrder(_ points: [(Double, Double)], _ crowding: WannSettings.Crowding) -> [Int] {
  nondominatedFronts(points).flatMap { front in
    let room = crowdingDistances(front.map { points[$0] }, crowding)
    return front.indices.sorted { (-room[$0], front[$0]) < (-room[$1], front[$1]) }.map { front[$0] }
  }
}

/// The fronts, each in ascending order of places. A point is dominated by one that is as large in both objectives and larger in one.
func nondominatedFronts(_ points: [(Double, Double)]) -> [[Int]] {
  let order = points.indices.sorted {
    (-points[$0].0, -points[$0].1, $0) < (-points[$1].0, -points[$1].1, $1)
  }
  var fronts: [[Int]] = []
  // The last point of a front has its largest second objective; whatever comes later has a first one that is not larger.
  func isDominated(_ point: (Double, Double), by front: [Int]) -> Bool {
    guard let last = front.last.map({ points[$0] }) else { return false }
    return last.1 > point.1 || (last.1 == point.1 && last.0 > point.0)
  }
  for place in order {
    var (low, high) = (0, fronts.count)
    while low < high {
      let middle = (low + high) / 2
      if isDominated(points[place], by: fronts[middle]) { low = middle + 1 } else { high = middle }
    }
    if low == fronts.count { fronts.append([]) }
    fronts[low].append(place)
  }
  return fronts.map { $0.sorted() }
}

/// How far from each point its neighbours are, summed over both objectives; infinite at the ends.
private func crowdingDistances(_ points: [(Double, Double)], _ crowding: WannSettings.Crowding) -> [Double] {
  zip(neighbourGaps(points.map(\.0), crowding), neighbourGaps(points.map(\.1), crowding)).map { $0 + $1 }
}

private func neighbourGaps(_ values: [Double], _ crowding: WannSettings.Crowding) -> [Double] {
  let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
  var result = [Double](repeating: .infinity, count: values.count)
  guard let least = order.first.map({ values[$0] }), let most = order.last.map({ values[$0] }), most > least
  else {
    for place in order.dropFirst().dropLast() { result[place] = 0 }
    return result
  }
  let scale = crowding == .published ? abs(1 / most - least) : 1 / (most - least)
  for index in order.indices.dropFirst().dropLast() {
    let gap = values[order[index + 1]] - values[order[index - 1]]
    // Next to a reward of -1e308 a product can be infinite or none.
    let distance = gap * scale
    result[order[index]] = distance.isNaN ? 0 : distance
  }
  return result
}
