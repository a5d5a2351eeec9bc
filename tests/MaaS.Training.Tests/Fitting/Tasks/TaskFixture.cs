using System.Text.Json;
using MaaS.Training.Fitting.Tasks;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Fitting.Tasks;

/// <summary>Outputs as if a model had given them, targets, and weights.</summary>
internal sealed record TaskSamples(Tensor Outputs, Tensor Targets, Tensor? Weights)
{
    public Prediction Prediction => new(Outputs, Targets, Weights);

    public TaskSamples Rows(long start, long count)
        => new(Outputs.narrow(0, start, count), Targets.narrow(0, start, count), Weights?.narrow(0, start, count));
}

/// <summary>What Fixtures/make_tasks.py wrote.</summary>
internal static class TaskFixture
{
    private static readonly JsonElement Root = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(
        TestContext.CurrentContext.TestDirectory, "Fitting", "Tasks", "Fixtures", "tasks.json"))).RootElement;

    public static double[] BestF1 => Root.GetProperty("bestF1").Deserialize<double[]>()!;

    public static JsonElement Case(string name)
        => Root.GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);

    public static double Loss(this JsonElement expected) => expected.GetProperty("loss").GetDouble();

    public static Dictionary<string, double> Metrics(this JsonElement expected)
        => expected.GetProperty("metrics").Deserialize<Dictionary<string, double>>()!;

    public static TaskSamples Samples(this JsonElement expected)
    {
        float[] Values(string name) => expected.GetProperty(name).Deserialize<float[]>()!;
        long[] Shape(string name) => expected.GetProperty(name).Deserialize<long[]>()!;
        var targets = tensor(Values("targets"), Shape("targetShape"));
        return new TaskSamples(
            tensor(Values("outputs"), Shape("outputShape"), requires_grad: true),
            Array.TrueForAll(Values("targets"), float.IsInteger) ? targets.to(ScalarType.Int64) : targets,
            expected.GetProperty("weights").ValueKind == JsonValueKind.Null ? null : tensor(Values("weights")));
    }
}
