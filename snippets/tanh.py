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
# # Tanh
# Tanh beside the sigmoid: the same shape stretched, and where it is steeper.
# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from deeplearning.activations import (
    sigmoid,
    sigmoid_slope,
    tanh,
    tanh_slope,
)

z = np.linspace(-5, 5, 401)
bold = {"fontsize": 12, "fontweight": "bold"}


def rounded(number):
    return f"{number:.4f}".replace("-", "−")


# %% name="curves" alt="Over z from -5 to 5, tanh rises from -1 through 0 to 1. Round marks of 2 sigma(2z) - 1 lie exactly on it. The sigmoid rises more slowly, from 0 through one half to 1."
figure, axes = plt.subplots(figsize=(5, 3.4), layout="constrained")
axes.plot(z, sigmoid(z), "--", color="C1", linewidth=2.5)
axes.plot(z, tanh(z), color="C0", linewidth=2.5)
some = z[::16]
axes.plot(some, 2 * sigmoid(2 * some) - 1, "o", color="C2", markersize=5)
axes.annotate("sigmoid σ(z)", (-4.9, 0.3), color="C1", **bold)
axes.annotate("tanh(z)", (0.9, 0.3), color="C0", **bold)
axes.annotate("2σ(2z) − 1 (marks)", (-0.5, -0.9), color="C2", **bold)
axes.set(xlabel="pre-activation z", ylabel="output")
axes.set_yticks([-1, -0.5, 0, 0.5, 1], ["−1", "−0.5", "0", "0.5", "1"])
axes.grid(alpha=0.25)
plt.show()
# %% name="identity"
# How far the two sides of tanh(z) = 2 sigmoid(2z) - 1 differ on the figure.
difference = np.abs(tanh(z) - (2 * sigmoid(2 * z) - 1)).max()
"less than 10⁻¹⁵" if difference < 1e-15 else f"{difference:.0e}"
# %% name="crossing"
# 1 / cosh(z)^2 = 1 / (4 cosh(z/2)^2) is a quadratic equation in cosh(z/2).
crossing = 2 * np.arccosh((1 + np.sqrt(3)) / 2)
assert np.isclose(tanh_slope(crossing), sigmoid_slope(crossing), rtol=1e-12)
f"{crossing:.2f}"
# %% name="slopes" alt="The slopes over z from -5 to 5. That of tanh is a narrow hill of height 1, that of the sigmoid a broad one of height 0.25. They cross at two dots, near z = -1.66 and 1.66; outside them the sigmoid's slope is the larger one."
figure, axes = plt.subplots(figsize=(5, 3.4), layout="constrained")
axes.plot(z, sigmoid_slope(z), "--", color="C1", linewidth=2.5)
axes.plot(z, tanh_slope(z), color="C0", linewidth=2.5)
both = np.array([-crossing, crossing])
axes.plot(both, tanh_slope(both), "o", color="C2", markersize=8)
axes.annotate("tanh", (0.75, 0.7), color="C0", **bold)
axes.annotate("sigmoid\n(dashed)", (-4.9, 0.14), color="C1", **bold)
axes.annotate(f"z = {crossing:.2f}", (1.75, 0.22), color="C2", **bold)
axes.set(xlabel="pre-activation z", ylabel="slope")
axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.5", "0.75", "1"])
axes.grid(alpha=0.25)
plt.show()
# %% name="values"
at = np.array([0, 0.55, 1, 2, 5])
columns = {
    "σ(z)": sigmoid,
    "tanh(z)": tanh,
    "slope of σ": sigmoid_slope,
    "slope of tanh": tanh_slope,
}
pd.DataFrame(
    {"z": [f"{number:g}" for number in at]}
    | {
        name: [rounded(number) for number in function(at)]
        for name, function in columns.items()
    }
)
# %% name="example-up"
up = np.exp(0.55)
rounded(up)
# %% name="example-down"
down = np.exp(-0.55)
rounded(down)
# %% name="example-difference"
rounded(up - down)
# %% name="example-sum"
rounded(up + down)
# %% name="example-output"
rounded(tanh(0.55))
# %% name="example-sigmoid"
rounded(sigmoid(1.1))
# %% name="example-slope"
rounded(tanh_slope(0.55))
