using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Onnx.Inference;
using MaaS.Onnx.Quantization.Analysis;
using MaaS.Training.Data;
using MaaS.Training.Pipelines;
using MaaS.Training.Tuning;
using MaaS.Training.Tuning.Spaces;

namespace MaaS.Cli.Tuning;

/// <summary>Trains networks of images.</summary>
internal sealed class ImageRuns(
    string dataName, TrainTest data, TrainingOptions training, SearchSpace space, IReadOnlyList<Objective> objectives,
    int epochs) : ITunedRuns
{
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(0.5);

    public SearchSpace Space => space;

    public IReadOnlyList<Objective> Objectives => objectives;

    public int? Epochs => epochs;

    public IReadOnlyList<double> Run(Trial trial, ParseResult line, CancellationToken cancellationToken)
    {
        var options = NetworkObjectives.For(training.Read(line), trial, objectives);
        var (model, result) = TrainedModel.Train(
            line.GetRequiredValue(training.Model), dataName, data.Train, options, null, cancellationToken);
        using (model)
        {
            return NetworkObjectives.Values(result, options, objectives, () => Latency(model, cancellationToken));
        }
    }

    private double Latency(TrainedModel model, CancellationToken cancellationToken)
    {
        using var inference = InferenceModel.Load(model.Export().Model.ToByteArray(), "trial", new InferenceOptions());
        var sample = OnnxBatches.Inputs(data.Train, inference.Inputs[0].Name, 1, 1, cancellationToken).First();
        return LatencyComparison.Measure([inference], sample, Measured, cancellationToken)[0];
    }

    public void Dispose() => data.Dispose();
}
