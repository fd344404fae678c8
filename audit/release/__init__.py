"""What may leave the organisation: counts with the small ones hidden for good, or with noise in them.

`Release` is the only form. `release_of` hides and proves, `noisy_release` adds noise; both only make safe
ones.
"""

from audit.release import shape_text
from audit.release.basis import Basis, basis_of
from audit.release.earlier import Difference, Made
from audit.release.figures import Bounded, Gap, bounds, disparities, estimates
from audit.release.json_form import read_release, to_json
from audit.release.make import fitting_shape, next_release, release_of, terms_of
from audit.release.model import SCHEMA, Group, Noise, Release, Terms
from audit.release.noise import check_epsilon, noisy_release, require_opendp
from audit.release.page import to_html
from audit.release.shape import SMALLEST_K, Dimension, Shape, plain_shape

__all__ = [
    "SCHEMA",
    "SMALLEST_K",
    "Basis",
    "Bounded",
    "Difference",
    "Dimension",
    "Gap",
    "Group",
    "Made",
    "Noise",
    "Release",
    "Shape",
    "Terms",
    "basis_of",
    "bounds",
    "check_epsilon",
    "disparities",
    "estimates",
    "fitting_shape",
    "next_release",
    "noisy_release",
    "plain_shape",
    "read_release",
    "release_of",
    "require_opendp",
    "shape_text",
    "terms_of",
    "to_html",
    "to_json",
]
