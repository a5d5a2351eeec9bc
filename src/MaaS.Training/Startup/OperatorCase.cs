using static TorchSharp.torch;

namespace MaaS.Training.Startup;

/// <summary>An operator on small inputs, run in a short number type and in float64.</summary>
/// <param name="Operator">The operator.</param>
/// <param name="Shape">What it runs on, in words.</param>
/// <param name="Inputs">Shapes of the inputs.</param>
/// <param name="Run">
/// Computes the results of <paramref name="ResultNames"/> from inputs of either number type; called inside a dispose
/// scope.
/// </param>
/// <param name="ResultNames">What the results are called.</param>
/// <param name="Type">The number type under test.</param>
internal sealed record OperatorCase(
    string Operator, string Shape, long[][] Inputs, Func<Tensor[], Tensor[]> Run, string[] ResultNames,
    ScalarType Type = ScalarType.Float32)
{
    // Sums of at most a few hundred products: float32 differs by about 1e-6, bfloat16 (8 bits) by about 3e-3.
    private double Tolerance => Type == ScalarType.BFloat16 ? 2e-2 : 1e-4;

    /// <summary>Compares the results with those in float64.</summary>
    /// <param name="seed">Draws the inputs, which lie in [-1, 1); torch's own generator stays untouched.</param>
    public IReadOnlyList<OperatorError> Measure(int seed)
    {
        using var scope = NewDisposeScope();
        var random = new Random(seed);
        var inputs = Array.ConvertAll(Inputs, shape => Draw(random, shape).to(Type));
        var exact = Run(Array.ConvertAll(inputs, static x => x.to(ScalarType.Float64)));
        var results = Run(inputs);
        return
        [
            .. results.Select((result, i)
                => new OperatorError(Operator, Shape, ResultNames[i], Distance(result, exact[i]), Tolerance)),
        ];
    }

    private static Tensor Draw(Random random, long[] shape)
    {
        var values = new float[shape.Aggregate(1L, static (a, b) => a * b)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = 2 * random.NextSingle() - 1;
        }

        return tensor(values, shape, ScalarType.Float32, CPU);
    }

    // In C#, so that no operator under test measures itself.
    private static double Distance(Tensor result, Tensor exact)
    {
        var x = result.detach().to(ScalarType.Float64).contiguous().data<double>().ToArray();
        var y = exact.detach().contiguous().data<double>().ToArray();
        var (error, largest) = (0.0, 1.0);
        for (var i = 0; i < y.Length; i++)
        {
            error = double.Max(error, double.Abs(x[i] - y[i]));   // NaN stays NaN.
            largest = double.Max(largest, double.Abs(y[i]));
        }

        return error / largest;
    }
}
