import socket

from service.ports.jobs import Lane
from service.queue.celery_app import canary_queue, celery_app, own_queue
from service.queue.silence import DEAF_AFTER_S

APP = celery_app("redis://broker.example/0", visibility_timeout_s=900)


def test_a_job_ends_before_it_is_given_to_somebody_else():
    options = APP.conf.broker_transport_options
    assert APP.conf.task_soft_time_limit < APP.conf.task_time_limit
    assert APP.conf.task_time_limit < options["visibility_timeout"] == 900


def test_the_work_of_a_killed_worker_is_looked_for_every_few_seconds():
    options = APP.conf.broker_transport_options
    assert (options["unacked_restore_interval"], options["unacked_restore_throttle"]) == (5, 1)
    assert APP.conf.task_acks_late
    assert APP.conf.task_reject_on_worker_lost


def test_a_broker_that_vanished_without_a_word_is_noticed_long_before_a_worker_counts_as_deaf():
    options = APP.conf.broker_transport_options
    assert options["socket_keepalive"]
    probed = options["socket_keepalive_options"]
    silent_s = (
        probed[socket.TCP_KEEPIDLE] + probed[socket.TCP_KEEPINTVL] * probed[socket.TCP_KEEPCNT]
    )
    assert silent_s < DEAF_AFTER_S
    assert options["socket_timeout"] < DEAF_AFTER_S
    assert 2 * options["health_check_interval"] < DEAF_AFTER_S


def test_a_worker_has_a_queue_of_its_own_that_goes_when_nobody_reads_it():
    own, other = own_queue("w-1@here"), own_queue("w-2@here")
    assert own.name != other.name
    assert own.expires > 0


def test_only_json_travels_and_nothing_is_kept():
    assert APP.conf.accept_content == ["json"]
    assert APP.conf.task_serializer == "json"
    assert APP.conf.task_ignore_result
    assert APP.conf.result_backend is None


def test_every_lane_has_a_queue_and_a_canarys_queue():
    names = {queue.name for queue in APP.conf.task_queues}
    assert names == {str(lane) for lane in Lane} | {canary_queue(lane) for lane in Lane}


def test_the_address_of_the_broker_is_ours_whatever_celery_finds_in_the_environment(monkeypatch):
    monkeypatch.setenv("CELERY_BROKER_URL", "redis://elsewhere.example/0")
    app = celery_app("redis://broker.example/0", visibility_timeout_s=900)
    assert app.connection_for_read().hostname == "broker.example"
    assert app.connection_for_write().hostname == "broker.example"
