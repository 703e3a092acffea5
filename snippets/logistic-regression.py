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
# Is a tumour malignant? 569 tumours, measured under the microscope: fitted by Newton's method and by going downhill.
# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression

from deeplearning.activations import sigmoid
from deeplearning.linear_regression import predict
from deeplearning.logistic_regression import gradient_descent, log_loss, newton, predict_probability

data = load_breast_cancer()
malignant = 1 - data.target  # scikit-learn's 1 is benign
radius, texture = data.data[:, 0], data.data[:, 1]
both = data.data[:, :2]
scaled = (both - both.mean(axis=0)) / both.std(axis=0)
one = newton(radius[:, np.newaxis], malignant)
two = newton(both, malignant)
# %% name="curve" alt="Tumours as marks at 0 (benign) and 1 (malignant) over their mean radius from 6 to 28. An S-shaped curve rises from near 0 below radius 10 to near 1 above 20 and crosses one half near 14.5."
grid = np.linspace(6, 28, 200)
figure, axes = plt.subplots(figsize=(6, 3.7), layout="constrained")
for label, color, shift in ((0, "C0", -0.04), (1, "C1", 0.04)):
    chosen = radius[malignant == label]
    axes.plot(chosen, np.full(len(chosen), label + shift), "|", color=color, markersize=9, alpha=0.8)
axes.plot(grid, predict_probability(grid[:, np.newaxis], one), color="C2", linewidth=3)
axes.annotate("predicted probability", (15.9, 0.62), color="C2", fontsize=11, fontweight="bold")
axes.annotate("benign", (19.2, -0.06), color="C0", fontsize=11, fontweight="bold")
axes.annotate("malignant", (6, 1.02), color="C1", fontsize=11, fontweight="bold")
axes.set(xlabel="mean radius of the cells", ylabel="P(malignant)", yticks=[0, 0.5, 1])
axes.grid(alpha=0.25)
plt.show()
# %% name="boundary" alt="Tumours by mean radius and texture of their cells: benign ones as round blue points mostly at the lower left, malignant ones as orange crosses mostly at the right. Three parallel straight lines run from the upper left to the lower right: the predicted probabilities 0.1, 0.5 and 0.9."
xs, ys = np.linspace(6, 29, 120), np.linspace(9, 40, 120)
chance = predict_probability(np.stack(np.meshgrid(xs, ys), axis=-1), two)
figure, axes = plt.subplots(figsize=(6, 3.9), layout="constrained")
axes.scatter(*both[malignant == 0].T, s=14, color="C0", alpha=0.8, linewidths=0)
axes.scatter(*both[malignant == 1].T, s=18, color="C1", alpha=0.9, marker="x", linewidths=1.2)
lines = axes.contour(xs, ys, chance, levels=[0.1, 0.5, 0.9], colors="C2", linewidths=[1.5, 3, 1.5])
axes.clabel(lines, fmt="%.1f", fontsize=12, manual=[(9.2, 36), (11.3, 36), (13.5, 36)])
axes.annotate("benign", (6.3, 29), color="C0", fontsize=12, fontweight="bold")
axes.annotate("malignant", (23.2, 36.5), color="C1", fontsize=12, fontweight="bold")
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
    missed, alarms = np.sum(~said & (malignant == 1)), np.sum(said & (malignant == 0))
    rows.append((f"{threshold:.1f}", f"{np.mean(said == malignant):.3f}", int(missed), int(alarms)))
pd.DataFrame(rows, columns=["threshold", "accuracy", "tumours missed", "false alarms"])
# %% name="ways"
best = newton(scaled, malignant)
library = LogisticRegression(C=np.inf, tol=1e-10).fit(scaled, malignant)
ways = {
    "Newton's method": best,
    "gradient descent, 20 steps": gradient_descent(scaled, malignant, 1.0, 20).model,
    "gradient descent, 2,000 steps": gradient_descent(scaled, malignant, 1.0, 2000).model,
    "scikit-learn, no penalty": best._replace(weights=library.coef_[0], bias=float(library.intercept_[0])),
}
pd.DataFrame(
    {
        "way": ways.keys(),
        "weight of radius": [f"{model.weights[0]:.4f}" for model in ways.values()],
        "weight of texture": [f"{model.weights[1]:.4f}" for model in ways.values()],
        "bias": [f"{model.bias:.4f}".replace("-", "−") for model in ways.values()],
        "mean log-loss": [f"{log_loss(predict(scaled, model), malignant):.6f}" for model in ways.values()],
    }
)
# %% name="by-hand"
w, b = 1.2, -3.0
x = np.array([2.0, 2.5, 3.0])
p = sigmoid(w * x + b)
pd.DataFrame(
    {
        "x": [f"{value:g}" for value in x],
        "z = 1.2x − 3": [f"{value:.1f}".replace("-", "−") for value in w * x + b],
        "p = σ(z)": [f"{value:.4f}" for value in p],
        "odds p/(1−p)": [f"{value:.4f}" for value in p / (1 - p)],
        "log-loss if y = 1": [f"{log_loss([w * value + b], [1]):.4f}" for value in x],
    }
)
# %% name="library-defaults"
asked = ["C", "l1_ratio", "fit_intercept", "solver", "max_iter"]
defaults = LogisticRegression().get_params()
pd.DataFrame({"argument of LogisticRegression": asked, "default": [str(defaults[name]) for name in asked]})
