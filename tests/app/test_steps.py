"""Steps of a request: each has a word and a colour that stays apart from the others."""

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from app.dashboard import steps
from app.palette import DARK, LIGHT
from sql.dictionary import describe
from sql.lake import SCHEMA

Matrix = NDArray[np.float64]
SIGHT: dict[str, Matrix] = {
    "full": np.eye(3),
    "no_green": np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
    "no_red": np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
}
"""What is seen of linear RGB (Machado, Oliveira and Fernandes 2009, severity 1)."""
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.9505, 1.0, 1.089])


def lab(colour: str, sight: Matrix) -> Matrix:
    """CIE L*a*b* of a colour as somebody sees it."""
    rgb = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = XYZ @ np.clip(sight @ linear, 0, 1) / WHITE
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_steps_stay_apart(colours: dict[str, str], sight: str) -> None:
    seen = {step: lab(steps.colour(step, colours), SIGHT[sight]) for step in steps.STEPS}
    distances = {
        (one, other): np.linalg.norm(seen[one] - seen[other])
        for one, other in combinations(seen, 2)
    }
    assert min(distances.values()) > 12, min(distances.items(), key=lambda item: item[1])


def test_every_step_of_the_critical_path_is_known() -> None:
    comment = describe(SCHEMA / "012_critical_path.sql").columns["step"]
    assert set(comment.replace(" or ", ", ").split(", ")) == set(steps.STEPS)


@pytest.mark.parametrize("step", ["agent", "workflow", "llm", "http", "other", "tool", None])
def test_every_span_is_drawn_as_a_step(step: str | None) -> None:
    assert steps.step_of_span(step) in steps.STEPS


def test_a_step_of_tomorrow_is_drawn_quietly() -> None:
    assert steps.colour("teleport", LIGHT) == steps.colour("orchestration", LIGHT)
    assert steps.words("teleport") == "teleport"
