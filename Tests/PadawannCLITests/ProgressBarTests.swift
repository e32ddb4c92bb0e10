import Padawann
import PadawannCLI
import Testing

@Suite struct ProgressBarTests {
  @Test func saysHowFarAndHowFast() {
    var bar = ProgressBar("net.h5 on mnist:test", of: .things("images"), total: 10_000)
    bar.done = 6_100
    #expect(
      bar.text(seconds: 5)
        == "net.h5 on mnist:test  [############--------]  61%  6,100 of 10,000 images  1,220 images/s  3 s left"
    )
  }

  @Test func whatWasThereBeforeSaysNothingAboutTheSpeed() {
    var bar = ProgressBar("train.gz", of: .bytes, total: 9_900_000, done: 5_000_000)
    #expect(bar.text(seconds: 0).hasSuffix("5.0 MB of 9.9 MB  0 bytes/s  begins"))
    bar.done = 6_000_000
    #expect(
      bar.text(seconds: 2) == "train.gz  [############--------]  60%  6.0 MB of 9.9 MB  500.0 kB/s  7 s left")
  }

  @Test func fitsAnyTerminal() {
    var bar = ProgressBar("a name of thirty characters ok", of: .things("images"), total: 100)
    bar.done = 50
    for width in 0...120 { #expect(bar.text(seconds: 1, width: width).count <= width) }
    #expect(bar.text(seconds: 1, width: 40) == "[##########----------]  50%  1 s left")
    #expect(bar.text(seconds: 1, width: 16) == "50%  1 s left")
  }

  @Test func anUnknownTotalHasNoBar() {
    var bar = ProgressBar("file", of: .bytes)
    bar.done = 2_500
    #expect(bar.text(seconds: 1) == "file  2.5 kB  2.5 kB/s")
  }

  @Test func sizesAndCounts() {
    #expect(Format.size(999) == "999 bytes")
    #expect(Format.size(999_960) == "1.0 MB")
    #expect(Format.size(1_500) == "1.5 kB")
    #expect(Format.count(-1_234_567) == "-1,234,567")
    #expect(Format.count(999) == "999")
  }
}
