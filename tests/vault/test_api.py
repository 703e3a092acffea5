import knapper.vault


def test_public_names_are_sorted_and_documented() -> None:
    names = knapper.vault.__all__
    assert sorted(names) == sorted(set(names))
    for name in names:
        item = getattr(knapper.vault, name)
        assert item.__doc__ or isinstance(item, int | tuple)
