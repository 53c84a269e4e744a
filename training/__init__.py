"""Everything that makes the model: corpus tools, encoder, training, evaluation, export."""
