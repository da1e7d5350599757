"""Pictures of costs; they need matplotlib (the extra ``plot``)."""

from symflops.plot.breakdown import breakdown as breakdown
from symflops.plot.growth import receptive_field as receptive_field
from symflops.plot.roofline import roofline as roofline
from symflops.plot.scaling import scaling as scaling
