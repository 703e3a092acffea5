"""Deep learning concepts as tested code: NumPy from scratch, Keras where the library is the subject."""
