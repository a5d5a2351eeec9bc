using MaaS.Core.Generation;
using MaaS.Training.Export;
using MaaS.Training.Models.Transformers;
using static TorchSharp.torch;

namespace MaaS.Training.Pipelines.Generation;

/// <summary>A <see cref="Gpt"/> as the ONNX model that <see cref="OnnxDecoder"/> runs.</summary>
public static class GptExport
{
    // Sizes of the example; the exporter picks others near them.
    private const int Batch = 2, Length = 3, Past = 2, Shortest = 6;

    /// <summary>Exports one step: tokens and the cache of those before in, logits of the last token and the longer
    /// cache out. Batch, number of tokens and of earlier tokens (0 included) are free.</summary>
    /// <param name="model">Neither changed nor disposed.</param>
    /// <exception cref="ArgumentException">The model's longest sequence is below 6 tokens: tracing needs several
    /// sizes.</exception>
    /// <exception cref="OnnxExportException">ONNX Runtime does not reproduce torch's outputs.</exception>
    public static OnnxExportResult Export(Gpt model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Options.Decoder.MaxLength < Shortest)
        {
            throw new ArgumentException(
                $"Gpt: expected a MaxLength of at least {Shortest}, got {model.Options.Decoder.MaxLength}: export "
                    + "traces sequences of several sizes.", nameof(model));
        }

        var layers = model.Options.Decoder.Layers;
        string[] caches = [
            .. Enumerable.Range(0, layers)
            .SelectMany(static n => new[] { OnnxDecoder.PastKey(n), OnnxDecoder.PastValue(n) })];
        var axes = new DynamicAxes { { OnnxDecoder.InputIds, 0, "batch" }, { OnnxDecoder.InputIds, 1, "sequence" } };
        foreach (var cache in caches)
        {
            axes.Add(cache, 0, "batch");
            axes.Add(cache, 2, "past");
        }

        using var scope = NewDisposeScope();
        return OnnxExporter.Export(model, inputs => Step(model, inputs), Examples(model), new OnnxExportOptions
        {
            InputNames = [OnnxDecoder.InputIds, .. caches],
            OutputNames = [OnnxDecoder.Logits, .. Enumerable.Range(0, layers)
                .SelectMany(static n => new[] { OnnxDecoder.PresentKey(n), OnnxDecoder.PresentValue(n) })],
            DynamicAxes = axes,
        });
    }

    private static Tensor[] Examples(Gpt model)
    {
        using var noGrad = no_grad();
        var device = model.parameters().First().device;
        Tensor Ids(int count) => arange(Batch * count, ScalarType.Int64, device).remainder(
            model.Options.Vocabulary).reshape(Batch, count);
        var caches = Caches(model);
        model.Step(Ids(Past), caches);
        return [Ids(Length), .. Take(caches)];   // (B, T), (B, H, P, D) …
    }

    private static IReadOnlyList<Tensor> Step(Gpt model, IReadOnlyList<Tensor> inputs)
    {
        var caches = Caches(model);
        for (var n = 0; n < caches.Length; n++)
        {
            caches[n].Append(inputs[1 + (2 * n)], inputs[2 + (2 * n)]);
        }

        var logits = model.Step(inputs[0], caches);
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

    private static KeyValueCache[] Caches(Gpt model)
        => [.. Enumerable.Range(0, model.Options.Decoder.Layers).Select(static _ => new KeyValueCache())];
}
