from .ask import score as score
from .fitness import AS_THEY_ARE as AS_THEY_ARE
from .fitness import Mending as Mending
from .scoring import Maker as Maker
from .scoring import judge as judge
