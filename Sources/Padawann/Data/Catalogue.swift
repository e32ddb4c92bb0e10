/// The well-known datasets: where their files are, and what their publishers say of them.
extension PublishedSet {
  /// MNIST.
  package static let mnist = PublishedSet(
    name: "mnist", folder: "mnist", format: .idx,
    files: [
      PublishedFile(
        "train-images-idx3-ubyte.gz", 9_912_422, md5: "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        sha256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        inflated: "6bbc9ace898e44ae57da46a324031adb"),
      PublishedFile(
        "train-labels-idx1-ubyte.gz", 28_881, md5: "d53e105ee54ea40749a09fcbcd1e9432",
        sha256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        inflated: "a25bea736e30d166cdddb491f175f624"),
      PublishedFile(
        "t10k-images-idx3-ubyte.gz", 1_648_877, md5: "9fb629c4189551a2d022fa330f9573f3",
        sha256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        inflated: "2646ac647ad5339dbf082846283269ea"),
      PublishedFile(
        "t10k-labels-idx1-ubyte.gz", 4_542, md5: "ec29112dd5afa0611ce80d1b7f02629c",
        sha256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        inflated: "27ae3e4e09519cfbb04c329615203637"),
    ],
    archive: nil,
    mirrors: [
      "https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/",
      "http://yann.lecun.com/exdb/mnist/",
    ],
    licence: "CC BY-SA 3.0; Y. LeCun, C. Cortes, C. J. C. Burges", imageCounts: [60_000, 10_000])

  /// Fashion-MNIST.
  package static let fashionMNIST = PublishedSet(
    name: "fashion-mnist", folder: "fashion-mnist", format: .idx,
    files: [
      PublishedFile(
        "train-images-idx3-ubyte.gz", 26_421_880, md5: "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        sha256: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        inflated: "f4a8712d7a061bf5bd6d2ca38dc4d50a"),
      PublishedFile(
        "train-labels-idx1-ubyte.gz", 29_515, md5: "25c81989df183df01b3e8a0aad5dffbe",
        sha256: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        inflated: "9018921c3c673c538a1fc5bad174d6f9"),
      PublishedFile(
        "t10k-images-idx3-ubyte.gz", 4_422_102, md5: "bef4ecab320f06d8554ea6380940ec79",
        sha256: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        inflated: "8181f5470baa50b63fa0f6fddb340f0a"),
      PublishedFile(
        "t10k-labels-idx1-ubyte.gz", 5_148, md5: "bb300cfdad3c16e7a12a480ee83cd310",
        sha256: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        inflated: "15d484375f8d13e6eb1aabb0c3f46965"),
    ],
    archive: nil,
    mirrors: [
      "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
      "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
    ],
    licence: "MIT; Zalando SE", imageCounts: [60_000, 10_000])

  /// The letters of EMNIST.
  package static let emnistLetters = PublishedSet(
    name: "emnist-letters", folder: "emnist-letters", format: .idx,
    files: [
      PublishedFile("emnist-letters-train-images-idx3-ubyte.gz"),
      PublishedFile("emnist-letters-train-labels-idx1-ubyte.gz"),
      PublishedFile("emnist-letters-test-images-idx3-ubyte.gz"),
      PublishedFile("emnist-letters-test-labels-idx1-ubyte.gz"),
    ],
    archive: PublishedFile(
      "gzip.zip", 561_753_746, md5: "58c8d27c78d21e728a6bc7b3cc06412e",
      sha256: "fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e"),
    mirrors: [
      "https://biometrics.nist.gov/cs_links/EMNIST/", "https://www.itl.nist.gov/iaui/vip/cs_links/EMNIST/",
    ],
    licence: "derived from NIST Special Database 19; G. Cohen, S. Afshar, J. Tapson, A. van Schaik",
    imageCounts: [124_800, 20_800])

  /// Kuzushiji-MNIST.
  package static let kmnist = PublishedSet(
    name: "kmnist", folder: "kmnist", format: .idx,
    files: [
      PublishedFile(
        "train-images-idx3-ubyte.gz", 18_165_135, md5: "bdb82020997e1d708af4cf47b453dcf7",
        sha256: "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"),
      PublishedFile(
        "train-labels-idx1-ubyte.gz", 29_497, md5: "e144d726b3acfaa3e44228e80efcd344",
        sha256: "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17"),
      PublishedFile(
        "t10k-images-idx3-ubyte.gz", 3_041_136, md5: "5c965bf0a639b31b8f53240b1b52f4d7",
        sha256: "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"),
      PublishedFile(
        "t10k-labels-idx1-ubyte.gz", 5_120, md5: "7320c461ea6c1c855c0b718fb2a4b134",
        sha256: "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c"),
    ],
    archive: nil, mirrors: ["http://codh.rois.ac.jp/kmnist/dataset/kmnist/"],
    licence:
      "CC BY-SA 4.0; KMNIST Dataset (created by CODH), adapted from Kuzushiji Dataset (created by NIJL)",
    imageCounts: [60_000, 10_000])

  /// CIFAR-10.
  package static let cifar10 = PublishedSet(
    name: "cifar10", folder: "cifar-10", format: .cifar,
    files: (1...5).map { PublishedFile("data_batch_\($0).bin", 30_730_000) }
      + [PublishedFile("test_batch.bin", 30_730_000)],
    archive: PublishedFile(
      "cifar-10-binary.tar.gz", 170_052_171, md5: "c32a1d4ab5d03f1284b67883e8d87530",
      sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"),
    mirrors: ["https://www.cs.toronto.edu/~kriz/", "https://cave.cs.toronto.edu/kriz/"],
    licence:
      "no licence is stated; A. Krizhevsky, “Learning Multiple Layers of Features from Tiny Images”, 2009",
    imageCounts: [50_000, 10_000])

  /// CIFAR-100.
  package static let cifar100 = PublishedSet(
    name: "cifar100", folder: "cifar-100", format: .cifar,
    files: [PublishedFile("train.bin", 153_700_000), PublishedFile("test.bin", 30_740_000)],
    archive: PublishedFile(
      "cifar-100-binary.tar.gz", 168_513_733, md5: "03b5dce01913d631647c71ecec9e9cb8",
      sha256: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec"),
    mirrors: ["https://www.cs.toronto.edu/~kriz/", "https://cave.cs.toronto.edu/kriz/"],
    licence:
      "no licence is stated; A. Krizhevsky, “Learning Multiple Layers of Features from Tiny Images”, 2009",
    imageCounts: [50_000, 10_000])
}
