/// Writes Prometheus's text format: families of samples with their help and type lines.
struct PrometheusText {
    enum Kind: String { case counter, gauge, histogram }

    private(set) var text = ""
    private var name = ""

    /// Begins a family; samples that follow belong to it.
    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        self.name = name
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// - Parameter labels: values of our own making, which need no escapes.
    mutating func sample(
        _ labels: KeyValuePairs<String, String>, _ value: Double, suffix: String = ""
    ) {
        text += name + suffix
        if !labels.isEmpty {
            text += "{" + labels.map { "\($0)=\"\($1)\"" }.joined(separator: ",") + "}"
        }
        text +=
            value == value.rounded() && value.magnitude < 1e15 ? " \(Int(value))\n" : " \(value)\n"
    }

    /// A family of one sample.
    mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
        family(name, kind, help)
        sample([:], value)
    }
}
