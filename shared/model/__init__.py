"""What the retrainer learns and the scorer serves.

Learner       one correction at a time, a pure function of the project and the corrections
ServingModel  an immutable snapshot that turns rows into probabilities, in batches
artifact      signed files through which a model travels from the one to the other
"""
