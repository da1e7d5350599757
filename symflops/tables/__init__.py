"""Tables of costs, and one renderer a medium."""
