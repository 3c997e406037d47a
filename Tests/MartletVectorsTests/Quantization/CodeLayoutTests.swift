import Testing

@testable import MartletVectors

@Suite struct CodeLayoutTests {
    @Test(
        "codes are whole sixteens, rows whole lines where that is cheap, terms only for euclidean",
        arguments: [
            (384, .int4, .cosine, 192, 192), (384, .int4, .euclidean, 192, 208),
            (384, .int8, .cosine, 384, 384), (784, .int4, .euclidean, 400, 448),
            (784, .int8, .euclidean, 784, 832), (1536, .int4, .dotProduct, 768, 768),
            (1, .int4, .cosine, 16, 16), (100, .int4, .cosine, 64, 64),
            (65_536, .int8, .euclidean, 65_536, 65_600),
        ] as [(Int, CodeKind, Metric, Int, Int)])
    func layouts(
        dimensions: Int, kind: CodeKind, metric: Metric, codeBytes: Int, stride: Int
    ) {
        let layout = CodeLayout(dimensions: dimensions, kind: kind, metric: metric)
        #expect(layout.codeBytes == codeBytes)
        #expect(layout.stride == stride)
        #expect(layout.hasTerms == (metric == .euclidean))
    }
}
