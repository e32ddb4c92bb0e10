import Foundation

/// Where the parts of a report are written.
package struct ReportFiles: Sendable {
  /// The page.
  package var page: String?
  /// A folder that gets each drawing as SVG.
  package var svg: String?
  /// A folder that gets each table as CSV.
  package var csv: String?
  /// A folder that gets each table as LaTeX.
  package var latex: String?

  /// Nowhere yet.
  package init() {}

  /// Writes all parts that have a place. Folders are made; files of the same names are replaced.
  ///
  /// - Returns: the paths of the files and their sizes, in the order in which they were written.
  /// - Throws: ``PadawannError`` `cannotCreate` or `inputOutput`.
  package func write(_ report: ReportContent) throws -> [Written] {
    var parts: [(path: String, bytes: [UInt8])] = []
    if let page { parts.append((page, report.page)) }
    if let svg { parts += report.figures.map { ("\(svg)/\($0.name).svg", $0.file) } }
    if let csv { parts += report.tables.map { ("\(csv)/\($0.name).csv", $0.csv) } }
    if let latex { parts += report.tables.map { ("\(latex)/\($0.name).tex", $0.latex) } }
    for folder in [svg, csv, latex].compactMap(\.self) { try Self.make(folder) }
    return try parts.map { path, bytes in
      try StoredFile.write(bytes, to: path)
      return Written(path: path, bytes: bytes.count)
    }
  }

  /// A file that was written.
  package struct Written: Encodable, Sendable, Equatable {
    /// Its path.
    package let path: String
    /// Its size.
    package let bytes: Int
  }

  private static func make(_ folder: String) throws(PadawannError) {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw PadawannError(
        .cannotCreate, "the folder cannot be made: \(systemReason(of: error))", at: folder)
    }
  }
}
