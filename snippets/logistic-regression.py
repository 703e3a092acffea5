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
# # Logistic regression
# Is a tumour malignant? 569 tumours, measured under the microscope: fitted by
# Newton's method and by going downhill.
# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression

from deeplearning.activations import sigmoid
from deeplearning.linear_regression import predict
from deeplearning.logistic_regression import (
    gradient_descent,
    log_loss,
    newton,
    predict_probability,
)

data = load_breast_cancer()
malignant = 1 - data.target  # scikit-learn's 1 is benign
radius = data.data[:, 0]
both = data.data[:, :2]  # radius and texture
scaled = (both - both.mean(axis=0)) / both.std(axis=0)
one = newton(radius[:, np.newaxis], malignant)
two = newton(both, malignant)


def rounded(number, digits):
    return f"{number:.{digits}f}".replace("-", "−")


# %% name="curve" alt="Tumours as marks at 0 (benign) and 1 (malignant) over their mean radius from 6 to 28. An S-shaped curve rises from near 0 below radius 10 to near 1 above 20 and crosses one half just below 15."
grid = np.linspace(6, 28, 200)
chance = predict_probability(grid[:, np.newaxis], one)
figure, axes = plt.subplots(figsize=(5, 3.4), layout="constrained")
for label, color, shift in ((0, "C0", -0.04), (1, "C1", 0.04)):
    chosen = radius[malignant == label]
    height = np.full(len(chosen), label + shift)
    axes.plot(chosen, height, "|", color=color, markersize=9, alpha=0.8)
axes.plot(grid, chance, color="C2", linewidth=3)
bold = {"fontsize": 11, "fontweight": "bold"}
axes.annotate("predicted\nprobability", (16.2, 0.55), color="C2", **bold)
axes.annotate("benign", (19, -0.07), color="C0", **bold)
axes.annotate("malignant", (5.3, 1.01), color="C1", **bold)
axes.set(xlabel="mean radius of the cells", ylabel="P(malignant)")
axes.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])
axes.grid(alpha=0.25)
plt.show()
# %% name="boundary" alt="Tumours by mean radius and texture of their cells: benign ones as round blue points mostly at the lower left, malignant ones as orange crosses mostly at the right. Three parallel straight lines run from the upper left to the lower right: the predicted probabilities 0.1, 0.5 and 0.9."
xs, ys = np.linspace(6, 29, 120), np.linspace(9, 40, 120)
chance = predict_probability(np.stack(np.meshgrid(xs, ys), axis=-1), two)
figure, axes = plt.subplots(figsize=(5, 3.6), layout="constrained")
for label, color, marker in ((0, "C0", "."), (1, "C1", "x")):
    x, y = both[malignant == label].T
    axes.plot(x, y, marker, color=color, markersize=5, alpha=0.8)
lines = axes.contour(
    xs,
    ys,
    chance,
    levels=[0.1, 0.5, 0.9],
    colors="C2",
    linewidths=[1.5, 3, 1.5],
)
places = [(9.2, 36), (11.3, 36), (13.5, 36)]
axes.clabel(lines, fmt="%.1f", fontsize=12, manual=places)
axes.annotate("benign", (6.3, 29.5), color="C0", **bold)
axes.annotate("malignant", (22.5, 36.5), color="C1", **bold)
axes.set(xlabel="mean radius of the cells", ylabel="mean texture")
plt.show()
# %% name="odds-per-unit"
f"{np.exp(one.weights[0]):.2f}"
# %% name="half-at"
f"{-one.bias / one.weights[0]:.1f}"
# %% name="thresholds"
chances = predict_probability(both, two)
rows = []
for threshold in (0.1, 0.3, 0.5, 0.7, 0.9):
    said = chances > threshold
    right = np.mean(said == malignant)
    missed = np.sum(~said & (malignant == 1))
    alarms = np.sum(said & (malignant == 0))
    rows.append((f"{threshold}", f"{right:.3f}", int(missed), int(alarms)))
pd.DataFrame(rows, columns=["threshold", "accuracy", "missed", "false alarms"])
# %% name="ways"
best = newton(scaled, malignant)
library = LogisticRegression(C=np.inf, tol=1e-10).fit(scaled, malignant)
ways = {
    "Newton's method": best,
    "20 steps downhill": gradient_descent(scaled, malignant, 1.0, 20).model,
    "2,000 steps": gradient_descent(scaled, malignant, 1.0, 2000).model,
    "scikit-learn": best._replace(
        weights=library.coef_[0], bias=float(library.intercept_[0])
    ),
}


def cost(model):
    return log_loss(predict(scaled, model), malignant)


pd.DataFrame(
    {
        "way": ways.keys(),
        "radius": [rounded(model.weights[0], 3) for model in ways.values()],
        "texture": [rounded(model.weights[1], 3) for model in ways.values()],
        "bias": [rounded(model.bias, 3) for model in ways.values()],
        "cost J": [f"{cost(model):.4f}" for model in ways.values()],
    }
)
# %% name="by-hand"
w, b = 1.2, -3.0
x = np.array([2.0, 2.5, 3.0])
p = sigmoid(w * x + b)
pd.DataFrame(
    {
        "x": [f"{value:g}" for value in x],
        "z = 1.2x − 3": [rounded(value, 1) for value in w * x + b],
        "p = σ(z)": [f"{value:.4f}" for value in p],
        "odds p/(1−p)": [f"{value:.4f}" for value in p / (1 - p)],
        "loss if y = 1": [f"{log_loss([w * at + b], [1]):.4f}" for at in x],
    }
)
# %% name="library-defaults"
asked = ["C", "l1_ratio", "fit_intercept", "solver", "max_iter"]
defaults = LogisticRegression().get_params()
pd.DataFrame(
    {"argument": asked, "default": [str(defaults[name]) for name in asked]}
)
