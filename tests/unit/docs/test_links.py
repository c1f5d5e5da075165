"""Links between documents lead somewhere, and everything can be found from the README."""

import pytest

from tests.support.guides import ROOT, anchors, documents, links


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(path):
    wrong = []
    for link in links(path):
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        is_there = target.exists()
        if not is_there or (anchor and anchor not in anchors(target)):
            wrong.append(link)
    assert wrong == []


def test_every_document_is_reached_from_the_readme():
    reached, open_ = set(), [ROOT / "README.md"]
    while open_:
        path = open_.pop()
        if path in reached:
            continue
        reached.add(path)
        targets = ((path.parent / link.partition("#")[0]).resolve() for link in links(path))
        for target in targets:
            if target.is_dir():
                open_ += sorted(target.rglob("*.md"))
            elif target.suffix == ".md":
                open_.append(target)
    assert sorted(str(path) for path in set(documents()) - reached - {ROOT / "CHANGELOG.md"}) == []
