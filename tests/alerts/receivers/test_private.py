from __future__ import annotations

import ipaddress

import pytest

from spanwise_alerts.receivers.private import is_private, names_private

PRIVATE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "100.100.100.200", "168.63.129.16", "192.0.0.192", "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1%eth0",
    "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "64:ff9b::7f00:1", "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("text", PRIVATE)
def test_what_leads_inside_is_private_however_it_is_written(text: str):
    assert is_private(ipaddress.ip_address(text))
    assert names_private(f"http://{f'[{text}]' if ':' in text else text}:80/hook")


@pytest.mark.parametrize("text", PUBLIC)
def test_what_leads_outside_is_not(text: str):
    assert not is_private(ipaddress.ip_address(text))
    assert not names_private(f"http://{f'[{text}]' if ':' in text else text}/hook")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "hook.localhost"])
def test_names_of_this_machine_are_private(host: str):
    assert names_private(f"https://{host}/hook")


@pytest.mark.parametrize("host", ["hooks.example.com", "notlocalhost", "127.1"])
def test_of_other_names_only_a_look_up_can_tell(host: str):
    assert not names_private(f"https://{host}/hook")
