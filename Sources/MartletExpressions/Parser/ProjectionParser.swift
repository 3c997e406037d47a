// projection = path ( ',' path )*

internal import MartletModel

/// A projection that was read, not yet bound to a request's names.
final class ParsedProjection: Sendable {
    let paths: PathTemplates
    /// The expression itself, when it is the same for every request.
    let bound: ProjectionExpression?

    init(paths: PathTemplates) {
        self.paths = paths
        if let literals = paths.literals, PathRelation.problem(among: literals) == nil {
            bound = ProjectionExpression(distinct: literals)
        } else {
            bound = nil
        }
    }
}

enum ProjectionParser {
    static func parse(_ text: String) throws(ExpressionProblem) -> ParsedProjection {
        var state = ParserState(text)
        _ = try state.path()
        while state.kind == .comma {
            state.advance()
            _ = try state.path()
        }
        try state.finish()
        return ParsedProjection(paths: PathTemplates(state.templates))
    }
}
