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
# # Linearity
# Which functions respect sums and multiples, and what one line makes of XOR.
# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from deeplearning.activations import relu
from deeplearning.linear_regression import least_squares
from deeplearning.linearity import best_line, superposition_error

random = np.random.default_rng(0)
# %% name="superposition"
# f is affine if what remains without f(0) is linear.
functions = {
    "3x": lambda x: 3 * x[0],
    "3x + 1": lambda x: 3 * x[0] + 1,
    "x₁ − 2x₂": lambda x: x[0] - 2 * x[1],
    "x₁x₂": lambda x: x[0] * x[1],
    "x²": lambda x: x[0] ** 2,
    "ReLU: max(0, x)": lambda x: relu(x[0]),
}
trials = [
    (*random.normal(size=(2, 2)), float(factor))
    for factor in random.normal(size=1000)
]


def worst(function):
    return max(superposition_error(function, *trial) for trial in trials)


def shifted_back(function):
    return lambda x: function(x) - function(np.zeros(2))


def verdict(error):
    return "yes" if error < 1e-12 else "no"


pd.DataFrame(
    {
        "function": functions.keys(),
        "f(0)": [f"{f(np.zeros(2)):.0f}" for f in functions.values()],
        "linear": [verdict(worst(f)) for f in functions.values()],
        "affine": [verdict(worst(shifted_back(f))) for f in functions.values()],
    }
)
# %% name="graphs" alt="Four graphs for x from -2 to 2. The straight line 3x passes through the origin; the line 3x + 1 is parallel to it, one unit higher; the parabola x squared and ReLU, which is zero to the left of the origin, are bent."
x = np.linspace(-2, 2, 201)
graphs = {
    "3x": ("C0", (-1.15, -5.4)),
    "3x + 1": ("C2", (0.2, 4.7)),
    "x²": ("C4", (-1.9, 4.3)),
    "ReLU: max(0, x)": ("C1", (0.65, -1.0)),
}
figure, axes = plt.subplots(figsize=(5, 3.4), layout="constrained")
axes.axhline(0, color="C7", linewidth=1)
axes.axvline(0, color="C7", linewidth=1)
for name, (color, place) in graphs.items():
    axes.plot(x, functions[name]([x]), color=color, linewidth=2.5)
    label = name.split(":")[0]
    axes.annotate(label, place, color=color, fontsize=12, fontweight="bold")
axes.set(xlabel="x", ylabel="f(x)", xticks=range(-2, 3), ylim=(-6.5, 7.5))
plt.show()
# %% name="gates"
corners = [(0, 0), (0, 1), (1, 0), (1, 1)]
gates = {"AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1], "XOR": [0, 1, 1, 0]}
pd.DataFrame(
    {
        "gate": gates.keys(),
        "outputs": [", ".join(map(str, outputs)) for outputs in gates.values()],
        "best line": [
            f"{best_line(corners, outputs).correct} of 4"
            for outputs in gates.values()
        ],
    }
)
# %% name="xor"
f"{100 * best_line(corners, gates['XOR']).correct / len(corners):.0f} %"
# %% name="least-squares"
# The best affine fit to XOR: its two weights and its bias.
fit = least_squares(corners, gates["XOR"])
", ".join(f"{abs(number):.1f}" for number in [*fit.weights, fit.bias])
