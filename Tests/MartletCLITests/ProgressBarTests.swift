import Testing

@testable import MartletCLI

@Suite struct ProgressBarTests {
    @Test("a line says the share, the counts, the rate, and how long it still takes")
    func lines() {
        #expect(
            ProgressBar.text("writing", 50_000, of: 200_000, "items", seconds: 10, isBar: false)
                == "writing 25% 50,000 of 200,000 items, 5,000/s, 30 s left")
        #expect(
            ProgressBar.text("writing", 1000, of: 1_000_000, "items", seconds: 10, isBar: false)
                == "writing 0% 1,000 of 1,000,000 items, 100/s, 166 min 30 s left")
        #expect(
            ProgressBar.text("importing", 999, of: nil, "items", seconds: 3, isBar: false)
                == "importing 999 items, 333/s")
    }

    @Test("on a terminal there is a bar, which never overflows")
    func bars() {
        let half = ProgressBar.text("x", 5, of: 10, "items", seconds: 0, isBar: true)
        #expect(half.hasPrefix("x [###############---------------] 50% 5 of 10 items"))
        // A table may have grown meanwhile.
        let more = ProgressBar.text("x", 20, of: 10, "items", seconds: 1, isBar: true)
        #expect(more.hasPrefix("x [##############################] 100% 20 of 10 items"))
    }

    @Test(
        "digits come in groups of three",
        arguments: [
            (0, "0"), (999, "999"), (1000, "1,000"), (-1234, "-1,234"), (1_000_000, "1,000,000"),
        ])
    func groups(number: Int, text: String) {
        #expect(ProgressBar.grouped(number) == text)
    }
}
