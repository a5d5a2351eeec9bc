using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Cli.Text;
using MaaS.Onnx.Inference;
using MaaS.Onnx.Quantization;
using MaaS.Training.Data.Text;
using MaaS.Training.Pipelines;

namespace MaaS.Cli.Commands;

/// <content>Models that tell texts apart.</content>
internal sealed partial class QuantizeCommand
{
    // Accuracy on held-back texts; latency on the longest of them.
    private async Task<QuantizationResult> QuantizeTextAsync(
        ParseResult result, string source, Quantizer quantizer, NetworkFile network,
        CancellationToken cancellationToken)
    {
        var mode = _scheme.ModeOf(result, "dynamic");
        if (mode == QuantizationOptionSet.Aware)
        {
            throw new UsageException(
                "--mode qat: expected a model of images; models of texts lose little with dynamic.");
        }

        var encoder = network.TextEncoder().Truncating();
        var parts = TextMeasuring.Choose(
            _texts, result, encoder.Preprocessing,
            network.Manifest.Labels ?? throw new InvalidDataException($"{source}: expected labels, found none."),
            network.Manifest.Lineage?.DataHash, cancellationToken);
        await Console.Out.WriteLineAsync($"accuracy on {parts.Note}: one half decides, the other one tests");
        var (test, validation) = parts.HeldBack.Split(0.5, seed: 0);
        var calibration = OnnxTextBatches.Labelled(
            encoder, parts.Train ?? parts.HeldBack, cancellationToken: cancellationToken)
            .Take((result.GetValue(_scheme.Samples) + OnnxTextBatches.BatchSize - 1) / OnnxTextBatches.BatchSize)
            .Select(static b => b.Inputs);
        return quantizer.Run(
            network.Model,
            _scheme.Read(result, mode, calibration),
            Accuracy(validation),
            OnnxTextBatches.Labelled(encoder, parts.HeldBack, result.GetValue(_batch), cancellationToken).Last().Inputs,
            Accuracy(test), cancellationToken);

        Func<InferenceModel, double> Accuracy(TextCorpus part)
        {
            var batches = OnnxTextBatches.Labelled(encoder, part, cancellationToken: cancellationToken);
            return model => ClassificationAccuracy.Measure(model, batches);
        }
    }
}
