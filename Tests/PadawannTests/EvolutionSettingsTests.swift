import Foundation
import Padawann
import Testing

@Suite("Evolution: settings and fitness")
struct EvolutionSettingsTests {
  typealias F = EvolutionFixtures

  @Test("the profiles are the thesis' table and what the published code does")
  func profiles() throws {
    let thesis = EvolutionSettings()
    #expect(thesis == EvolutionSettings(.thesis))
    #expect(thesis.generations == 50 && thesis.population == 20 && thesis.tournament == 8)
    #expect(
      thesis.elites == 6 && thesis.survivors == 14 && thesis.step == 0.025 && thesis.pruningPool == .all)
    #expect(thesis.crossover == .onePoint && thesis.crossoverProbability == 0.5)
    #expect(thesis.includesUnpruned && thesis.stopAfter == nil && thesis.mutation == .unstructured)
    var reference = EvolutionSettings(.reference)
    #expect(reference.crossover == .none)
    reference.crossover = .onePoint
    #expect(reference == thesis)
    for profile in EvolutionSettings.Profile.allCases { try EvolutionSettings(profile).validate() }
  }

  @Test("shares of the population are rounded down, but not by the error of binary fractions")
  func shares() {
    var settings = EvolutionSettings()
    for (population, share, elites, survivors) in [
      (20, 0.3, 6, 14), (10, 0.3, 3, 7), (100, 0.29, 29, 71), (10, 0.9, 9, 1), (15, 0.3, 4, 10), (7, 0, 0, 7),
      (1000, 0.001, 1, 999),
    ] {
      (settings.population, settings.elitism, settings.culling) = (population, share, share)
      #expect(settings.elites == elites && settings.survivors == survivors)
    }
  }

  @Test("settings that make no sense are refused by name")
  func refusals() throws {
    let changes: [(String, (inout EvolutionSettings) -> Void)] = [
      ("generations", { $0.generations = -1 }),
      ("population", { $0.population = 0 }),
      ("population", { $0.population = 100_001 }),
      ("tournament", { $0.tournament = 0 }),
      ("tournament", { $0.tournament = .max }),
      ("elitism", { $0.elitism = 1.5 }),
      ("elitism", { $0.elitism = -0.1 }),
      ("elitism", { $0.elitism = 1 }),
      ("culling", { $0.culling = 1 }),
      ("culling", { $0.culling = 0.96 }),
      ("culling", { $0.culling = .nan }),
      ("culling", { $0.population = 1 }),
      ("step", { $0.step = 0 }),
      ("step", { $0.step = 1.01 }),
      ("step", { $0.step = .nan }),
      ("step", { $0.step = .infinity }),
      ("step", { $0.step = 0.001 }),
      ("step", { ($0.step, $0.mutation) = (0.05, .structured) }),
      ("step", { ($0.step, $0.mutation, $0.layers) = (0.005, .gradient, [1]) }),
      ("layers", { $0.layers = [] }),
      ("layers", { $0.layers = [2] }),
      ("layers", { $0.layers = [-1] }),
      ("layers", { $0.layers = [1, 0] }),
      ("layers", { $0.layers = [0, 0] }),
      ("crossover probability", { $0.crossoverProbability = 2 }),
      ("stop after", { $0.stopAfter = 0 }),
      ("selection", { $0.selection = .singleParent }),
    ]
    let parent = Genome(layout: try F.layout([[6, 10], [10, 6]]), repeating: true)
    for (name, change) in changes {
      var settings = EvolutionSettings()
      change(&settings)
      let error = #expect(throws: PadawannError.self) {
        try Evolution<Int>(parents: [parent], settings: settings)
      }
      #expect(error?.kind == .usage && error?.message.hasPrefix(name + ":") == true)
    }
  }

  @Test("crossover needs a place to cut")
  func cuts() throws {
    var settings = EvolutionSettings()
    (settings.step, settings.crossover) = (0.6, .layer)
    let line = Genome(layout: try F.layout([[5, 5]]), repeating: true)
    let dot = Genome(layout: try F.layout([[1, 1]]), repeating: true)
    #expect(throws: PadawannError.self) { try Evolution<Int>(parents: [line], settings: settings) }
    settings.crossover = .onePoint
    #expect(throws: PadawannError.self) { try Evolution<Int>(parents: [dot], settings: settings) }
    #expect(try Evolution<Int>(parents: [line], settings: settings).ask().count == 20)
  }

  @Test("settings are the same after JSON")
  func coding() throws {
    var settings = EvolutionSettings(.reference)
    (settings.seed, settings.stopAfter, settings.pruningPool) = (.max, 7, .remaining)
    (settings.layers, settings.mutation) = ([0, 3], .gradient)
    let text = try JSONEncoder().encode(settings)
    #expect(try JSONDecoder().decode(EvolutionSettings.self, from: text) == settings)
    #expect(
      String(decoding: try JSONEncoder().encode(EvolutionSettings()), as: UTF8.self).contains("\"one-point\"")
    )
  }

  @Test("fitness by its formulas")
  func fitness() throws {
    let accuracies = [93.67, 22.1]
    let thesis = try Fitness.thesis.value(accuracies: accuracies, density: 0.5)
    #expect(abs(thesis - 115.77 / 84.23) < 1e-15)
    #expect(try Fitness(.mean).value(accuracies: [60, 22.5], density: 0.5) == 41.25)
    #expect(try Fitness(.min).value(accuracies: accuracies, density: 0.5) == 22.1)
    #expect(try Fitness(.min, edgePenalty: 2).value(accuracies: [30, 40], density: 0.25) == 29.5)
    #expect(try Fitness(.mean, edgePenalty: 2).value(accuracies: [30, 40], density: 0.25) == 34.5)
    #expect(try Fitness(.thesis, edgePenalty: 1).value(accuracies: [50], density: 0.25) == 0.75)
    #expect(try Fitness.thesis.value(accuracies: [100, 100], density: 1) == .infinity)
    #expect(try Fitness.thesis.value(accuracies: [0, 0], density: 0) == 0)
  }

  @Test("fitness of what is no accuracy is refused")
  func wrongFitness() {
    for accuracies in [[], [101], [-1, 5], [.nan, 5], [5, .nan]] as [[Double]] {
      #expect(throws: PadawannError.self) { try Fitness.thesis.value(accuracies: accuracies, density: 1) }
    }
    #expect(throws: PadawannError.self) { try Fitness.thesis.value(accuracies: [5], density: .nan) }
    for penalty in [-1, Double.nan, .infinity] {
      #expect(throws: PadawannError.self) {
        try Fitness(.mean, edgePenalty: penalty).value(accuracies: [5], density: 1)
      }
    }
  }
}
