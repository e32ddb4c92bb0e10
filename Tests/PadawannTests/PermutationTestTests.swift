import Padawann
import Testing

@Suite struct PermutationTestTests {
  /// The ways were counted by `itertools.combinations` of Python.
  @Test(arguments: [
    ([93.67, 94.1, 92.8], [83.0, 70.2, 91.4], 2, 20), ([1, 2, 3, 4, 5], [3, 4, 5, 6], 28, 126),
    ([0.5], [0.1, 0.2, 0.3, 0.9], 5, 5), ([1, 1, 2], [1, 2, 2], 20, 20),
    ([97.95, 97.8, 98.1, 98.0], [93.2, 94.1, 93.6, 93.9, 98], 5, 126),
  ])
  func countsAllWays(_ first: [Double], _ second: [Double], _ asFar: Int, _ ways: Int) {
    #expect(PermutationTest(first, second)?.p == Double(asFar) / Double(ways))
    #expect(PermutationTest(second, first)?.p == Double(asFar) / Double(ways))
  }

  @Test func groupsOfTenAreCounted() throws {
    let first = (0..<10).map { Double($0) }
    let test = try #require(PermutationTest(first, first.map { $0 + 100 }))
    #expect(test.p == 2.0 / 184_756)
  }

  @Test func thereIsNoneOfNothingAndOfTooMany() {
    #expect(PermutationTest([], [1]) == nil)
    #expect(PermutationTest([.infinity], [1, 2]) == nil)
    let many = [Double](repeating: 1, count: 30)
    #expect(PermutationTest(many, many) == nil)
  }
}
