from schema.domain.resctrl import CacheAllocation
from tests.schema.asking import computed, stored


def test_groups_of_virtual_cpus_and_their_meters() -> None:
    assert stored(
        "<cputune>"
        "<cachetune vcpus='0-1' id='vcpus_0-1'><cache id='0' level='3' type='both' size='3' unit='MiB'/>"
        "<monitor level='3'/></cachetune>"
        "<memorytune vcpus='2' id='vcpus_2'><node id='0' bandwidth='60'/><monitor vcpus='2'/></memorytune>"
        "<energytune><monitor vcpus='0-3'/><monitor/></energytune>"
        "</cputune>"
    )["cputune"] == {
        "cachetunes": [
            {
                "vcpus": "0-1",
                "id": "vcpus_0-1",
                "caches": [{"id": 0, "level": 3, "type": "both", "size": 3, "unit": "MiB"}],
                "monitors": [{"level": 3}],
            }
        ],
        "memorytunes": [
            {"vcpus": "2", "id": "vcpus_2", "nodes": [{"id": 0, "bandwidth": 60}], "monitors": [{"vcpus": "2"}]}
        ],
        "energytunes": [{"monitors": [{"vcpus": "0-3"}, {}]}],
    }


def test_a_part_of_a_cache_is_counted_in_bytes_unless_it_says_otherwise() -> None:
    assert computed(CacheAllocation, "bytes", {"size": 3, "unit": "MiB"}) == 3 * 2**20
    assert computed(CacheAllocation, "bytes", {"size": 3145728}) == 3145728
    assert computed(CacheAllocation, "bytes", {"size": 3, "unit": "ways"}) is None
    assert computed(CacheAllocation, "bytes", {}) is None
