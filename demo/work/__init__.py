"""Work that is done in jobs and workers, without Gradio: inspecting, training, denoising."""
