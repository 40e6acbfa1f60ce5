from spanwise_dashboards import errors


def test_only_what_may_pass_is_tried_again():
    assert not issubclass(errors.GrafanaAwayError, errors.GrafanaRefusedError)
    assert issubclass(errors.GrafanaMissingError, errors.GrafanaRefusedError)
    assert issubclass(errors.GrafanaConflictError, errors.GrafanaRefusedError)


def test_one_except_catches_all():
    tree = (errors.GrafanaAwayError, errors.GrafanaRefusedError, errors.GrafanaMissingError)
    assert all(issubclass(each, errors.GrafanaError) for each in tree)
