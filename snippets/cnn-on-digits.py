# /// script
# dependencies = [
#   "knapper",
#   "matplotlib",
#   "numpy",
#   "pandas",
#   "scikit-learn",
#   "tensorflow",
# ]
#
# [tool.uv.sources]
# knapper = { path = "..", editable = true }
#
# [tool.knapper]
# timeout = 300
# device = "gpu"
# ///
# %% [markdown]
# # A convolutional network on digits
# A convolutional network learns to read 8 × 8 pixels of handwriting. A dense
# network with nearly four times as many parameters learns the same, and both
# are tested with digits moved by one pixel.
# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from deeplearning.cnn import (
    classify,
    confusion_matrix,
    convolutional_network,
    dense_network,
    digits,
    train,
)

split = digits(seed=0)
epochs = 15
seeds = (0, 1, 2)
builds = {"convolutional": convolutional_network, "dense": dense_network}
models = {
    name: [build(seed) for seed in seeds] for name, build in builds.items()
}
curves = {
    name: [
        train(model, split, epochs, seed)
        for seed, model in zip(seeds, networks, strict=True)
    ]
    for name, networks in models.items()
}
network = models["convolutional"][0]
# %% name="examples" alt="Two rows of five coarse grey handwritten digits, each 8 by 8 pixels, from 0 to 9."
figure, panels = plt.subplots(2, 5, figsize=(5, 2.6), layout="constrained")
for digit, axes in enumerate(panels.flat):
    first = split.train_images[split.train_labels == digit][0, ..., 0]
    axes.imshow(first, cmap="gray")
    axes.set_title(str(digit), fontsize=12)
    axes.axis("off")
plt.show()
# %% name="learning-curves" alt="The share of errors over 15 epochs on a logarithmic axis. Training errors of both networks, as dotted lines, fall steadily to about one percent. Test errors fall along with them at first and then flatten near three percent, for the convolutional and the dense network alike."
figure, axes = plt.subplots(figsize=(5, 3.6), layout="constrained")
shown = np.arange(1, epochs + 1)
for runs, color in zip(curves.values(), ("C0", "C1"), strict=True):
    training = 1 - np.mean([run.train_accuracy for run in runs], axis=0)
    testing = 1 - np.mean([run.test_accuracy for run in runs], axis=0)
    axes.semilogy(shown, 100 * testing, "-", color=color, linewidth=2.8)
    axes.semilogy(shown, 100 * training, ":", color=color, linewidth=2)
bold = {"fontsize": 12, "fontweight": "bold"}
axes.annotate("convolutional", (5, 30), color="C0", **bold)
axes.annotate("dense", (5, 17), color="C1", **bold)
axes.annotate("test", (15.3, 3), fontsize=12, va="center")
axes.annotate("training", (15.3, 1), fontsize=12, va="center")
axes.set(xlabel="epoch", ylabel="errors in %", xlim=(1, 19.5), ylim=(0.6, 100))
axes.set_xticks([1, 5, 10, 15])
axes.set_yticks([1, 3, 10, 30, 100], ["1", "3", "10", "30", "100"])
axes.minorticks_off()
axes.grid(alpha=0.25)
plt.show()


# %% name="accuracy"
def moved(images, down, right):
    """The images, moved by up to a pixel; what comes in is paper."""
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
    return padded[:, 1 - down : 9 - down, 1 - right : 9 - right]


def accuracy(networks, images, labels):
    return np.mean([classify(model, images) == labels for model in networks])


directions = [(1, 0), (-1, 0), (0, 1), (0, -1)]
shifted = [moved(split.test_images, *step) for step in directions]
images, labels = np.concatenate(shifted), np.tile(split.test_labels, 4)
measured = {
    "mean of 3 seeds": [
        "parameters",
        "training images",
        "test images",
        "standard error",
        "test images, moved",
    ]
}
for name, networks in models.items():
    learnt = np.mean([run.train_accuracy[-1] for run in curves[name]])
    here = accuracy(networks, split.test_images, split.test_labels)
    there = accuracy(networks, images, labels)
    # Of a share p among 450 independent images: sqrt(p (1 - p) / 450).
    uncertain = np.sqrt(here * (1 - here) / len(split.test_labels))
    measured[name] = [
        f"{networks[0].count_params():,}",
        *(f"{share:.3f}" for share in (learnt, here, uncertain, there)),
    ]
pd.DataFrame(measured)
# %% name="confusion" alt="A table of ten by ten numbers, rows for the true digit and columns for the predicted one. Nearly all of the 450 test images lie on the diagonal; a few single mistakes are scattered off it. The title says how many are wrong."
said = classify(network, split.test_images)
counts = confusion_matrix(split.test_labels, said, 10)
figure, axes = plt.subplots(figsize=(5, 4.2), layout="constrained")
for i, j in np.argwhere(counts):
    right = i == j
    axes.text(
        j,
        i,
        str(counts[i, j]),
        ha="center",
        va="center",
        fontsize=12,
        color="C0" if right else "C1",
        weight="bold" if right else "normal",
    )
wrong = counts.sum() - np.trace(counts)
axes.set_title(f"{wrong} of {counts.sum()} wrong", fontsize=12)
axes.set(xlim=(-0.5, 9.5), ylim=(9.5, -0.5))
axes.set(xlabel="predicted digit", ylabel="true digit")
axes.set(xticks=range(10), yticks=range(10))
axes.set_xticks(np.arange(-0.5, 10), minor=True)
axes.set_yticks(np.arange(-0.5, 10), minor=True)
axes.grid(which="minor", alpha=0.4)
axes.tick_params(which="both", length=0)
plt.show()
# %% name="filters" alt="Sixteen small squares of three by three pixels, from blue for negative to red for positive weights: the learned kernels of the first layer. Many are red on one side and blue on the other, so they respond to edges."
kernels = network.get_layer("first").kernel.value.numpy()[:, :, 0]
limit = float(np.abs(kernels).max())
figure, panels = plt.subplots(2, 8, figsize=(5, 1.8), layout="constrained")
for k, axes in enumerate(panels.flat):
    picture = axes.imshow(
        kernels[:, :, k], cmap="RdBu_r", vmin=-limit, vmax=limit
    )
    axes.axis("off")
bar = figure.colorbar(picture, ax=panels, ticks=[-limit, 0, limit], shrink=0.9)
bar.ax.set_yticklabels([f"−{limit:.1f}", "0", f"{limit:.1f}"])
plt.show()
# %% name="layers"
rows = [
    (
        layer.__class__.__name__,
        " × ".join(map(str, layer.output.shape[1:])),
        f"{layer.count_params():,}",
    )
    for layer in network.layers
]
pd.DataFrame(rows, columns=["layer", "output", "parameters"])
