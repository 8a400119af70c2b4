from . import commands as commands
from . import parser as parser
from . import repeat as repeat
