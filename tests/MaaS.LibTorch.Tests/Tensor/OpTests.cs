using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.LibTorch.Tests;

/// <summary>Values, shapes, types and gradients equal PyTorch's (make_ops.py).</summary>
public class OpTests
{
    private static readonly Dictionary<string, OpFixture> Fixtures = Load();

    private static IEnumerable<string> Names => Fixtures.Keys;

    [Test]
    public void Cases_OfBothSides_AreTheSame() => Assert.That(OpCases.All.Keys, Is.EquivalentTo(Fixtures.Keys));

    [TestCaseSource(nameof(Names))]
    public void Operation_OnFixture_GivesPyTorchsResult(string name)
    {
        using var scope = NewDisposeScope();
        var fixture = Fixtures[name];
        var inputs = fixture.Inputs.Select(i => i.ToTensor()).ToArray();
        foreach (var input in inputs.Where(i => i.is_floating_point())) input.requires_grad = true;

        var output = OpCases.All[name](inputs);

        Assert.That(output.dtype.ToString().ToLowerInvariant(), Is.EqualTo(OpFixture.TypeName(fixture.Output.Dtype)));
        Assert.That(output.shape, Is.EqualTo(fixture.Output.Shape));
        Compare(output.detach(), fixture.Output.Data, output.dtype, "value");
        if (fixture.Gradients is null)
        {
            Assert.That(output.requires_grad, Is.False);
            return;
        }
        var weights = linspace(0.5, 1.5, output.numel(), float64).reshape(output.shape);
        (output.@double() * weights).sum().backward();
        for (var i = 0; i < inputs.Length; i++)
        {
            var gradient = inputs[i].grad;
            if (fixture.Gradients[i] is { } expected) Compare(gradient!, expected, inputs[i].dtype, $"gradient {i}");
            else Assert.That(gradient is null, "an input without gradient in PyTorch has one");
        }
    }

    private static void Compare(Tensor actual, double[] expected, ScalarType type, string what)
    {
        var tolerance = type switch
        {
            ScalarType.Float16 => 1e-3,
            ScalarType.BFloat16 => 1e-2,
            ScalarType.Float32 => 1e-5,
            ScalarType.Float64 => 1e-12,
            _ => 0,
        };
        var values = actual.@double().contiguous().data<double>().ToArray();
        Assert.That(values, Has.Length.EqualTo(expected.Length));
        for (var i = 0; i < values.Length; i++)
            Assert.That(
                values[i], Is.EqualTo(expected[i]).Within(tolerance * Math.Max(1e-2, Math.Abs(expected[i]))),
                $"{what}, element {i}");
    }

    private static Dictionary<string, OpFixture> Load()
    {
        var path = Path.Combine(TestContext.CurrentContext.TestDirectory, "Tensor", "Fixtures", "ops.json");
        var fixtures = JsonSerializer.Deserialize<OpFixture[]>(File.ReadAllText(path), JsonSerializerOptions.Web)!;
        return fixtures.ToDictionary(f => f.Name);
    }
}

internal sealed record OpFixture(string Name, StoredTensor[] Inputs, StoredTensor Output, double[]?[]? Gradients)
{
    public static string TypeName(string pyTorch) => pyTorch == "uint8" ? "byte" : pyTorch;
}

internal sealed record StoredTensor(string Dtype, long[] Shape, double[] Data)
{
    public Tensor ToTensor() =>
        tensor(Data).reshape(Shape).to_type(Enum.Parse<ScalarType>(OpFixture.TypeName(Dtype), ignoreCase: true));
}
