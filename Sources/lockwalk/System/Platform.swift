// The one place that knows which C library there is; Foundation would cost several milliseconds at every start.
#if canImport(Glibc)
@_exported import Glibc
#elseif canImport(Musl)
@_exported import Musl
#else
@_exported import Darwin
#endif
