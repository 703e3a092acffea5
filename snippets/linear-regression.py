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
# How diabetes progressed in 442 patients, predicted from ten measurements of a
# year before: by solving the normal equations, and by going downhill.
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
inputs = (data.data - data.data.mean(axis=0)) / data.data.std(axis=0)
targets = data.target
mass = data.data[:, 2:3]
line = normal_equations(mass, targets)


def rounded(number, digits):
    return f"{number:.{digits}f}".replace("-", "−")


# %% name="fit" alt="A cloud of 442 patients: the body mass index from 18 to 42 across, the progression of diabetes from 25 to 350 upwards. A straight line rises through the middle of the cloud; the points scatter widely around it."
ends = np.array([[mass.min()], [mass.max()]])
figure, axes = plt.subplots(figsize=(5, 3.4), layout="constrained")
axes.scatter(mass, targets, s=14, color="C0", alpha=0.75, linewidths=0)
axes.plot(ends, predict(ends, line), color="C1", linewidth=3)
bold = {"fontsize": 12, "fontweight": "bold"}
axes.annotate("least squares", (35.5, 200), color="C1", **bold)
axes.set(xlabel="body mass index (kg/m²)", ylabel="progression after a year")
plt.show()
# %% name="slope"
rounded(line.weights[0], 2)
# %% name="bias"
rounded(line.bias, 1)
# %% name="explained"
# The share of the variance of the targets that the line accounts for, R².
unexplained = mean_squared_error(predict(mass, line), targets) / targets.var()
f"{100 * (1 - unexplained):.0f} %"
# %% name="ways"
ways = {
    "normal equations": normal_equations(inputs, targets),
    "singular values": least_squares(inputs, targets),
    "100 steps downhill": gradient_descent(inputs, targets, 0.2, 100).model,
    "10,000 steps": gradient_descent(inputs, targets, 0.2, 10_000).model,
}
library = LinearRegression().fit(inputs, targets)
ways["scikit-learn"] = ways["normal equations"]._replace(
    weights=library.coef_, bias=float(library.intercept_)
)


def error(model):
    return mean_squared_error(predict(inputs, model), targets)


pd.DataFrame(
    {
        "way": ways.keys(),
        "body mass": [rounded(model.weights[2], 2) for model in ways.values()],
        "s1": [rounded(model.weights[4], 2) for model in ways.values()],
        "cost J": [f"{error(model):.1f}" for model in ways.values()],
    }
)
# %% name="correlation"
# Of the two blood values that are named s1 and s2 in the data.
f"{np.corrcoef(inputs[:, 4], inputs[:, 5])[0, 1]:.2f}"
# %% name="same-as-library"
# The largest difference between our weights and those of scikit-learn.
largest = np.abs(ways["normal equations"].weights - library.coef_).max()
"below 10⁻⁹" if largest < 1e-9 else f"{largest:.0e}"
# %% name="descent" alt="The mean squared error above its smallest possible value, on logarithmic axes, over 1 to 3000 steps of gradient descent, for three learning rates. With 0.2 it falls fastest, with 0.02 it takes ten times as many steps. With 0.26 it falls for three steps, then grows without end."
rates = {0.02: ("C0", 3000), 0.2: ("C2", 3000), 0.26: ("C1", 60)}
figure, axes = plt.subplots(figsize=(5, 3.4), layout="constrained")
for rate, (color, steps) in rates.items():
    losses = gradient_descent(inputs, targets, rate, steps).losses
    excess = losses - error(ways["normal equations"])
    shown = np.arange(1, steps + 1)
    axes.loglog(shown, excess[1:], color=color, linewidth=2.5)
axes.annotate("rate 0.26", (1.2, 1e5), color="C1", **bold)
axes.annotate("rate 0.02", (60, 600), color="C0", **bold)
axes.annotate("rate 0.2", (1.2, 8), color="C2", **bold)
axes.set(xlabel="step", ylabel="cost above the minimum", ylim=(1, 1e6))
axes.set_xticks([1, 10, 100, 1000], ["1", "10", "100", "1000"])
axes.set_yticks([1, 100, 1e4, 1e6], ["1", "100", "10,000", "1,000,000"])
axes.minorticks_off()
axes.grid(alpha=0.25)
plt.show()
# %% name="largest-rate"
# Gradient descent on a quadratic converges below 2 / (largest curvature); the
# curvature of J is 2 X'X / m.
columns = np.column_stack([inputs, np.ones(len(inputs))])
curvatures = np.linalg.eigvalsh(2 * columns.T @ columns / len(columns))
f"{2 / curvatures.max():.3f}"
# %% name="library-defaults"
asked = ["fit_intercept", "positive"]
defaults = LinearRegression().get_params()
pd.DataFrame(
    {"argument": asked, "default": [str(defaults[name]) for name in asked]}
)
