from .commands import load_command as load_command
from .parser import one_line as one_line
from .parser import parse as parse
from .repeat import training_command as training_command
