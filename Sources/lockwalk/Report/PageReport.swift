import Program
import Syntax
import Trace

/// Writes the page of a run: `--html FILE`.
enum PageReport {
    /// Nothing is written for a run that there is not; the command says so.
    static func write(_ example: Counterexample?, of model: Model, name: String, to path: String, _ console: Console)
        throws
    {
        guard let example else {
            console.complain("there is no run to show, so '\(path)' was not written")
            return
        }
        let configuration = model.configuration.map { "\($0.name)=\($0.value)" }.joined(separator: ", ")
        let page = HTMLPage(example, title: name, subtitle: configuration, texts: model.texts)
        try Files.write(page.text(), to: path)
    }
}
