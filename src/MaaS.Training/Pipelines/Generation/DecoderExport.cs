using MaaS.Core.Generation;
using MaaS.Training.Export;
using MaaS.Training.Models.Transformers;
using static TorchSharp.torch;

namespace MaaS.Training.Pipelines.Generation;

/// <summary>A <see cref="CausalLanguageModel"/> as the ONNX model that <see cref="OnnxDecoder"/> runs.</summary>
public static class DecoderExport
{
    // Sizes of the example; the exporter picks others near them.
    private const int Batch = 2, Length = 3, Past = 2;
    private const string BatchAxis = "batch", LengthAxis = "sequence", PastAxis = "past";

    /// <summary>Exports one step: tokens, mask, positions and the caches of the P tokens before in, logits of every
    /// token and the longer caches out. Batch, number of tokens and of earlier tokens (0 included) are free.</summary>
    /// <remarks>
    /// Inputs <c>input_ids</c> (B, T), <c>attention_mask</c> (B, P + T, zero for padding, which stands left),
    /// <c>position_ids</c> (B, T), all int64, and for each layer <c>past_key_values.N.key</c> and
    /// <c>past_key_values.N.value</c> (B, H, P, D); outputs <c>logits</c> (B, T, V), <c>present.N.key</c> and
    /// <c>present.N.value</c> (B, H, P + T, D). The mask and what follows from positions are computed once for all
    /// layers.
    /// </remarks>
    /// <param name="model">Neither changed nor disposed.</param>
    /// <exception cref="OnnxExportException">ONNX Runtime does not reproduce torch's outputs.</exception>
    public static OnnxExportResult Export(CausalLanguageModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var layers = Enumerable.Range(0, model.Layers);
        string[] caches =
            [.. layers.SelectMany(static n => new[] { OnnxDecoder.PastKey(n), OnnxDecoder.PastValue(n) })];
        var axes = new DynamicAxes
        {
            { OnnxDecoder.InputIds, 0, BatchAxis },
            { OnnxDecoder.InputIds, 1, LengthAxis },
            { OnnxDecoder.AttentionMask, 0, BatchAxis },
            { OnnxDecoder.AttentionMask, 1, $"{PastAxis} + {LengthAxis}" },
            { OnnxDecoder.PositionIds, 0, BatchAxis },
            { OnnxDecoder.PositionIds, 1, LengthAxis },
        };
        foreach (var cache in caches)
        {
            axes.Add(cache, 0, BatchAxis);
            axes.Add(cache, 2, PastAxis);
        }

        using var scope = NewDisposeScope();
        return OnnxExporter.Export(model, inputs => Step(model, inputs), Examples(model), new OnnxExportOptions
        {
            InputNames = [OnnxDecoder.InputIds, OnnxDecoder.AttentionMask, OnnxDecoder.PositionIds, .. caches],
            OutputNames = [OnnxDecoder.Logits,
                .. layers.SelectMany(static n => new[] { OnnxDecoder.PresentKey(n), OnnxDecoder.PresentValue(n) })],
            DynamicAxes = axes,
        });
    }

    // The second row is shorter by one token.
    private static Tensor[] Examples(CausalLanguageModel model)
    {
        using var noGrad = no_grad();
        var device = model.parameters().First().device;
        Tensor Ids(int count) => arange(Batch * count, ScalarType.Int64, device).remainder(
            model.Vocabulary).reshape(Batch, count);
        var mask = ones(Batch, Past + Length, ScalarType.Int64, device);
        mask[1, 0] = 0;
        var positions = (mask.cumsum(1) - 1).clamp(0, model.MaxLength - 1);
        var caches = Caches(model);
        model.Step(Ids(Past), mask.narrow(1, 0, Past), positions.narrow(1, 0, Past), caches);
        return [Ids(Length), mask, positions.narrow(1, Past, Length).contiguous(), .. Take(caches)];
    }

    private static IReadOnlyList<Tensor> Step(CausalLanguageModel model, IReadOnlyList<Tensor> inputs)
    {
        const int FirstCache = 3;
        var caches = Caches(model);
        for (var n = 0; n < caches.Length; n++)
        {
            caches[n].Append(inputs[FirstCache + (2 * n)], inputs[FirstCache + (2 * n) + 1]);
        }

        var logits = model.Step(inputs[0], inputs[1], inputs[2], caches);
        return [logits, .. Take(caches)];
    }

    // Keys and values of every layer, which belong to the dispose scope from then on.
    private static List<Tensor> Take(KeyValueCache[] caches)
    {
        List<Tensor> tensors = [];
        foreach (var cache in caches)
        {
            var (keys, values) = cache.Read();
            tensors.AddRange([keys.alias(), values.alias()]);
            cache.Dispose();
        }

        return tensors;
    }

    private static KeyValueCache[] Caches(CausalLanguageModel model)
        => [.. Enumerable.Range(0, model.Layers).Select(static _ => new KeyValueCache())];
}
