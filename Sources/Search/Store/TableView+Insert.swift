// Insertion, one key at a time and many together. See QuotientTable.swift for why no lock is needed.

import CMachine

/// What became of a key that was inserted.
enum Insertion {
    case new
    case seen
    /// There was no free place: the table must grow first.
    case full
}

extension TableView {
    func insert(_ mixed: UInt64) -> Insertion {
        switch format {
        case .narrow: insert(mixed, NarrowLine.self)
        case .middle: insert(mixed, MiddleLine.self)
        case .wide: insert(mixed, WideLine.self)
        }
    }

    @inline(__always)
    private func insert<Format: LineFormat>(_ mixed: UInt64, _: Format.Type) -> Insertion {
        let (home, remainder) = home(mixed)
        var entry = remainder &* attempts &+ 1
        var line = address(home)
        var attempt: UInt64 = 0
        while true {
            let match = Format.match(line, entry)
            if match.equal != 0 { return .seen }
            if match.empty != 0 {
                if Format.claim(line, UInt32(truncatingIfNeeded: match.empty.trailingZeroBitCount), entry) {
                    return .new
                }
                continue
            }
            attempt &+= 1
            if attempt == attempts { return .full }
            entry &+= 1
            line = address(home ^ jump(remainder, attempt))
        }
    }

    /// The lists that a batch is sorted into, each with room for all of its indices.
    struct Lists {
        /// Keys that are not where they belong, as far as could be seen at a glance.
        let unseen: UnsafeMutablePointer<UInt32>
        /// Keys that found the line full where they belong.
        let later: UnsafeMutablePointer<UInt32>
        /// Keys that are new.
        let fresh: UnsafeMutablePointer<UInt32>
    }

    /// Inserts keys where they belong. Those that find their line full are left for `insertLater`, their next line on its
    /// way. Returns how many were new and how many are left.
    ///
    /// First all keys are looked up without a branch that depends on what is found, which nobody could predict; what is
    /// then left is nearly all new.
    func insertAtHome(_ mixed: UnsafePointer<UInt64>, _ count: Int, _ lists: Lists) -> (new: Int, left: Int) {
        switch format {
        case .narrow: insertAtHome(mixed, count, lists, NarrowLine.self)
        case .middle: insertAtHome(mixed, count, lists, MiddleLine.self)
        case .wide: insertAtHome(mixed, count, lists, WideLine.self)
        }
    }

    @inline(__always)
    private func insertAtHome<Format: LineFormat>(
        _ mixed: UnsafePointer<UInt64>, _ count: Int, _ lists: Lists, _: Format.Type
    ) -> (new: Int, left: Int) {
        let unseen = lists.unseen
        var unseenCount = 0
        var index = 0
        while index < count {
            let (home, remainder) = home(mixed[index])
            unseen[unseenCount] = UInt32(truncatingIfNeeded: index)
            unseenCount &+= Format.has(address(home), remainder &* attempts &+ 1) ? 0 : 1
            index &+= 1
        }
        var new = 0
        var left = 0
        for place in 0..<unseenCount {
            let index = unseen[place]
            let (home, remainder) = home(mixed[Int(index)])
            let line = address(home)
            let entry = remainder &* attempts &+ 1
            let match = Format.match(line, entry)
            // The same key may have come a moment ago.
            if match.equal != 0 { continue }
            if match.empty != 0, Format.claim(line, UInt32(match.empty.trailingZeroBitCount), entry) {
                lists.fresh[new] = index
                new &+= 1
            } else {
                cm_prefetch(address(home ^ 1))
                lists.later[left] = index
                left &+= 1
            }
        }
        return (new, left)
    }

    /// Inserts the keys in `later`, of which there are `count`. Returns how many found no place: they come to stand first.
    func insertLater(_ mixed: UnsafePointer<UInt64>, _ count: Int, _ lists: Lists, _ new: inout Int) -> Int {
        var left = 0
        for place in 0..<count {
            let index = lists.later[place]
            switch insert(mixed[Int(index)]) {
            case .seen: break
            case .new:
                lists.fresh[new] = index
                new += 1
            case .full:
                lists.later[left] = index
                left += 1
            }
        }
        return left
    }

    func contains(_ mixed: UInt64) -> Bool {
        let (home, remainder) = home(mixed)
        for attempt in 0..<attempts {
            let line = address(attempt == 0 ? home : home ^ jump(remainder, attempt))
            let entry = remainder &* attempts &+ attempt &+ 1
            let match =
                switch format {
                case .narrow: NarrowLine.match(line, entry)
                case .middle: MiddleLine.match(line, entry)
                case .wide: WideLine.match(line, entry)
                }
            if match.equal != 0 { return true }
            if match.empty != 0 { return false }
        }
        return false
    }
}
