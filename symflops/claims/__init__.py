"""Claims about formulas, judged exactly: equal or not, rounded or wrong, of which order of growth.

Nothing here reads text: formulas come as expressions, and printed numbers with what their last digit is worth.
"""
