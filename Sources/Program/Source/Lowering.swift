import Syntax

extension ModelSource {
    /// Lowers the model under a choice of CONFIGs; those not named keep their defaults. Nil after an error.
    public func lower(configuration: [String: Int64], diagnostics: inout Diagnostics) -> Model? {
        var needs = Needs()
        // A pass finds what the code asks of memory, the next one gives it. Needs only grow, and there are finitely many.
        while true {
            let builder = ModelBuilder(
                source: self, configuration: configuration, needs: needs, diagnostics: diagnostics)
            builder.run()
            builder.diagnostics.sortByPlace()
            if builder.diagnostics.hasErrors {
                diagnostics = builder.diagnostics
                return nil
            }
            var all = needs
            all.formUnion(builder.found)
            if all == needs {
                diagnostics = builder.diagnostics
                var model = builder.model
                model.warnings = builder.diagnostics.all.filter { $0.severity == .warning }
                return model
            }
            needs = all
        }
    }
}
