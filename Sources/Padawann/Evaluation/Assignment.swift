/// The assignment of rows to columns with the least total cost (the Hungarian method).
///
/// Rows are added one by one along shortest augmenting paths over reduced costs, `O(rows² · columns)` (Kuhn, 1955; Munkres,
/// 1957; in the form of Jonker and Volgenant, 1987). Of equally good assignments the result is always the same one, but not
/// a special one.
///
/// - Parameter cost: rows × columns; either may be more.
/// - Returns: the column of each row, all different; `nil` for the rows that are left over when there are more of them.
/// - Throws: ``PadawannError`` `usage` when the rows differ in length or a cost is not finite or beyond 1e300.
package func optimalAssignment(minimising cost: [[Double]]) throws(PadawannError) -> [Int?] {
  let columns = cost.first?.count ?? 0
  guard cost.allSatisfy({ $0.count == columns }) else {
    throw PadawannError(.usage, "the rows of a table of costs differ in length")
  }
  guard cost.allSatisfy({ $0.allSatisfy { abs($0) <= 1e300 } }) else {
    throw PadawannError(.usage, "a cost is not a finite number of at most 1e300")
  }
  guard cost.count > columns else {
    var assignment = Assignment(cost: cost, columns: columns)
    for row in cost.indices { assignment.add(row) }
    return assignment.columnOfRow
  }
  var assignment = Assignment(
    cost: (0..<columns).map { column in cost.map { $0[column] } }, columns: cost.count)
  for column in 0..<columns { assignment.add(column) }
  return assignment.rowOfColumn.dropLast().map { $0 }
}

/// The output that should stand for each class of a task, so that most answers are right.
///
/// - Parameter confusion: images by class (row) and the network's answer (column): classes × outputs.
/// - Returns: one output per class, all different.
/// - Throws: ``PadawannError`` `usage` when there are more classes than outputs, the rows differ in length, or a count is
///   negative.
package func labelMap(confusion: [[Int]]) throws(PadawannError) -> [Int] {
  let outputs = confusion.first?.count ?? 0
  guard confusion.count <= outputs || confusion.isEmpty else {
    throw PadawannError(
      .usage, "\(confusion.count) classes need as many outputs, and the network has \(outputs)",
      remedy: "Choose fewer classes")
  }
  guard confusion.allSatisfy({ $0.allSatisfy { $0 >= 0 } }) else {
    throw PadawannError(.usage, "a count of images is negative")
  }
  // With no more classes than outputs, every class has one.
  return try optimalAssignment(minimising: confusion.map { $0.map { -Double($0) } }).compactMap { $0 }
}

/// A cheapest assignment of the rows that were added so far; there are no more rows than columns.
private struct Assignment {
  let cost: [[Double]]
  let columns: Int
  /// The row of each column; the last is a column that does not exist, where a new row waits.
  var rowOfColumn: [Int?]
  private var rowPotential: [Double]
  private var columnPotential: [Double]

  init(cost: [[Double]], columns: Int) {
    self.cost = cost
    self.columns = columns
    rowOfColumn = [Int?](repeating: nil, count: columns + 1)
    rowPotential = [Double](repeating: 0, count: cost.count)
    columnPotential = [Double](repeating: 0, count: columns + 1)
  }

  var columnOfRow: [Int?] {
    var result = [Int?](repeating: nil, count: cost.count)
    for column in 0..<columns {
      if let row = rowOfColumn[column] { result[row] = column }
    }
    return result
  }

  /// Adds a row: finds the cheapest path from it to a free column, and moves every row on it one step.
  mutating func add(_ row: Int) {
    rowOfColumn[columns] = row
    var distance = [Double](repeating: .infinity, count: columns)
    var previous = [Int](repeating: columns, count: columns)
    var isReached = [Bool](repeating: false, count: columns + 1)
    var column = columns
    while let row = rowOfColumn[column] {
      isReached[column] = true
      let here = column
      var nearest = Double.infinity
      for next in 0..<columns where !isReached[next] {
        let reduced = cost[row][next] - rowPotential[row] - columnPotential[next]
        if reduced < distance[next] { (distance[next], previous[next]) = (reduced, here) }
        if distance[next] < nearest { (nearest, column) = (distance[next], next) }
      }
      shift(by: nearest, isReached, &distance)
    }
    while column != columns {
      rowOfColumn[column] = rowOfColumn[previous[column]]
      column = previous[column]
    }
  }

  /// Makes the step to the nearest column free of cost, and keeps every reduced cost at least zero.
  private mutating func shift(by nearest: Double, _ isReached: [Bool], _ distance: inout [Double]) {
    for column in 0...columns {
      if isReached[column], let row = rowOfColumn[column] {
        rowPotential[row] += nearest
        columnPotential[column] -= nearest
      } else if column < columns {
        distance[column] -= nearest
      }
    }
  }
}
