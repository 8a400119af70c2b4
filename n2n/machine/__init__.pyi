from .devices import best_device as best_device
from .devices import describe_device as describe_device
from .devices import find_device as find_device
from .lock import write_lock as write_lock
from .processes import join_processes as join_processes
from .processes import stop_signals as stop_signals
from .timing import Work as Work
from .timing import best_seconds as best_seconds
