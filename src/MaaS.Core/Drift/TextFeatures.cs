using MaaS.Core.Packages;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Drift;

/// <summary>What is watched of each text: how many tokens it has, and which share of them the vocabulary does not
/// know.</summary>
/// <remarks>Padding, and so what else was in the batch, makes no difference.</remarks>
public static class TextFeatures
{
    /// <summary>Names of the features, in the order of <see cref="Extract"/>.</summary>
    public static IReadOnlyList<string> Names { get; } = ["tokens", "unknown"];

    /// <summary>The features of one text.</summary>
    /// <param name="encoder">Made the tokens.</param>
    /// <param name="inputs">The model's inputs: <c>input_ids</c> and <c>attention_mask</c>, in any order.</param>
    /// <param name="tensors">Their values, (B, T), int64.</param>
    /// <param name="row">Which.</param>
    /// <param name="features">Receives as many values as <see cref="Names"/>.</param>
    public static void Extract(
        TextEncoder encoder,
        IReadOnlyList<TensorSpec> inputs, ReadOnlySpan<TensorValue> tensors, int row, ICollection<double> features)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(features);
        var idsFirst = inputs[0].Name == TextEncoder.InputIds;
        var ids = Row(tensors[idsFirst ? 0 : 1], row);
        var mask = Row(tensors[idsFirst ? 1 : 0], row);
        var (tokens, unknown) = (0, 0);
        for (var i = 0; i < ids.Length; i++)
        {
            tokens += mask[i] == 0 ? 0 : 1;
            unknown += mask[i] != 0 && ids[i] == encoder.UnknownId ? 1 : 0;
        }

        features.Add(tokens);
        features.Add((double)unknown / Math.Max(1, tokens));
    }

    private static ReadOnlySpan<long> Row(TensorValue tensor, int row)
    {
        var width = (int)tensor.Shape[1];
        return tensor.AsSpan<long>().Slice(row * width, width);
    }
}
