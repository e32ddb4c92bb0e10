import Padawann

extension TaskMaskFigures {
  /// A row for each task: its edges, how its mask differs from the network's own, and what that costs.
  static func table(_ masks: [TaskMaskFigures]) -> String {
    var rows = [["task", "edges left", "added", "dropped", "bytes of the difference"]]
    rows += masks.map { mask in
      [
        mask.task, Format.count(mask.remainingEdges), Format.count(mask.addedEdges),
        Format.count(mask.droppedEdges), Format.count(mask.bytes),
      ]
    }
    return Table.text(rows)
  }

  /// One task's in a line.
  var text: String {
    "a mask of its own: \(Format.count(remainingEdges)) edges, \(Format.count(addedEdges)) more and "
      + "\(Format.count(droppedEdges)) less than the network's; \(Format.count(bytes)) bytes"
  }
}

extension Model {
  /// Tells that a command begins with the network's own mask where tasks have others.
  func noteMasksLeftOut() {
    let names = tasks.filter { $0.parameters.contains { $0.ownMask != nil } }.map(\.name)
    guard !names.isEmpty else { return }
    Output.note(
      "this begins with the mask of all tasks; the masks that tasks have of their own are left out: "
        + names.joined(separator: ", "))
  }
}
