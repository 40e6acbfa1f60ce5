from spanwise_dashboards.boards.alerts import BOARD

PANELS = {panel.title: panel for row in BOARD.rows for panel in row.panels}


def test_the_first_row_says_whether_anybody_must_act_and_whether_word_gets_out():
    assert [panel.title for panel in BOARD.rows[0].panels] == [
        "Critical alerts",
        "Warnings",
        "Held back",
        "Active silences",
        "Dead letters",
        "Failing rules",
    ]


def test_the_noisiest_rule_is_first_and_one_click_away():
    table = PANELS["Noisy rules"]
    assert table.options["sortBy"] == [{"desc": True, "displayName": "Fired"}]
    assert "var-rule=${__value.raw}" in str(table.overrides[0])


def test_a_spent_budget_has_nothing_left_and_never_less():
    (query,) = PANELS["Budget left"].queries
    assert query.expr.startswith("clamp_min(1 - max by (rule, period)")
    assert query.expr.endswith(", 0)")


def test_a_burn_that_empties_the_budget_in_two_days_is_red():
    assert [threshold.value for threshold in PANELS["Burn rate"].thresholds] == [None, 1, 14.4]
