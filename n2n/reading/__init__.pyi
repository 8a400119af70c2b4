from . import reader as reader
from .reader import read as read
from .reader import read_photographs as read_photographs
from .sources import SAMPLES as SAMPLES
from .sources import is_hidden as is_hidden
