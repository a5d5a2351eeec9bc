using System.Text.RegularExpressions;
using MaaS.Onnx.Inference;
using MaaS.Training.Checkpoints;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Checkpoints;

internal sealed partial class CheckpointWeightsTests
{
    [Test]
    public void Load_TensorThatCannotBeRead_LeavesTheModelAsItWas()
    {
        using var scope = NewDisposeScope();
        using var model = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 2));
        var before = model.state_dict().ToDictionary(static t => t.Key, static t => t.Value.detach().clone());
        using var file = new DamagedFile(before, damaged: "1.bias");
        var format = new CheckpointFormat { Name = "Test", Prefix = "test.", Ignored = Nothing() };

        Assert.That(() => CheckpointWeights.Load(model, file, format, strict: true), Throws.TypeOf<IOException>());

        Assert.That(model.state_dict().All(t => t.Value.allclose(before[t.Key], 0, 0)), Is.True);
    }

    [GeneratedRegex("(?!)")]
    private static partial Regex Nothing();

    // The model's names and shapes, all values 7, but one tensor on a sector that the disk has lost.
    private sealed class DamagedFile(Dictionary<string, Tensor> like, string damaged) : IWeightFile
    {
        public string Location => "damaged";

        public IReadOnlyList<WeightEntry> Entries { get; } =
            [.. like.Select(static t => new WeightEntry(t.Key, ElementType.Float32, t.Value.shape))];

        public Tensor Read(string name)
            => name == damaged ? throw new IOException("bad sector") : full_like(like[name], 7);

        public void Dispose()
        {
            // Nothing is open.
        }
    }
}
