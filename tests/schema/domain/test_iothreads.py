from tests.schema.asking import stored


def test_threads_are_counted_and_listed() -> None:
    assert stored(
        "<iothreads>2</iothreads><iothreadids><iothread id='2'/>"
        "<iothread id='8' thread_pool_min='0' thread_pool_max='32'>"
        "<poll max='18446744073709551615' grow='456' shrink='0' weight='3'/></iothread></iothreadids>"
        "<defaultiothread thread_pool_min='8' thread_pool_max='16'/>"
    ) == {
        "iothreads": 2,
        "iothreadIds": [
            {"id": 2},
            {
                "id": 8,
                "threadPoolMin": 0,
                "threadPoolMax": 32,
                "poll": {"max": "18446744073709551615", "grow": 456, "shrink": 0, "weight": 3},
            },
        ],
        "defaultIothread": {"threadPoolMin": 8, "threadPoolMax": 16},
    }
