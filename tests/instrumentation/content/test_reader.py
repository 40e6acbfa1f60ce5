from spanwise.content.reader import Given


def test_each_request_has_lists_of_its_own():
    Given().messages.append({"role": "user", "parts": []})
    assert Given().messages == []
