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
# # Weights
# What a weight adds to a sum, and what a change of units does to it.
# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.datasets import load_diabetes

from deeplearning.linear_regression import least_squares, predict
from deeplearning.neuron import contributions, weighted_sum

data = load_diabetes(scaled=False)
names = ["age", "body mass", "blood pressure", "s1", "s5"]
columns = [0, 2, 3, 4, 8]
inputs, targets = data.data[:, columns], data.target
raw = least_squares(inputs, targets)


def rounded(number, digits):
    return f"{number:.{digits}f}".replace("-", "−")


# %% name="contributions"
x, w = [2, -1, 3], [0.4, 0.6, -0.1]
parts = contributions(x, w)
pd.DataFrame(
    {
        "input": ["x₁", "x₂", "x₃", "sum z"],
        "value": [*(rounded(number, 0) for number in x), ""],
        "weight": [*(rounded(number, 1) for number in w), ""],
        "contribution": [
            rounded(part, 1) for part in [*parts, weighted_sum(x, w)]
        ],
    }
)
# %% name="rescaled"
factors = [0.1, 1.0, 10.0, 1000.0]
models = []
for factor in factors:
    rescaled = inputs.copy()
    rescaled[:, 1] *= factor
    models.append((least_squares(rescaled, targets), rescaled))
pd.DataFrame(
    {
        "body mass times": [f"{factor:g}" for factor in factors],
        "its weight": [f"{model.weights[1]:.4f}" for model, _ in models],
        "weight of s5": [f"{model.weights[4]:.2f}" for model, _ in models],
        "first patient": [f"{predict(x, model)[0]:.1f}" for model, x in models],
    }
)
# %% name="exactly"
# The largest relative difference of a rescaled weight to the old one over k.
largest = max(
    abs(model.weights[1] * factor / raw.weights[1] - 1)
    for factor, (model, _) in zip(factors, models, strict=True)
)
"below 10⁻⁹" if largest < 1e-9 else f"{largest:.0e}"
# %% name="units" alt="Two bar charts of the weights of five measurements. In their own units the weight of s5 dwarfs all others. Per standard deviation, body mass, s5 and blood pressure are of comparable size, and s1 counts against."
per_deviation = raw.weights * inputs.std(axis=0)
figure, both = plt.subplots(
    1, 2, figsize=(5, 3.2), layout="constrained", sharey=True
)
panels = {"per own unit": raw.weights, "per std. deviation": per_deviation}
for axes, (title, weights) in zip(both, panels.items(), strict=True):
    colors = np.where(weights > 0, "C0", "C1")
    axes.barh(names, weights, color=colors)
    axes.axvline(0, color="C7", linewidth=1)
    axes.set_title(title, fontsize=12)
    axes.tick_params(labelsize=11)
    axes.set_xlabel("weight", fontsize=11)
both[0].invert_yaxis()
plt.show()
# %% name="glorot"
f"{np.sqrt(6 / (4 + 3)):.3f}"
