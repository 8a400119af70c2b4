import pytest

from n2n.cluster import connect


def test_where_no_cluster_answers_the_allowed_addresses_are_told():
    with pytest.raises(ValueError, match=r"no cluster answers at 'nowhere'.*ray://HOST:10001"):
        connect("nowhere")
