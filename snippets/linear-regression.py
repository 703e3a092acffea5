# /// script
# dependencies = ["knapper", "matplotlib", "numpy", "pandas", "scikit-learn"]
#
# [tool.uv.sources]
# knapper = { path = "..", editable = true }
#
# [tool.knapper]
# timeout = 60
# ///
# %% [markdown]
# # Linear regression
# How diabetes progressed in 442 patients, predicted from ten measurements of a year before: by solving the normal
# equations, and by going downhill.
# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression

from deeplearning.linear_regression import (
    gradient_descent,
    least_squares,
    mean_squared_error,
    normal_equations,
    predict,
)

data = load_diabetes(scaled=False)
names = ["age", "sex", "body mass", "blood pressure", "s1", "s2", "s3", "s4", "s5", "s6"]
inputs = (data.data - data.data.mean(axis=0)) / data.data.std(axis=0)
targets = data.target
mass = data.data[:, 2:3]
line = normal_equations(mass, targets)
# %% name="fit" alt="A cloud of 442 patients: the body mass index from 18 to 42 across, the progression of diabetes from 25 to 350 upwards. A straight line rises through the middle of the cloud; the points scatter widely around it."
ends = np.array([[mass.min()], [mass.max()]])
figure, axes = plt.subplots(figsize=(6, 3.7), layout="constrained")
axes.scatter(mass, targets, s=14, color="C0", alpha=0.75, linewidths=0)
axes.plot(ends, predict(ends, line), color="C1", linewidth=3)
axes.annotate("least squares", (36, 215), color="C1", fontsize=12, fontweight="bold")
axes.set(xlabel="body mass index (kg/m²)", ylabel="progression after a year")
plt.show()
# %% name="slope"
f"{line.weights[0]:.2f}"
# %% name="bias"
f"{line.bias:.1f}".replace("-", "−")
# %% name="ways"
ways = {
    "normal equations": normal_equations(inputs, targets),
    "singular values": least_squares(inputs, targets),
    "gradient descent, 100 steps": gradient_descent(inputs, targets, 0.2, 100).model,
    "gradient descent, 10,000 steps": gradient_descent(inputs, targets, 0.2, 10_000).model,
}
library = LinearRegression().fit(inputs, targets)
ways["scikit-learn"] = ways["normal equations"]._replace(weights=library.coef_, bias=float(library.intercept_))
pd.DataFrame(
    {
        "way": ways.keys(),
        "bias": [f"{model.bias:.3f}" for model in ways.values()],
        "weight of body mass": [f"{model.weights[2]:.3f}" for model in ways.values()],
        "weight of s1": [f"{model.weights[4]:.3f}".replace("-", "−") for model in ways.values()],
        "mean squared error": [f"{mean_squared_error(predict(inputs, m), targets):.3f}" for m in ways.values()],
    }
)
# %% name="same-as-library"
# The largest difference between our weights and those of scikit-learn.
largest = np.abs(ways["normal equations"].weights - library.coef_).max()
"below 10⁻⁹" if largest < 1e-9 else f"{largest:.0e}"
# %% name="descent" alt="The mean squared error above its smallest possible value, on logarithmic axes, over 1 to 3000 steps of gradient descent, for three learning rates. With 0.2 it falls fastest, with 0.02 it takes ten times as many steps, with 0.26 it grows without end from the first steps on."
best = mean_squared_error(predict(inputs, ways["normal equations"]), targets)
rates = {0.02: ("C0", 3000), 0.2: ("C2", 3000), 0.26: ("C1", 60)}
figure, axes = plt.subplots(figsize=(6, 3.7), layout="constrained")
for rate, (color, steps) in rates.items():
    excess = gradient_descent(inputs, targets, rate, steps).losses - best
    axes.loglog(np.arange(1, steps + 1), excess[1:], color=color, linewidth=2.5)
axes.annotate("rate 0.26: diverges", (1.2, 8e4), color="C1", fontsize=11, fontweight="bold")
axes.annotate("rate 0.02", (60, 600), color="C0", fontsize=11, fontweight="bold")
axes.annotate("rate 0.2", (1.4, 60), color="C2", fontsize=11, fontweight="bold")
axes.set(xlabel="step", ylabel="cost above the minimum", ylim=(1, 1e6))
axes.grid(alpha=0.25)
plt.show()
# %% name="largest-rate"
# Gradient descent on a quadratic converges below 2 / (largest curvature); the curvature of J is 2 X'X / m.
columns = np.column_stack([inputs, np.ones(len(inputs))])
f"{2 / np.linalg.eigvalsh(2 * columns.T @ columns / len(columns)).max():.3f}"
# %% name="library-defaults"
defaults = LinearRegression().get_params()
pd.DataFrame({"argument of LinearRegression": defaults.keys(), "default": [str(value) for value in defaults.values()]})
