from .mixture import EITHER as EITHER
from .models import Noise as Noise
from .parser import NOISES as NOISES
from .parser import parse as parse
from .seeds import generator as generator
