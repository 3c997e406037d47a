import MartletVectors
import Testing

@Suite struct VectorParametersTests {
    @Test(
        "a parameter outside its range is refused by name, never clamped",
        arguments: [
            (VectorParameters(dimensions: 0, metric: .cosine), "dimensions"),
            (VectorParameters(dimensions: 65_537, metric: .cosine), "dimensions"),
            (VectorParameters(dimensions: 3, metric: .cosine, m: 1), "m"),
            (VectorParameters(dimensions: 3, metric: .cosine, m: 129), "m"),
            (VectorParameters(dimensions: 3, metric: .cosine, efConstruction: 0), "efConstruction"),
        ])
    func refusesOutside(parameters: VectorParameters, name: String) {
        do throws(VectorError) {
            try parameters.check()
            Issue.record("accepted")
        } catch {
            guard case .invalidParameter(let parameter, _) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(parameter == name)
        }
    }

    @Test("the defaults are inside their ranges")
    func defaults() throws {
        try VectorParameters(dimensions: 1, metric: .euclidean).check()
    }
}
