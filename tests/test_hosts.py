"""Which hosts are this machine or a private network."""

from __future__ import annotations

import pytest

from minimax_nb.hosts import host_of, is_loopback, is_private


@pytest.mark.parametrize(
    ("host", "loopback", "private"),
    [
        ("127.0.0.1", True, True),
        ("127.8.9.10", True, True),
        ("127.1", True, True),
        ("2130706433", True, True),
        ("::1", True, True),
        ("::ffff:127.0.0.1", True, True),
        ("localhost", True, True),
        ("LocalHost.", True, True),
        ("api.localhost", True, True),
        ("0.0.0.0", False, True),
        ("10.0.0.7", False, True),
        ("172.16.0.1", False, True),
        ("172.31.255.255", False, True),
        ("192.168.1.20", False, True),
        ("169.254.10.10", False, True),
        ("100.64.0.1", False, True),
        ("100.101.102.103", False, True),
        ("100.127.255.255", False, True),
        ("fd7a:115c:a1e0::1", False, True),
        ("fc00::1", False, True),
        ("fe80::1", False, True),
        ("fe80::1%25eth0", False, True),
        ("::ffff:10.1.2.3", False, True),
        ("gpu-box", False, True),
        ("gpu-box.", False, True),
        ("gpu.local", False, True),
        ("gpu.tailnet-1a2b.ts.net", False, True),
        ("host.docker.internal", False, True),
        ("gateway.containers.internal", False, True),
        ("vllm.models.svc", False, True),
        ("vllm.models.svc.cluster.local", False, True),
        ("nas.home.arpa", False, True),
        ("box.lan", False, True),
        ("8.8.8.8", False, False),
        ("134744072", False, False),
        ("0x08080808", False, False),
        ("172.32.0.1", False, False),
        ("100.128.0.1", False, False),
        ("100.63.255.255", False, False),
        ("::ffff:8.8.8.8", False, False),
        ("2606:4700::1111", False, False),
        ("api.minimax.io", False, False),
        ("localhost.evil.example", False, False),
        ("notlocalhost.example", False, False),
        ("fakets.net", False, False),
        ("local.example", False, False),
        ("", False, False),
    ],
)
def test_hosts_are_told_apart(host: str, loopback: bool, private: bool) -> None:
    assert (is_loopback(host), is_private(host)) == (loopback, private)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://API.minimax.io:443/v1", "api.minimax.io"),
        ("http://me:secret@[::1]:8000/v1", "::1"),
        ("nonsense", ""),
        ("http://[::1", ""),
        ("", ""),
    ],
)
def test_the_host_of_a_url(url: str, host: str) -> None:
    assert host_of(url) == host
