from .connection import connect as connect
from .connection import program as program
from .files import Work as Work
from .files import work_on_files as work_on_files
from .parcel import Parcel as Parcel
from .tiles import LARGE as LARGE
from .tiles import spreading as spreading
from .training import train_on as train_on
