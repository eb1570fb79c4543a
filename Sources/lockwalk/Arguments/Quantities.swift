/// Numbers with units, as the command line takes them and as reports write them.
enum Quantities {
    /// `16G`, `500M`, `1.5GiB`, `4096`: bytes, with units of 1024.
    static func bytes(_ text: String) -> Int? {
        var body = text.lowercased()[...]
        if body.hasSuffix("ib") { body = body.dropLast(2) } else if body.hasSuffix("b") { body = body.dropLast() }
        return scaled(body, base: 1024)
    }

    /// `1000000`, `10M`, `2k`: a count, with units of 1000.
    static func count(_ text: String) -> Int? { scaled(text.lowercased()[...], base: 1000) }

    /// `90`, `1.5`, `90s`, `10m`, `2h`: seconds.
    static func seconds(_ text: String) -> Double? {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
        guard let last = text.last else { return nil }
        guard let unit = units[last] else { return number(text[...]) }
        return number(text.dropLast()).map { $0 * unit }
    }

    private static func scaled(_ text: Substring, base: Double) -> Int? {
        let letters: [Character] = ["k", "m", "g", "t"]
        var body = text
        var factor = 1.0
        if let last = body.last, let power = letters.firstIndex(of: last) {
            body = body.dropLast()
            for _ in 0...power { factor *= base }
        }
        guard let value = number(body), value * factor >= 1, value * factor < 9e18 else { return nil }
        return Int(value * factor)
    }

    /// A plain decimal number: no sign, no exponent, no `inf`.
    private static func number(_ text: Substring) -> Double? {
        guard !text.isEmpty, text.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }) else { return nil }
        return Double(text)
    }

    // MARK: Writing

    /// `26,626,912`.
    static func grouped(_ value: Int) -> String {
        var digits = Array(String(value.magnitude))
        var place = digits.count - 3
        while place > 0 {
            digits.insert(",", at: place)
            place -= 3
        }
        return (value < 0 ? "-" : "") + String(digits)
    }

    /// `950`, `12.3k`, `4.56M`: three digits, for what changes while it is read.
    static func short(_ value: Int) -> String {
        guard value >= 1000 else { return "\(value)" }
        var size = Double(value)
        var unit = 0
        while size >= 999.5, unit < 4 {
            size /= 1000
            unit += 1
        }
        return fixed(size, size < 9.995 ? 2 : size < 99.95 ? 1 : 0) + ["", "k", "M", "G", "T"][unit]
    }

    /// Two digits and zeros, rounded down: `3,600`.
    static func rough(_ value: Double) -> String { grouped(roughly(value)) }

    /// The number that `rough` writes; larger ones are as large as there is room for.
    static func roughly(_ value: Double) -> Int {
        guard value < 1e18 else { return 1_000_000_000_000_000_000 }
        var whole = Int(max(0, value))
        var power = 1
        while whole >= 100 {
            whole /= 10
            power *= 10
        }
        return whole * power
    }

    /// With so many digits behind the point.
    static func fixed(_ value: Double, _ digits: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = Int((abs(value) * scale).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard digits > 0 else { return "\(sign)\(scaled)" }
        let fraction = String(scaled % Int(scale))
        return "\(sign)\(scaled / Int(scale)).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
    }

    /// `4.2 ms`, `1.25 s`, `3 min 20 s`: three digits at most.
    static func duration(_ seconds: Double) -> String {
        if seconds < 0.9995 { return "\(fixed(seconds * 1000, seconds < 0.00995 ? 1 : 0)) ms" }
        if seconds < 119.5 { return "\(fixed(seconds, seconds < 9.995 ? 2 : seconds < 99.95 ? 1 : 0)) s" }
        let whole = Int(seconds.rounded())
        if whole < 7200 { return "\(whole / 60) min \(whole % 60) s" }
        return "\(grouped(whole / 3600)) h \(whole % 3600 / 60) min"
    }

    /// `1.5 GiB`.
    static func size(_ bytes: Int) -> String {
        let units = ["bytes", "KiB", "MiB", "GiB", "TiB"]
        var value = Double(bytes)
        var unit = 0
        while value >= 1024, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        return unit == 0 ? "\(bytes) bytes" : "\(fixed(value, value < 10 ? 1 : 0)) \(units[unit])"
    }

    static func plural(_ count: Int, _ one: String, _ many: String? = nil) -> String {
        "\(grouped(count)) \(count == 1 ? one : many ?? one + "s")"
    }
}
