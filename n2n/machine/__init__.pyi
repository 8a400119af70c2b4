from . import host as host
from .host import alone as alone
from .host import best_device as best_device
from .host import machine as machine
from .timing import Work as Work
from .timing import best_seconds as best_seconds
