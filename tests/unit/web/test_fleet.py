from tests.support.pages import text_of


def test_the_first_page_tells_a_controller_before_and_after_its_first_sweep(service, vera):
    assert "Never swept 1" in text_of(vera.get("/"))
    service.ann.post("/api/v1/sweeps", {})
    service.work()
    told = text_of(vera.get("/"))
    assert "APs stuck 1" in told
    assert "FN72524 probable 2" in told
