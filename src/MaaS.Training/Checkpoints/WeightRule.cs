namespace MaaS.Training.Checkpoints;

/// <summary>Where a layer's weights stand in a checkpoint. <c>#</c> in both names is the number of the layer.</summary>
/// <param name="Own">The module's name in the model, as <c>decoder.layers.#.norm1</c>.</param>
/// <param name="Theirs">Its name in the checkpoint, without the model's prefix, as <c>h.#.ln_1</c>.</param>
/// <param name="Transposed">Whether the checkpoint holds the matrix as (inputs, outputs).</param>
/// <param name="Part">Which of the equal parts of the checkpoint's tensor, along its outputs, is this layer's.</param>
/// <param name="Parts">Number of parts.</param>
/// <param name="Span">How many of the parts, from <paramref name="Part"/> on, are this layer's.</param>
internal sealed record WeightRule(
    string Own, string Theirs, bool Transposed = false, int Part = 0, int Parts = 1, int Span = 1);
