using MaaS.Training.Data;
using static TorchSharp.torch;

namespace MaasTrain;

/// <summary>Points of three spirals that wind around each other: the data, to be replaced by yours.</summary>
internal sealed class Spirals : IBatchSource
{
    private readonly float[] _points;
    private readonly long[] _labels;

    public Spirals(int samples, int seed)
    {
        var random = new Random(seed);
        _points = new float[2 * samples];
        _labels = new long[samples];
        for (var i = 0; i < samples; i++)
        {
            _labels[i] = i % Classes.Count;
            var radius = random.NextSingle();
            var angle = (4 * radius) + (2 * MathF.PI * _labels[i] / Classes.Count) + (0.1f * random.NextSingle());
            _points[2 * i] = radius * MathF.Cos(angle);
            _points[(2 * i) + 1] = radius * MathF.Sin(angle);
        }
    }

    public long Count => _labels.Length;

    public IReadOnlyList<long> InputShape { get; } = [2];

    public IReadOnlyList<string> Classes { get; } = ["red", "green", "blue"];

    // (B) positions → (B, 2) points and (B) labels
    public (Tensor Inputs, Tensor Targets) GetBatch(Tensor indices, Device device)
    {
        var positions = indices.data<long>().ToArray();
        var points = new float[2 * positions.Length];
        var labels = new long[positions.Length];
        for (var i = 0; i < positions.Length; i++)
        {
            _points.AsSpan(2 * (int)positions[i], 2).CopyTo(points.AsSpan(2 * i));
            labels[i] = _labels[positions[i]];
        }

        return (tensor(points, [labels.Length, 2], device: device), tensor(labels, device: device));
    }
}
