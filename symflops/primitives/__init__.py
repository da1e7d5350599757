"""The primitives, and what each of them takes: every operation count of symflops is in this package.

A layer says which primitives it applies and to how many elements; it never writes a count. Sizes may
be given as one expression or as a tuple of factors, in the order in which a paper prints them.
"""

from symflops.primitives.choosing import shares as shares
from symflops.primitives.choosing import top_k as top_k
from symflops.primitives.contractions import einsum as einsum
from symflops.primitives.core import Size as Size
from symflops.primitives.core import Steps as Steps
from symflops.primitives.core import bias_add as bias_add
from symflops.primitives.core import contract as contract
from symflops.primitives.core import elementwise as elementwise
from symflops.primitives.core import lookup as lookup
from symflops.primitives.core import masked as masked
from symflops.primitives.core import move as move
from symflops.primitives.core import op as op
from symflops.primitives.core import reduce as reduce
from symflops.primitives.core import there as there
from symflops.primitives.core import unknown as unknown
from symflops.primitives.images import interpolate as interpolate
from symflops.primitives.images import sample as sample
from symflops.primitives.images import window_mean as window_mean
from symflops.primitives.normalization import local_response as local_response
from symflops.primitives.normalization import log_softmax as log_softmax
from symflops.primitives.normalization import root_mean_square as root_mean_square
from symflops.primitives.normalization import softmax as softmax
from symflops.primitives.normalization import standardize as standardize
from symflops.primitives.normalization import unit_length as unit_length
from symflops.primitives.recurrent import blend as blend
from symflops.primitives.recurrent import gated_addition as gated_addition
from symflops.primitives.recurrent import gated_sum as gated_sum
from symflops.primitives.recurrent import kept_state as kept_state
from symflops.primitives.state_space import complex_recurrence as complex_recurrence
from symflops.primitives.state_space import decay as decay
from symflops.primitives.state_space import decay_between as decay_between
from symflops.primitives.state_space import decay_from as decay_from
from symflops.primitives.state_space import discretize as discretize
from symflops.primitives.state_space import multiply_add as multiply_add
from symflops.primitives.state_space import real_contract as real_contract
from symflops.primitives.state_space import recurrence as recurrence
from symflops.primitives.state_space import state_passing as state_passing
from symflops.primitives.transforms import Matrix as Matrix
from symflops.primitives.transforms import complex_contract as complex_contract
from symflops.primitives.transforms import fourier as fourier
from symflops.primitives.transforms import separable as separable
from symflops.primitives.transforms import two_spectra as two_spectra
