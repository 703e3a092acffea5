# /// script
# dependencies = ["knapper", "pandas", "tensorflow"]
#
# [tool.uv.sources]
# knapper = { path = "..", editable = true }
#
# [tool.knapper]
# timeout = 120
# ///
# %% [markdown]
# # Layers of Keras
# What a layer does if you say nothing: defaults, read from the installed Keras.
# %%
import keras
import pandas as pd

layers = {
    "Dense": keras.layers.Dense(1),
    "Conv2D": keras.layers.Conv2D(1, 3),
    "MaxPooling2D": keras.layers.MaxPooling2D(),
}


def default(layer, argument):
    value = layer.get_config().get(argument, "–")
    return value["class_name"] if isinstance(value, dict) else str(value)


def defaults(arguments, kinds):
    columns = {
        kind: [default(layers[kind], argument) for argument in arguments]
        for kind in kinds
    }
    return pd.DataFrame({"argument": arguments, **columns})


# %% name="neurons"
with_weights = [
    "activation",
    "use_bias",
    "kernel_initializer",
    "bias_initializer",
]
defaults(with_weights, ["Dense", "Conv2D"])
# %% name="sliding"
of_places = ["strides", "padding", "dilation_rate"]
defaults(of_places, ["Conv2D", "MaxPooling2D"])
# %% name="version"
keras.__version__
