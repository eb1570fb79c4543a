import Syntax

/// Lowering the bodies of threads, callbacks, INIT and properties.
extension ModelBuilder {
    func lowerAll() {
        for (declaration, count) in threadDeclarations {
            let threads = memory.threadsOfClass[declaration.name.text] ?? 0..<0
            let isInterrupt = declaration.role == .interrupt
            let builder = CodeBuilder(self, className: declaration.name.text, kind: isInterrupt ? .interrupt : .thread)
            let code =
                isInterrupt
                ? builder.lowerInterrupt(declaration.body, declaration.name.range) : builder.lowerThread(declaration.body)
            // A count of 0 leaves the thread out, but its text is looked at all the same.
            guard count > 0 else { continue }
            absorb(builder.needs)
            labelsOfClass[declaration.name.text] = builder.programLabels.keys.sorted()
            classIndex[declaration.name.text] = model.classes.count
            model.classes.append(
                ThreadClass(
                    name: declaration.name.text, kind: Self.classKind(declaration.role), code: code,
                    threads: threads))
        }
        lowerCallbacks()
        lowerCalls()
        lowerWalks()
        lowerInitialization()
        for declaration in source.tree.declarations { lowerProperty(declaration) }
        for use in labelUses {
            guard let number = threadClassNumber(use.thread), number < model.classes.count,
                let known = labelsOfClass[use.thread], !known.contains(use.label)
            else { continue }
            diagnostics.add(.unknownLabel(Name(use.label, use.range), nearest(use.label, in: known)))
        }
        for (key, range) in settings.widthRanges where !memory.usedWidths.contains(key) {
            diagnostics.add(.widthNamesNothing(range, key))
        }
    }

    func absorb(_ more: Needs) { found.formUnion(more) }

    private func lowerCallbacks() {
        var lowered = 0
        // Callbacks that this pass discovers are lowered too, as they have needs of their own.
        while lowered < max(needs.callbacks.count, found.callbacks.count) {
            let callback = lowered < needs.callbacks.count ? needs.callbacks[lowered] : found.callbacks[lowered]
            lowered += 1
            let name = callbackName(callback)
            let builder = CodeBuilder(self, className: name, kind: .callback)
            let code = builder.lowerCallback(callback)
            absorb(builder.needs)
            guard let threads = memory.threadsOfClass[name] else { continue }
            classIndex[name] = model.classes.count
            model.classes.append(
                ThreadClass(
                    name: name, kind: .callback, code: code, threads: threads,
                    objects: callbackObjects[callback] ?? []))
        }
    }

    private func lowerInitialization() {
        var seen = false
        var bodies: [Statement] = []
        for declaration in source.tree.declarations {
            guard case .initialization(let body) = declaration.kind else { continue }
            if seen { diagnostics.add(.redefined("INIT", declaration.range)) }
            seen = true
            bodies.append(body)
        }
        let builder = CodeBuilder(self, className: "INIT", kind: .initialization)
        model.initialization = builder.lowerInitialization(bodies.first)
        absorb(builder.needs)
    }

    private func lowerProperty(_ declaration: Declaration) {
        let kind: Property.Kind
        let name: Name
        var body: Statement?
        switch declaration.kind {
        case .property(let declared, let propertyName, let propertyBody):
            name = propertyName
            body = propertyBody
            switch declared {
            case .invariant: kind = .invariant
            case .finally: kind = .finally
            case .sometimes: kind = .sometimes
            case .constraint: kind = .constraint
            case .eventually, .alwaysEventually:
                kind = .temporal
                model.notJudged.append("\(declared.rawValue)(\(propertyName.text))")
            }
        case .leadsTo(let propertyName, let before, let after):
            name = propertyName
            kind = .temporal
            model.notJudged.append("LEADS_TO(\(propertyName.text))")
            let both = Expression(.logicalOr(before, after), declaration.range, depth: max(before.depth, after.depth) + 1)
            body = Statement(.returnValue(both), declaration.range)
        default: return
        }
        checkName(name)
        if model.properties.contains(where: { $0.name == name.text }) || functions[name.text] != nil
            || globals[name.text] != nil || types.constants[name.text] != nil
        {
            diagnostics.add(.redefined(name.text, name.range))
        }
        let builder = CodeBuilder(self, className: name.text, kind: .property)
        let (code, result) = builder.lowerProperty(body ?? Statement(.empty, declaration.range), name)
        model.properties.append(
            Property(kind: kind, name: name.text, code: code, result: result, range: name.range))
    }
}
