"""Writes `events.bin` from `log.jsonl` with TensorBoard's own messages and records: pip install tensorboard==2.21.0; python make.py"""

import json

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter


def numbers(value, name=""):
    if value == "Infinity":
        value = float("inf")
    if isinstance(value, (int, float)):
        yield name, float(value)
    elif isinstance(value, dict):
        for key in value:
            yield from numbers(value[key], f"{name}/{key}" if name else key)
    elif isinstance(value, list):
        for place, element in enumerate(value):
            known = element.get("name", place) if isinstance(element, dict) else place
            yield from numbers(element, f"{name}/{known}")


with open("log.jsonl") as log, open("events.bin", "wb") as file:
    writer = RecordWriter(file)
    writer.write(Event(wall_time=0, file_version="brain.Event:2").SerializeToString())
    seconds = 0.0
    for line in map(json.loads, log):
        seconds += line["seconds"]
        values = [Summary.Value(tag=tag, simple_value=number) for tag, number in numbers(line)]
        event = Event(wall_time=seconds, step=line["generation"], summary=Summary(value=values))
        writer.write(event.SerializeToString())
    writer.close()
