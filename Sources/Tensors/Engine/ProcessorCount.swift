import Foundation

/// Processors this process may run on.
func activeProcessorCount() -> Int { ProcessInfo.processInfo.activeProcessorCount }
