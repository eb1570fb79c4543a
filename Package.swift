// swift-tools-version: 6.0
import PackageDescription

// The targets are the pipeline; each imports only what stands before it:
// Syntax, Program, Execution, Search, Trace, and the command line on top.
//
// Tests in an optimised build (the random models by the thousand) cannot be linked with a static library:
// LOCKWALK_OPTIMISED_TESTS=1 swift test -c release -Xswiftc -enable-testing --scratch-path .build-optimised ...
let isStatic = Context.environment["LOCKWALK_OPTIMISED_TESTS"] == nil

let package = Package(
    name: "lockwalk",
    targets: [
        .target(name: "Syntax"),
        .target(name: "Program", dependencies: ["Syntax"]),
        .target(name: "Execution", dependencies: ["Program", "Syntax"]),
        // What the search needs of the machine and Swift has no word for; all inline.
        .target(name: "CMachine"),
        .target(name: "Search", dependencies: ["Execution", "Program", "Syntax", "CMachine"]),
        .target(name: "Trace", dependencies: ["Search", "Execution", "Program", "Syntax"]),
        // Linked statically in release, so that the program starts fast and runs where there is no Swift.
        .executableTarget(
            name: "lockwalk",
            dependencies: ["Trace", "Search", "Execution", "Program", "Syntax", "CMachine"],
            linkerSettings: isStatic
                ? [.unsafeFlags(["-static-stdlib"], .when(platforms: [.linux], configuration: .release))] : []),
        .testTarget(name: "SyntaxTests", dependencies: ["Syntax"]),
        .testTarget(name: "ProgramTests", dependencies: ["Program", "Syntax"], exclude: ["Fixtures"]),
        .testTarget(name: "ExecutionTests", dependencies: ["Execution", "Program", "Syntax"]),
        .testTarget(name: "EngineTests", dependencies: ["lockwalk", "Search", "Execution", "Program", "Syntax"]),
        .testTarget(name: "StoreTests", dependencies: ["Search", "CMachine"]),
        .testTarget(name: "SearchTests", dependencies: ["Search", "Execution", "Program", "Syntax"]),
        .testTarget(
            name: "TraceTests", dependencies: ["Trace", "Search", "Execution", "Program", "Syntax"],
            exclude: ["Golden"]),
        .testTarget(name: "RandomModelTests", dependencies: ["Search", "Execution", "Program", "Syntax"]),
        .testTarget(name: "ReductionTests", dependencies: ["Search", "Execution", "Program", "Syntax"]),
        .testTarget(name: "CommandTests", dependencies: ["lockwalk"], exclude: ["Golden"]),
    ]
)
