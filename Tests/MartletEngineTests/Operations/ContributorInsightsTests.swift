import MartletCatalog
import MartletEngine
import MartletModel
import MartletTestSupport
import Testing

@Suite struct ContributorInsightsTests {
    @Test("settings of a table and its indexes are apart, listed in order, and outlast a restart")
    func settings() throws {
        let database = try TestDatabase(.orders)
        let index = try database.definition().globalIndexes[0].name
        for place in [index, nil] {
            let answer = try database.engine.run(
                UpdateContributorInsights(table: "Tab", index: place, isEnabled: true))
            #expect(answer.status == .enabling && answer.mode == .accessedAndThrottled)
        }
        let narrow = UpdateContributorInsights(
            table: "Tab", index: index, isEnabled: true, mode: .throttled)
        #expect(try database.engine.run(narrow).status == .enabling)
        #expect(try database.engine.run(narrow).status == .enabled)

        let reopened = try database.reopened()
        let all = try reopened.engine.run(ListContributorInsights())
        #expect(all.settings.map(\.place.index) == [nil, index])
        #expect(all.settings.map(\.mode) == [.accessedAndThrottled, .throttled])
        #expect(all.last == nil)
        let first = try reopened.engine.run(ListContributorInsights(table: "Tab", limit: 1))
        #expect(first.settings.map(\.place.index) == [nil])
        let rest = try reopened.engine.run(ListContributorInsights(limit: 1, start: first.last))
        #expect(rest.settings.map(\.place.index) == [index] && rest.last == nil)

        _ = try reopened.engine.run(UpdateContributorInsights(table: "Tab", isEnabled: false))
        let described = try reopened.engine.run(DescribeContributorInsights(table: "Tab"))
        #expect(described.setting?.isEnabled == false && described.rules.isEmpty)
        #expect(try reopened.findings() == [])
    }

    @Test(
        "local indexes and unknown ones have no setting", arguments: ["byDate", "nope"] as [Text])
    func others(index: Text) throws {
        let database = try TestDatabase(.orders)
        let text =
            "not found: Requested resource not found: Index: \(index) not found for table: Tab"
        #expect(
            failure {
                try database.engine.run(
                    UpdateContributorInsights(table: "Tab", index: index, isEnabled: true))
            } == text)
        #expect(
            failure {
                try database.engine.run(DescribeContributorInsights(table: "Tab", index: index))
            } == text)
    }
}
