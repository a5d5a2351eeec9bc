using System.Runtime.InteropServices;
using MaaS.Core.Packages;
using MaaS.Onnx;
using MaaS.Onnx.Inference;
using MaaS.Onnx.Quantization;
using MaaS.Onnx.Quantization.Analysis;
using MaaS.Onnx.Quantization.Numerics;
using MaaS.Onnx.Quantization.Schemes;
using MaaS.Training.Checkpoints;
using MaaS.Training.Data;
using MaaS.Training.Export;
using MaaS.Training.Pipelines;
using static TorchSharp.torch;

namespace MaaS.Training.Compression;

/// <summary>
/// Tries pruning ratios with quantization schemes, measures accuracy, latency and size of each through ONNX Runtime,
/// chooses, and leaves the networks that no other beats as packages in a folder, with <c>report.html</c> and
/// <c>report.json</c>.
/// </summary>
/// <remarks>
/// Latency is the median of runs on the first test samples; the networks take turns, so that a busy machine slows all
/// of them. The choice rests on one part of the held-back samples; the accuracy of what was chosen, and of the
/// original, is measured once on the other part, so that it is not flattered by the choice. A module is as it was
/// afterwards, whatever happens.
/// </remarks>
public sealed class Compressor
{
    private readonly CompressorOptions _options;

    /// <summary>Checks the options.</summary>
    /// <param name="options">What to try; null for the defaults.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public Compressor(CompressorOptions? options = null)
    {
        _options = options ?? new CompressorOptions();
        _options.Validate();
    }

    /// <summary>Compresses a trained model.</summary>
    /// <param name="model">Stays the caller's and as it is.</param>
    /// <param name="train">Normalised as the model was trained: for fine-tuning and calibration.</param>
    /// <param name="heldBack">Samples that training never saw, at least two: some to choose by, the others to measure
    /// the chosen network once (<see cref="CompressorOptions.ValidationShare"/>).</param>
    /// <param name="output">Folder to make; may exist when it is empty.</param>
    /// <param name="name">Name of the packages; the architecture's when null.</param>
    /// <param name="progress">Called on this thread before each step.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    /// <exception cref="IOException">The folder is not empty, or the disk is full.</exception>
    /// <exception cref="ArgumentException">The data does not fit the model.</exception>
    public Task<CompressionResult> RunAsync(
        TrainedModel model, IBatchSource train, IBatchSource heldBack, string output, string? name = null,
        IProgress<CompressionProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        var versions = new PrunedVersions(model.Module, train, _options, model.Export, model.SaveWith);
        return RunAsync(
            model.Describe(name ?? model.Info.Architecture), versions, null, train, heldBack, output, progress,
            cancellationToken);
    }

    /// <summary>Compresses any classifier.</summary>
    /// <param name="module">Takes (B, …) and gives logits (B, classes); stays the caller's and as it is.</param>
    /// <param name="manifest">What packages say: name, preprocessing, lineage; inputs, outputs, metrics and steps are
    /// filled.</param>
    /// <param name="train">For fine-tuning and calibration.</param>
    /// <param name="heldBack">Samples that training never saw, at least two: some to choose by, the others to measure
    /// the chosen network once (<see cref="CompressorOptions.ValidationShare"/>).</param>
    /// <param name="output">Folder to make; may exist when it is empty.</param>
    /// <param name="progress">Called on this thread before each step.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    /// <exception cref="IOException">The folder is not empty, or the disk is full.</exception>
    /// <exception cref="OnnxExportException">The module cannot be exported.</exception>
    public Task<CompressionResult> RunAsync(
        nn.Module<Tensor, Tensor> module, ModelManifest manifest, IBatchSource train, IBatchSource heldBack,
        string output,
        IProgress<CompressionProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(train);
        OnnxExportResult Export()
        {
            using var scope = NewDisposeScope();
            var (example, _) = train.GetBatch(
                arange(0, Math.Min(2, train.Count), ScalarType.Int64), module.parameters().First().device);
            return OnnxExporter.Export(module, example);
        }

        var versions = new PrunedVersions(
            module, train, _options, Export, (path, _) => ModelWeights.Save(path, module));
        return RunAsync(manifest, versions, null, train, heldBack, output, progress, cancellationToken);
    }

    /// <summary>Quantizes an ONNX network, which cannot be pruned: <see cref="CompressorOptions.Ratios"/> are
    /// skipped.</summary>
    /// <param name="model">One input, logits (B, classes) first among its outputs; not changed.</param>
    /// <param name="manifest">What packages say: name, preprocessing, lineage; inputs, outputs, metrics and steps are
    /// filled.</param>
    /// <param name="train">For calibration.</param>
    /// <param name="heldBack">Samples that training never saw, at least two: some to choose by, the others to measure
    /// the chosen network once (<see cref="CompressorOptions.ValidationShare"/>).</param>
    /// <param name="output">Folder to make; may exist when it is empty.</param>
    /// <param name="progress">Called on this thread before each step.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    /// <exception cref="IOException">The folder is not empty, or the disk is full.</exception>
    /// <exception cref="ArgumentException">The data does not fit the model.</exception>
    public Task<CompressionResult> RunAsync(
        OnnxModel model, ModelManifest manifest, IBatchSource train, IBatchSource heldBack, string output,
        IProgress<CompressionProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(manifest);
        return RunAsync(manifest, null, model, train, heldBack, output, progress, cancellationToken);
    }

