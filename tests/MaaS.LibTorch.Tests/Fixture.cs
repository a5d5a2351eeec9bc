using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.LibTorch.Tests;

/// <summary>Tensors as the scripts beside the fixtures write them, and how to compare with them.</summary>
internal sealed record FixtureTensor(long[] Shape, string Dtype, double[] Data)
{
    public Tensor ToTensor() => Dtype == "int64"
        ? tensor(Data.Select(v => (long)v).ToArray(), Shape)
        : tensor(Data.Select(v => (float)v).ToArray(), Shape);

    /// <summary>Fails unless every element is within 1e-5 relative (and 2e-6 absolute) of PyTorch's.</summary>
    public void AssertEqual(Tensor? actual, string what)
    {
        Assert.That(actual, Is.Not.Null, what);
        Assert.That(actual!.shape, Is.EqualTo(Shape), what + ": shape");
        using var dense = actual.is_sparse ? actual.to_dense() : actual.detach();
        using var real = dense.cpu().to(ScalarType.Float64).contiguous();
        var values = real.data<double>().ToArray();
        for (var i = 0; i < values.Length; i++)
            if (!(Math.Abs(values[i] - Data[i]) <= (1e-5 * Math.Abs(Data[i])) + 2e-6) && !(double.IsNaN(values[i]) && double.IsNaN(Data[i])))
                Assert.Fail($"{what}: element {i} is {values[i]:g9}, PyTorch has {Data[i]:g9}");
    }
}

internal static class Fixture
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Reads a fixture by its path below the test project.</summary>
    public static T Read<T>(string path)
    {
        using var stream = File.OpenRead(Path.Combine(TestContext.CurrentContext.TestDirectory, path));
        return JsonSerializer.Deserialize<T>(stream, Options) ?? throw new InvalidDataException(path + " is empty");
    }

    /// <summary>Equal steps from low to high, in order of memory: what the scripts call ramp.</summary>
    public static Tensor Ramp(ReadOnlySpan<long> shape, double low = -1, double high = 1)
    {
        var count = 1L;
        foreach (var size in shape) count *= size;
        return linspace(low, high, count, ScalarType.Float32).reshape(shape.ToArray());
    }
}
