from .bioimage import write_bioimage as write_bioimage
from .card import weights_card as weights_card
from .folder import write_folder as write_folder
from .hub import HubNoise2Noise as HubNoise2Noise
from .onnx_file import write_onnx as write_onnx
from .passport import issue as issue
