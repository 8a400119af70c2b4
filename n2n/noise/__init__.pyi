from .models import NOISES as NOISES
from .models import Noise as Noise
from .models import generator as generator
from .models import parse as parse
