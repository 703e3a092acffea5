"""The MkDocs plugin: a thin adapter around the compiler. The only package that imports MkDocs."""
