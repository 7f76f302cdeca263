"""No module imports what imports it: neither at its head nor within a function."""

import grimp


def test_no_modules_import_one_another():
    graph = grimp.build_graph("aanchal", exclude_type_checking_imports=True)
    imports = {m: graph.find_modules_directly_imported_by(m) for m in graph.modules}
    left = dict(imports)
    # Take away, again and again, what imports nothing that is left: a circle stays.
    while free := [m for m, needs in left.items() if not needs & left.keys()]:
        for module in free:
            del left[module]
    while free := [m for m in left if not any(m in needs for needs in left.values())]:
        for module in free:
            del left[module]

    assert left == {}, sorted(left)