    private async Task<CompressionResult> RunAsync(
        ModelManifest manifest, PrunedVersions? versions, OnnxModel? model, IBatchSource train,
        IBatchSource heldBack, string output,
        IProgress<CompressionProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(heldBack);
        manifest = manifest with
        {
            Task = manifest.Task ?? ModelManifest.Classification,
            Labels = manifest.Labels ?? heldBack.Classes,
            Preprocessing = manifest.Preprocessing ?? (heldBack as ImageDataset)?.Preprocessing,
        };
        var (test, validation) = BatchSubset.Split(heldBack, _options.ValidationShare, seed: 0);
        using var folder = new OutputFolder(output);
        using var scratch = new ScratchFolder();
        var steps = new StepCounter(
            progress, ratios: versions is null ? 0 : _options.Ratios.Count, _options.Quantizations.Count);
        List<string> skipped = [];
        List<Candidate> candidates = [];

        var schemes = new QuantizationSchemeOptions
        {
            Dynamic = _options.Dynamic,
            Static = _options.Static,
            WeightOnly = _options.WeightOnly,
        };
        steps.Next("measuring the original");
        var original = versions?.Original(scratch.Path) ?? new FloatNetwork("original", model!, [], null);
        await AddAsync(original).ConfigureAwait(false);
        foreach (var ratio in versions is null ? [] : _options.Ratios)
        {
            steps.Next(
                $"removing {ratio:p0} of the channels" + (_options.FineTuning is null ? "" : " and fine-tuning"));
            var (pruned, reason) = versions!.Prune(ratio, scratch.Path, cancellationToken);
            if (pruned is not null)
            {
                await AddAsync(pruned).ConfigureAwait(false);
            }
            else
            {
                skipped.Add($"pruning {ratio:p0}: {reason}");
            }
        }

        if (versions is null && _options.Ratios.Count > 0)
        {
            skipped.Add("pruning: it needs the torch module, not an ONNX network");
        }

        steps.Next($"measuring the latency of {candidates.Count} networks in turns");
        var result = CompressionResult.Of(
            _options, Measure(candidates, validation, cancellationToken), skipped, Machine(), validation.Count);
        steps.Next("measuring the choice on the test samples");
        result = Test(result, candidates, test, cancellationToken);
        steps.Next("writing packages");
        return await folder.WriteAsync(result, candidates, manifest, cancellationToken).ConfigureAwait(false);

        async Task AddAsync(FloatNetwork network)
        {
            candidates.Add(
                await CandidateAsync(network.Name, network.Model, network.Steps, network.Weights)
                    .ConfigureAwait(false));
            foreach (var kind in _options.Quantizations)
            {
                var name = network.Steps.Count > 0
                    ? $"{network.Name}-{kind}".ToLowerInvariant() : $"{kind}".ToLowerInvariant();
                steps.Next($"quantizing: {name}");
                var calibration = OnnxBatches.Inputs(
                    train, network.Model.Inputs[0].Name, _options.CalibrationSamples,
                    cancellationToken: cancellationToken);
                var scheme = schemes.Scheme(kind, calibration);
                var prepared = scheme.Prepare(network.Model, cancellationToken);
                if (prepared.Nodes.Count > 0)
                {
                    candidates.Add(await CandidateAsync(
                        name, prepared.Quantize(new HashSet<string>()), [.. network.Steps, scheme.Name], null)
                            .ConfigureAwait(false));
                }
                else
                {
                    skipped.Add($"{name}: the network has no layer that {scheme.Name} quantizes");
                }
            }
        }

        async Task<Candidate> CandidateAsync(
            string name, OnnxModel network, IReadOnlyList<string> done, string? weights)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var bytes = network.ToByteArray();
            var path = Path.Combine(scratch.Path, $"{name}.onnx");
            await File.WriteAllBytesAsync(path, bytes, cancellationToken).ConfigureAwait(false);
            using var inference = InferenceModel.Load(bytes, name, _options.Inference);
            var accuracy = Accuracy(inference, validation, cancellationToken);
            return new Candidate(new CompressionPoint(name, done, accuracy, 0, bytes.Length), path, weights);
        }
    }

    private static double Accuracy(InferenceModel model, IBatchSource data, CancellationToken cancellationToken)
        => ClassificationAccuracy.Measure(
            model, OnnxBatches.Labelled(data, model.Inputs[0].Name, cancellationToken: cancellationToken));

    // The original and the choice, each once: nothing is decided by these figures.
    private CompressionResult Test(
        CompressionResult result, IReadOnlyList<Candidate> candidates, IBatchSource test,
        CancellationToken cancellationToken)
    {
        CompressionPoint[] points =
        [
            .. result.Points.Zip(candidates, (point, candidate) =>
            {
                if (point != result.Original && point != result.Best)
                {
                    return point;
                }

                using var model = InferenceModel.Load(candidate.Network, _options.Inference);
                return point with { TestAccuracy = Accuracy(model, test, cancellationToken) };
            }),
        ];
        return result.Tested(points, test.Count);
    }

    private CompressionPoint[] Measure(
        IReadOnlyList<Candidate> candidates, IBatchSource validation, CancellationToken cancellationToken)
    {
        List<InferenceModel> models = [];
        try
        {
            models.AddRange(candidates.Select(c => InferenceModel.Load(c.Network, _options.Inference)));
            var sample = OnnxBatches.Inputs(
                validation, models[0].Inputs[0].Name, _options.LatencyBatch, _options.LatencyBatch, cancellationToken)
                    .First();
            var times = LatencyComparison.Measure(
                models, sample, _options.LatencyDuration * models.Count, cancellationToken);
            return [.. candidates.Zip(times, static (c, time) => c.Point with { LatencyMs = time })];
        }
        finally
        {
            models.ForEach(static m => m.Dispose());
        }
    }

    private string Machine()
    {
        var threads = _options.Inference.IntraOpThreads;
        return $"{RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} cores, "
            + $"{(threads > 0 ? $"{threads} threads" : "a thread a core")}, "
            + $"{(Processor.HasVnni ? "with" : "without")} integer dot products";
    }
}
