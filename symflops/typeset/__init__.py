"""How a formula is written: its order, signs and parentheses, in every medium."""
