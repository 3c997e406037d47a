package import MartletModel

extension TableDefinition {
    /// Refuses paths that lead into a key attribute, which is never a map or a list. Faults with
    /// the table's own key come before those with the keys of indexes.
    package func requireScalarKeys(in paths: [AttributePath]) throws(ValidationError) {
        guard paths.contains(where: { !$0.rest.isEmpty }) else { return }
        func requireNoneInto(_ attributes: [KeyAttribute], _ kind: String) throws(ValidationError) {
            for attribute in attributes
            where paths.contains(where: { $0.root == attribute.name && !$0.rest.isEmpty }) {
                throw ValidationError(
                    "Key attributes must be scalars; list random access '[]' and map lookup '.' "
                        + "are not allowed: \(kind): \(attribute.name)")
            }
        }
        try requireNoneInto(key.attributes, "Key")
        for index in indexes { try requireNoneInto(index.key.attributes, "IndexKey") }
    }
}
