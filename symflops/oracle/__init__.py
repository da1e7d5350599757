"""The counting oracle: layers computed by naive loops over numbers that count what is done to them.

The references here compute what a layer computes, by its definition. They know no formula: they must
not import ``primitives``, ``geometry``, ``metrics`` or ``tally``; only ``checking`` sees both sides.
"""
