// Puts a request's names and values into an expression that was read.
//
// Slots are filled from the left, as operands are checked from the left: the operand that is
// visited next is always the one whose slot is next. Copies nothing but the values and, where an
// expression has #names, its paths.

internal import MartletModel

struct Resolver {
    var names: NamePlaceholders
    var values: ValuePlaceholders

    mutating func path(_ template: PathTemplate) throws(ExpressionProblem) -> AttributePath {
        var root: Text?
        var rest: [AttributePath.Component] = []
        rest.reserveCapacity(template.steps.count - 1)
        for step in template.steps {
            let component: AttributePath.Component
            switch step {
            case .index(let index): component = .index(index)
            case .name(let name): component = .name(name)
            case .placeholder(let key):
                guard let name = names.use(key) else { throw .undefinedName(key) }
                component = .name(name)
            }
            if root != nil {
                rest.append(component)
            } else if case .name(let name) = component {
                root = name
            }
        }
        if template.steps.count > Limits.documentPathLevels {
            throw .tooDeep(template.steps.count)
        }
        return AttributePath(root!, rest)
    }

    mutating func paths(_ templates: PathTemplates) throws(ExpressionProblem) -> [AttributePath] {
        if let literals = templates.literals { return literals }
        var paths: [AttributePath] = []
        paths.reserveCapacity(templates.templates.count)
        for template in templates.templates {
            paths.append(try path(template))
        }
        return paths
    }

    mutating func value(_ name: Text) throws(ExpressionProblem) -> AttributeValue {
        guard let value = values.use(name) else { throw .undefinedValue(name) }
        return value
    }
}
