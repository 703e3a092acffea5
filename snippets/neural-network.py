# /// script
# dependencies = ["knapper", "matplotlib", "numpy", "pandas"]
#
# [tool.uv.sources]
# knapper = { path = "..", editable = true }
#
# [tool.knapper]
# timeout = 60
# ///
# %% [markdown]
# # Neural network
# A forward pass layer by layer, and three cuts that enclose a triangle.
# %%
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from deeplearning.activations import relu, sigmoid, step
from deeplearning.network import Dense, affine, forward, parameter_count

layers = [
    Dense([[0.5, -0.25], [-1.0, 0.75]], [0.5, -1.0]),
    Dense([[1.2, -0.8]], [0.1]),
]


def listed(numbers, digits=3):
    texts = [f"{number:.{digits}g}".replace("-", "−") for number in numbers]
    return texts[0] if len(texts) == 1 else f"({', '.join(texts)})"


# %% name="forward"
x, hidden, output = forward([1, 2], layers, [relu, sigmoid])
pd.DataFrame(
    {
        "layer": ["input", "hidden, ReLU", "output, sigmoid"],
        "W": ["–", *(" × ".join(map(str, np.shape(w))) for w, _ in layers)],
        "b": ["–", *(str(len(b)) for _, b in layers)],
        "z": [
            "–",
            listed(affine(x, layers[0])),
            listed(affine(hidden, layers[1])),
        ],
        "a": [listed(x), listed(hidden), listed(output)],
    }
)
# %% name="prediction"
f"{output[0]:.3f}"
# %% name="parameters"
parameter_count([2, 2, 1])
# %% name="counts"
networks = [[2, 2, 1], [4, 5, 3, 2], [784, 128, 10]]
weights_alone = [sum(n * m for n, m in pairwise(widths)) for widths in networks]
pd.DataFrame(
    {
        "network": ["–".join(map(str, widths)) for widths in networks],
        "weights": [f"{count:,}" for count in weights_alone],
        "biases": [str(sum(widths[1:])) for widths in networks],
        "parameters": [f"{parameter_count(widths):,}" for widths in networks],
    }
)
# %% name="triangle" alt="The plane of the inputs x1 and x2. Three straight lines, each labelled with the hidden neuron that draws it, h1, h2 and h3, cross each other. The triangle that lies on the positive side of all three is shaded: there the output is 1."
# Each hidden neuron says 1 on one side of its line; the output neuron says 1
# if all three do, that is if their sum is above 2.5.
cuts = Dense([[0, 1], [2, -1], [-2, -1]], [0.5, 1.5, 1.5])
both_layers = [cuts, Dense([[1, 1, 1]], [-2.5])]
grid = np.linspace(-2, 2, 401)
plane = np.stack(np.meshgrid(grid, grid), axis=-1)
inside = forward(plane, both_layers, [step, step])[-1][..., 0]
figure, axes = plt.subplots(figsize=(5, 3.6), layout="constrained")
axes.contourf(grid, grid, inside, levels=[0.5, 1.5], colors="C1", alpha=0.35)
scores = affine(plane, cuts)
bold = {"fontsize": 12, "fontweight": "bold"}
places = [(1.45, -0.4), (0.3, 1.75), (-0.5, 1.75)]
for neuron, place in enumerate(places):
    color = ["C0", "C2", "C4"][neuron]
    axes.contour(
        *(grid, grid, scores[..., neuron]),
        levels=[0],
        colors=color,
        linewidths=2.5,
    )
    axes.annotate(f"h{'₁₂₃'[neuron]}", place, color=color, **bold)
axes.annotate("ŷ = 1", (0, 0.1), color="C1", ha="center", **bold)
ticks = [-2, -1, 0, 1, 2]
axes.set(xlabel="x₁", ylabel="x₂", aspect="equal", xticks=ticks, yticks=ticks)
plt.show()
