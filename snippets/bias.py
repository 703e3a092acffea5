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
# # Bias
# The same three points, fitted with a bias and without.
# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from deeplearning.activations import sigmoid
from deeplearning.linear_regression import normal_equations, predict
from deeplearning.linearity import through_origin

inputs, targets = np.array([[0.0], [1.0], [2.0]]), np.array([1.0, 3.0, 5.0])
line = normal_equations(inputs, targets)
slope = through_origin(inputs, targets)


def rounded(number, digits):
    text = f"{number:.{digits}f}".replace("-", "−")
    return (
        text.removeprefix("−") if float(f"{number:.{digits}f}") == 0 else text
    )


# %% name="fits"
models = {
    "with a bias": (line.weights[0], line.bias, predict(inputs, line)),
    "without": (slope, 0.0, slope * inputs[:, 0]),
}
pd.DataFrame(
    {
        "line": models.keys(),
        "w": [rounded(w, 1) for w, _, _ in models.values()],
        "b": [rounded(b, 1) for _, b, _ in models.values()],
        "errors": [
            ", ".join(rounded(error, 1) for error in targets - guess)
            for _, _, guess in models.values()
        ],
        "sum of squares": [
            rounded(np.sum((targets - guess) ** 2), 1)
            for _, _, guess in models.values()
        ],
    }
)
# %% name="at-zero"
# What the line with a bias predicts for an input of 0.
rounded(predict([0.0], line), 1)
# %% name="lines" alt="Three points, (0, 1), (1, 3) and (2, 5). The line with a bias meets all of them and crosses the vertical axis at 1. The line without a bias starts at the origin and is steeper: it passes below the first two points and above the last."
ends = np.array([[-0.3], [2.3]])
figure, axes = plt.subplots(figsize=(5, 3.4), layout="constrained")
axes.axhline(0, color="C7", linewidth=1)
axes.axvline(0, color="C7", linewidth=1)
axes.plot(ends, predict(ends, line), color="C0", linewidth=2.5)
axes.plot(ends, slope * ends, color="C1", linewidth=2.5)
axes.plot(inputs, targets, "o", color="C2", markersize=10)
bold = {"fontsize": 12, "fontweight": "bold"}
axes.annotate("with a bias", (0.05, 3.1), color="C0", **bold)
axes.annotate("without", (0.75, 1.2), color="C1", **bold)
axes.set(xlabel="x", ylabel="y", xticks=[0, 1, 2], yticks=range(6))
plt.show()
# %% name="shifts" alt="Three sigmoid curves of the same steepness, for a weight of 1 and biases of 3, 0 and -3. They cross one half at -3, 0 and 3: a larger bias moves the curve to the left."
x = np.linspace(-7, 7, 281)
figure, axes = plt.subplots(figsize=(5, 3.4), layout="constrained")
for bias, color in {3: "C0", 0: "C2", -3: "C1"}.items():
    axes.plot(x, sigmoid(x + bias), color=color, linewidth=2.5)
    axes.plot(-bias, 0.5, "o", color=color, markersize=8)
    axes.annotate(
        f"b = {rounded(bias, 0)}",
        (-bias + 0.35, 0.46),
        color=color,
        **bold,
    )
axes.set(xlabel="x", ylabel="output", xticks=range(-6, 7, 3))
axes.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])
axes.grid(alpha=0.25)
plt.show()
