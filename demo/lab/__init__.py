"""The lab: experiments that show why Noise2Noise works; each is a question, controls, and work done in a job."""
