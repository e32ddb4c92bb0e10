/// The datasets that have a name. Several may come from the same files.
package enum NamedSet: String, Hashable, Sendable, CaseIterable {
  /// Handwritten digits (LeCun, Cortes and Burges, 1998).
  case mnist
  /// The letters a to j of EMNIST, labelled 0 to 9 (thesis-facts 13).
  case tenLetters = "10letters"
  /// The letters k to t of EMNIST, labelled 0 to 9 (thesis-facts 14).
  case anotherTen = "another10"
  /// All 26 letters of EMNIST, labelled 0 to 25 (Cohen and others, 2017).
  case emnistLetters = "emnist-letters"
  /// Articles of clothing (Xiao, Rasul and Vollgraf, 2017).
  case fashionMNIST = "fashion-mnist"
  /// Cursive Japanese characters (Clanuwat and others, 2018).
  case kmnist
  /// Coloured photographs in 10 classes (Krizhevsky, 2009).
  case cifar10
  /// Coloured photographs in 100 classes (Krizhevsky, 2009).
  case cifar100
  /// Digits drawn by this program; nothing is downloaded.
  case strokes
  /// Letters drawn by this program; nothing is downloaded.
  case strokesLetters = "strokes-letters"

  /// Whether the images are computed and not stored.
  package var isProcedural: Bool { self == .strokes || self == .strokesLetters }

  /// The published files that it is read from; `nil` for a procedural set.
  package var publication: PublishedSet? {
    switch self {
    case .mnist: .mnist
    case .tenLetters, .anotherTen, .emnistLetters: .emnistLetters
    case .fashionMNIST: .fashionMNIST
    case .kmnist: .kmnist
    case .cifar10: .cifar10
    case .cifar100: .cifar100
    case .strokes, .strokesLetters: nil
    }
  }

  /// What it shows, in a line.
  package var summary: String {
    switch self {
    case .mnist: "handwritten digits 0-9"
    case .tenLetters: "EMNIST letters a-j as classes 0-9"
    case .anotherTen: "EMNIST letters k-t as classes 0-9"
    case .emnistLetters: "handwritten letters a-z, cases merged"
    case .fashionMNIST: "articles of clothing, 10 classes"
    case .kmnist: "cursive Japanese characters, 10 classes"
    case .cifar10: "colour photographs, 10 classes"
    case .cifar100: "colour photographs, 100 classes or 20 superclasses"
    case .strokes: "digits drawn by padawann itself"
    case .strokesLetters: "letters drawn by padawann itself"
    }
  }

  /// The names of the classes of an IDX set, in the order of its labels.
  var idxClassNames: [String] {
    switch self {
    case .tenLetters, .anotherTen, .emnistLetters: ClassNames.letters
    case .fashionMNIST: ClassNames.fashion
    case .kmnist: ClassNames.kuzushiji
    default: ClassNames.digits
    }
  }

  /// The label of the first class in the files.
  var firstLabel: Int { publication == .emnistLetters ? 1 : 0 }

  /// The classes of the files that the set consists of; all when `nil`.
  var ownClasses: Range<Int>? {
    switch self {
    case .tenLetters: 0..<10
    case .anotherTen: 10..<20
    default: nil
    }
  }
}
