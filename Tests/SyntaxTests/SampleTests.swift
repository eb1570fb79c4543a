import Syntax
import Testing

@Suite struct SampleTests {
    @Test func everyConstructIsRead() {
        let parsed = parse(sample)
        #expect(parsed.faults == [], "\(parsed.rendered)")
        #expect(parsed.tree.declarations.count == 56)
    }
}
