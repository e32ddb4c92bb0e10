import Padawann
import Testing

@Suite("Evolution: assignment of labels")
struct EvolutionAssignmentTests {
  /// The least cost over all assignments, by trying every one.
  private func cheapest(_ cost: [[Double]]) -> Double {
    let columns = cost.first?.count ?? 0
    if cost.count > columns {
      return cheapest((0..<columns).map { column in cost.map { $0[column] } })
    }
    func search(_ row: Int, _ used: Set<Int>) -> Double {
      guard row < cost.count else { return 0 }
      return (0..<columns).filter { !used.contains($0) }
        .map { cost[row][$0] + search(row + 1, used.union([$0])) }.min() ?? .infinity
    }
    return search(0, [])
  }

  private func checks(_ cost: [[Double]]) throws -> Bool {
    let assignment = try optimalAssignment(minimising: cost)
    let columns = cost.first?.count ?? 0
    let chosen = assignment.compactMap { $0 }
    let total = zip(cost, assignment).reduce(0.0) { sum, pair in sum + (pair.1.map { pair.0[$0] } ?? 0) }
    return assignment.count == cost.count && chosen.count == min(cost.count, columns)
      && Set(chosen).count == chosen.count && abs(total - cheapest(cost)) < 1e-9
  }

  @Test("as good as the best of all assignments, with ties and negative costs", arguments: 1...6)
  func bruteForce(rows: Int) throws {
    var generator = KeyedGenerator(1, UInt64(rows))
    for columns in 1...6 {
      for range in [2, 5, 1000] {
        for _ in 0..<10 {
          let cost = (0..<rows).map { _ in
            (0..<columns).map { _ in Double(generator.next(below: range) - range / 2) }
          }
          #expect(try checks(cost))
        }
      }
    }
  }

  @Test("as good as the best of all assignments of seven, with fractions")
  func seven() throws {
    var generator = KeyedGenerator(2)
    for _ in 0..<3 {
      #expect(try checks((0..<7).map { _ in (0..<7).map { _ in Double(generator.uniform()) } }))
    }
  }

  @Test("a large assignment has no cheaper exchange of two or three")
  func large() throws {
    var generator = KeyedGenerator(3)
    let cost = (0..<60).map { _ in (0..<60).map { _ in Double(generator.next(below: 10_000)) } }
    let columns = try optimalAssignment(minimising: cost).compactMap { $0 }
    for a in 0..<60 {
      for b in 0..<60 where b != a {
        #expect(cost[a][columns[a]] + cost[b][columns[b]] <= cost[a][columns[b]] + cost[b][columns[a]])
        for c in 0..<60 where c != a && c != b {
          let now = cost[a][columns[a]] + cost[b][columns[b]] + cost[c][columns[c]]
          try #require(now <= cost[a][columns[b]] + cost[b][columns[c]] + cost[c][columns[a]])
        }
      }
    }
  }

  @Test("nothing is assigned to nothing")
  func empty() throws {
    #expect(try optimalAssignment(minimising: []) == [])
    #expect(try optimalAssignment(minimising: [[], []]) == [nil, nil])
    #expect(try labelMap(confusion: []) == [])
  }

  @Test("every class gets the output that answers it, as far as they do not compete")
  func maps() throws {
    #expect(try labelMap(confusion: [[0, 9, 1], [8, 1, 1], [2, 2, 6]]) == [1, 0, 2])
    // Output 0 would be the best of both classes; the sum of right answers decides.
    #expect(try labelMap(confusion: [[9, 5, 0], [9, 0, 1]]) == [1, 0])
    #expect(try labelMap(confusion: [[0, 0, 0], [0, 0, 0], [0, 0, 0]]) == [0, 1, 2])
  }

  @Test("tables that make no sense are refused")
  func refusals() {
    for cost in [[[1, 2], [3]], [[.nan]], [[.infinity, 1]], [[-1e301]]] as [[[Double]]] {
      #expect(throws: PadawannError.self) { try optimalAssignment(minimising: cost) }
    }
    for confusion in [[[1], [2]], [[], []], [[1, -1]], [[1, 2], [3]]] as [[[Int]]] {
      #expect(throws: PadawannError.self) { try labelMap(confusion: confusion) }
    }
  }
}
