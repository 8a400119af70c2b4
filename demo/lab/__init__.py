"""The lab: experiments that show why it works, each a question, some controls, and work that a job does."""
