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
# # Artificial neuron
# Two inputs, two weights, a weighted sum, and four ways to react to it.
# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from deeplearning.activations import relu, sigmoid, step, tanh
from deeplearning.neuron import contributions, neuron, weighted_sum

inputs, weights = [0.3, 0.8], [0.5, 0.5]
activations = {"step": step, "sigmoid": sigmoid, "tanh": tanh, "ReLU": relu}


def rounded(number, digits):
    return f"{number:.{digits}f}".replace("-", "−")


# %% name="contributions"
pd.DataFrame(
    {
        "input": ["x₁", "x₂"],
        "value": inputs,
        "weight": weights,
        "contribution": [
            rounded(part, 2) for part in contributions(inputs, weights)
        ],
    }
)
# %% name="weighted-sum"
rounded(weighted_sum(inputs, weights), 2)
# %% name="with-bias"
rounded(weighted_sum(inputs, weights, -0.7), 2)
# %% name="activations"
columns = {
    f"z = {rounded(weighted_sum(inputs, weights, bias), 2)}": [
        rounded(neuron(inputs, weights, bias, function), 4)
        for function in activations.values()
    ]
    for bias in (0.0, -0.7)
}
pd.DataFrame({"activation": activations.keys(), **columns})
# %% name="boundary" alt="Inputs x1 and x2 from 0 to 1.5. Parallel straight lines fall from the upper left to the lower right: where a sigmoid neuron with weights 0.5 and 0.5 and bias -0.7 says 0.4, 0.5 and 0.6, growing towards the upper right. The thick line at 0.5 is the boundary z = 0; the example (0.3, 0.8) lies below it."
grid = np.linspace(0, 1.5, 61)
points = np.stack(np.meshgrid(grid, grid), axis=-1)
z = weighted_sum(points, weights, -0.7)
figure, axes = plt.subplots(figsize=(5, 3.8), layout="constrained")
lines = axes.contour(
    grid,
    grid,
    sigmoid(z),
    levels=[0.4, 0.5, 0.6],
    colors="C0",
    linewidths=[1.5, 3.5, 1.5],
)
places = [(0.4, 0.19), (0.9, 0.5), (1.2, 1.0)]
axes.clabel(lines, fmt="a = %.1f", fontsize=12, manual=places)
axes.annotate(
    "boundary, z = 0",
    (0.46, 1.01),
    color="C0",
    fontsize=12,
    fontweight="bold",
    rotation=-45,
    ha="center",
    va="center",
)
axes.plot(*inputs, "o", color="C1", markersize=9)
axes.annotate(
    "(0.3, 0.8)", (0.09, 0.66), color="C1", fontsize=12, fontweight="bold"
)
ticks = [0, 0.5, 1, 1.5]
axes.set(xlabel="x₁", ylabel="x₂", aspect="equal", xticks=ticks, yticks=ticks)
plt.show()
