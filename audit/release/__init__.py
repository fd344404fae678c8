"""What may leave the organisation: counts with the small ones hidden for good, or with noise in them.

`Release` is the only form. `release_of` hides and proves, `noisy_release` adds noise; both only make safe
ones.
"""

from audit.release import made_text, shape_text
from audit.release.basis import Basis, basis_of
from audit.release.earlier import Difference, Made
from audit.release.figures import Bounded, Gap, bounds, disparities, estimates
from audit.release.json_form import to_json
from audit.release.make import fitting_shape, next_release, release_of, terms_of
from audit.release.model import SCHEMA, Group, Noise, Release, Terms
from audit.release.noise import check_epsilon, noisy_release, require_opendp
from audit.release.page import to_html
from audit.release.reading import read_release, release_text
from audit.release.shape import SMALLEST_K, Dimension, Shape, plain_shape
from audit.release.signature import Standing, parted, public_text, signed

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
    "Standing",
    "Terms",
    "basis_of",
    "bounds",
    "check_epsilon",
    "disparities",
    "estimates",
    "fitting_shape",
    "made_text",
    "next_release",
    "noisy_release",
    "parted",
    "plain_shape",
    "public_text",
    "read_release",
    "release_of",
    "release_text",
    "require_opendp",
    "shape_text",
    "signed",
    "terms_of",
    "to_html",
    "to_json",
]
