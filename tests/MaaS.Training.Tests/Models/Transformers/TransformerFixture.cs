using System.Text.Json;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Models.Transformers;

/// <summary>A tensor as the scripts beside the fixtures write it.</summary>
internal sealed record FixtureTensor(long[] Shape, double[] Data)
{
    public Tensor ToTensor(ScalarType type = ScalarType.Float32) => tensor(Data, Shape).to(type);

    /// <summary>Fails unless every element is within 1e-5 of PyTorch's, relative beyond 1.</summary>
    public void AssertEqual(Tensor? actual, string what)
    {
        Assert.That(actual, Is.Not.Null, what);
        Assert.That(actual!.shape, Is.EqualTo(Shape), what + ": shape");
        var values = actual.detach().cpu().to(ScalarType.Float64).contiguous().data<double>().ToArray();
        for (var i = 0; i < values.Length; i++)
        {
            Assert.That(
                values[i], Is.EqualTo(Data[i]).Within(1e-5 * Math.Max(1, Math.Abs(Data[i]))), $"{what}: element {i}");
        }
    }
}

internal static class TransformerFixture
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    public static T Read<T>(string name)
    {
        using var stream = File.OpenRead(Path.Combine(
            TestContext.CurrentContext.TestDirectory, "Models", "Transformers", "Fixtures", name));
        return JsonSerializer.Deserialize<T>(stream, Options) ?? throw new InvalidDataException(name + " is empty");
    }

    /// <summary>Puts a fixture's weights into a module; the names must be the same.</summary>
    public static void Load(nn.Module module, IReadOnlyDictionary<string, FixtureTensor> state)
    {
        var parameters = module.state_dict();
        Assert.That(parameters.Keys, Is.EquivalentTo(state.Keys));
        using var noGrad = no_grad();
        foreach (var (name, value) in state)
        {
            parameters[name].copy_(value.ToTensor());
        }
    }

    /// <summary>The sum of output · linspace(−1, 1), as the scripts have it.</summary>
    public static Tensor Loss(Tensor output) => (output * linspace(-1, 1, output.numel()).reshape(output.shape)).sum();
}
