from .ask import score as score
from .fitness import Mending as Mending
from .scoring import Maker as Maker
from .scoring import judge as judge
