import Program
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A build that goes on beside the search, in a thread of its own: `start`, then `poll` now and then. What is not done
/// when this object goes is stopped and cleared away.
public final class NativeCompilation {
    private let job: Job
    private let builder: pthread_t?

    public init(
        model: Model, layout: StateLayout, options: ExecutionOptions, cache: NativeCache = .usual
    ) {
        let job = Job(model: model, layout: layout, options: options, cache: cache)
        self.job = job
        let context = Unmanaged.passRetained(job).toOpaque()
        #if canImport(Darwin)
        var thread: pthread_t?
        let failure = pthread_create(&thread, nil, { NativeCompilation.body($0) }, context)
        #else
        var thread = pthread_t()
        let failure = pthread_create(&thread, nil, { NativeCompilation.body($0!) }, context)
        #endif
        if failure == 0 {
            builder = thread
        } else {
            builder = nil
            Unmanaged<Job>.fromOpaque(context).release()
            job.finish(.failure(.notLoaded("no thread to build in")))
        }
    }

    deinit {
        job.isUnwanted.store(true, ordering: .relaxed)
        if let builder { pthread_join(builder, nil) }
    }

    /// What came of it, once it is over.
    public func poll() -> Result<NativeSteps, NativeUnavailable>? { job.result }

    private static func body(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        Unmanaged<Job>.fromOpaque(context).takeRetainedValue().run()
        return nil
    }

    /// What both threads see.
    private final class Job: @unchecked Sendable {
        let model: Model
        let layout: StateLayout
        let options: ExecutionOptions
        let cache: NativeCache
        let isUnwanted = Atomic<Bool>(false)
        private let isDone = Atomic<Bool>(false)
        /// Written before `isDone`, read after.
        private var outcome: Result<NativeSteps, NativeUnavailable>?

        init(model: Model, layout: StateLayout, options: ExecutionOptions, cache: NativeCache) {
            self.model = model
            self.layout = layout
            self.options = options
            self.cache = cache
        }

        func run() {
            do throws(NativeUnavailable) {
                let steps = try NativeSteps.build(
                    model: model, layout: layout, options: options, cache: cache
                ) { self.isUnwanted.load(ordering: .relaxed) }
                finish(.success(steps))
            } catch {
                finish(.failure(error))
            }
        }

        func finish(_ result: Result<NativeSteps, NativeUnavailable>) {
            outcome = result
            isDone.store(true, ordering: .releasing)
        }

        var result: Result<NativeSteps, NativeUnavailable>? {
            isDone.load(ordering: .acquiring) ? outcome : nil
        }
    }
}

extension NativeSteps {
    /// Finds the object in the cache, or builds it.
    static func build(
        model: Model, layout: StateLayout, options: ExecutionOptions, cache: NativeCache, isCancelled: () -> Bool
    ) throws(NativeUnavailable) -> NativeSteps {
        let start = ContinuousClock.now
        guard let compiler = CompilerProcess.find() else { throw .noCompiler }
        let source = Array(try NativeSource(model: model, layout: layout, options: options).text.utf8)
        if isCancelled() { throw .cancelled }
        var key = SHA256()
        key.update(Array((compiler.identity + "\n" + CompilerProcess.flags.joined(separator: " ") + "\n").utf8))
        key.update(source)
        let name = key.finish()
        if let object = cache.object(name),
            let steps = try? NativeSteps(path: object, threadCount: model.threads.count, compileSeconds: 0)
        {
            return steps
        }
        let place = try BuildDirectory(source: source)
        try compiler.run(in: place, isCancelled: isCancelled)
        guard let object = PrivateFiles.read(place.object), ObjectFile.isWhole(object) else {
            throw .notLoaded("the compiler left no whole object")
        }
        let steps = try NativeSteps(
            path: place.object, threadCount: model.threads.count,
            compileSeconds: (ContinuousClock.now - start) / .seconds(1))
        cache.keep(name, object: place.object)
        return steps
    }
}
