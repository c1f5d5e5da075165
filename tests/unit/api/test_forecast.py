"""The forecast by HTTP: what polls kept, for whoever may look."""

V1 = "/api/v1"


def test_everybody_reads_it_and_names_narrow_it(service):
    told = service.vera.get(f"{V1}/forecast").json()["forecast"]
    assert {"at", "entries", "sites", "unknown"} == set(told)
    one = service.vera.get(f"{V1}/forecast", controller="hq-1", within=1).json()["forecast"]
    assert [known["name"] for known in one["sites"][0]["controllers"]] == ["hq-1"]


def test_a_name_that_nobody_knows_and_no_token_are_refused(service):
    assert service.vera.get(f"{V1}/forecast", controller="hq-9").status_code == 404
    assert service.vera.get(f"{V1}/forecast", within=-1).status_code == 422
    assert service.nobody.get(f"{V1}/forecast").status_code == 401
