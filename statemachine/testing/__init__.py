"""For tests: a whole server in memory, under a clock that the test sets, with tasks that the test answers.

    async with in_memory_server() as server:
        arn = await server.create(definition)  # with a Task state whose Resource is FUNCTION
        execution = await server.start(arn)
        server.tasks.answer(await server.task(), Succeeded('{"done": true}'))
        assert (await server.ended(execution))["output"] == '{"done": true}'

Nothing here sleeps: time passes when the test says so.
"""

from statemachine.testing.in_memory_server import InMemoryServer, in_memory_server
from statemachine.testing.scripted_tasks import FUNCTION, ScriptedTasks
from statemachine.testing.virtual_clock import START, VirtualClock

__all__ = ["FUNCTION", "START", "InMemoryServer", "ScriptedTasks", "VirtualClock", "in_memory_server"]
