/// What a binary operator's token means.
enum BinaryMeaning {
    case logicalAnd
    case logicalOr
    case plain(BinaryOperator)
}

/// The binary operator of a token with its precedence, which grows as it binds tighter.
func binaryOperator(_ kind: TokenKind) -> (level: Int, meaning: BinaryMeaning)? {
    switch kind {
    case .orOr: return (1, .logicalOr)
    case .andAnd: return (2, .logicalAnd)
    case .bar: return (3, .plain(.or))
    case .caret: return (4, .plain(.exclusiveOr))
    case .ampersand: return (5, .plain(.and))
    case .equalEqual: return (6, .plain(.equal))
    case .notEqual: return (6, .plain(.notEqual))
    case .less: return (7, .plain(.less))
    case .greater: return (7, .plain(.greater))
    case .lessEqual: return (7, .plain(.lessOrEqual))
    case .greaterEqual: return (7, .plain(.greaterOrEqual))
    case .shiftLeft: return (8, .plain(.shiftLeft))
    case .shiftRight: return (8, .plain(.shiftRight))
    case .plus: return (9, .plain(.add))
    case .minus: return (9, .plain(.subtract))
    case .star: return (10, .plain(.multiply))
    case .slash: return (10, .plain(.divide))
    case .percent: return (10, .plain(.remainder))
    default: return nil
    }
}

func unaryOperator(_ kind: TokenKind) -> UnaryOperator? {
    switch kind {
    case .plus: return .plus
    case .minus: return .minus
    case .exclamation: return .not
    case .tilde: return .complement
    case .star: return .dereference
    case .ampersand: return .addressOf
    default: return nil
    }
}

/// What an assignment operator does before it stores; `binary` is nil for plain `=`.
struct AssignmentMeaning {
    let binary: BinaryOperator?
}

func assignmentOperator(_ kind: TokenKind) -> AssignmentMeaning? {
    switch kind {
    case .assign: return AssignmentMeaning(binary: nil)
    case .starAssign: return AssignmentMeaning(binary: .multiply)
    case .slashAssign: return AssignmentMeaning(binary: .divide)
    case .percentAssign: return AssignmentMeaning(binary: .remainder)
    case .plusAssign: return AssignmentMeaning(binary: .add)
    case .minusAssign: return AssignmentMeaning(binary: .subtract)
    case .shiftLeftAssign: return AssignmentMeaning(binary: .shiftLeft)
    case .shiftRightAssign: return AssignmentMeaning(binary: .shiftRight)
    case .andAssign: return AssignmentMeaning(binary: .and)
    case .caretAssign: return AssignmentMeaning(binary: .exclusiveOr)
    case .orAssign: return AssignmentMeaning(binary: .or)
    default: return nil
    }
}
