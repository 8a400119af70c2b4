import sys

import pytest

from n2n.cluster import connect


def test_where_no_cluster_answers_the_allowed_addresses_are_told():
    with pytest.raises(ValueError, match=r"no cluster answers at 'nowhere'.*ray://HOST:10001"):
        connect("nowhere")


def test_where_ray_is_missing_the_line_that_installs_it_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ValueError, match=r"needs ray, and 'ray' is missing: .*-m pip install 'ray\[client,train\]'"):
        connect("auto")
