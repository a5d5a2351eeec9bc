using MaaS.Onnx;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Learners.Kernels;

/// <summary>Decisions as weighted kernels with support vectors.</summary>
/// <param name="Supports">(supports, features).</param>
/// <param name="Coefficients">(decisions, supports).</param>
/// <param name="Rho">What is taken from each decision.</param>
/// <param name="Gamma">Of the radial basis; null for the linear kernel.</param>
/// <param name="Sigmoids">From decisions to probabilities; null for a number.</param>
/// <param name="Offset">Of a number: decision × scale + offset.</param>
/// <param name="Scale">See offset.</param>
internal sealed record SupportVectorModel(
    Matrix Supports, Matrix Coefficients, double[] Rho, double? Gamma, (double A, double B)[]? Sigmoids,
    double Offset = 0, double Scale = 1) : IFittedLearner
{
    public int Outputs => Sigmoids is null ? 1 : Math.Max(2, Rho.Length);

    public void Predict(ReadOnlySpan<double> features, Span<double> outputs)
    {
        var decisions = outputs[^Rho.Length..];
        Decide(features, decisions);
        if (Sigmoids is null)
        {
            outputs[0] = outputs[0] * Scale + Offset;
            return;
        }

        double sum = 0;
        for (var c = 0; c < decisions.Length; c++)
        {
            sum += decisions[c] = Probabilities.Sigmoid(-(Sigmoids[c].A * decisions[c] + Sigmoids[c].B));
        }

        if (decisions.Length == 1)
        {
            outputs[0] = 1 - outputs[1];
            return;
        }

        for (var c = 0; c < decisions.Length; c++)
        {
            decisions[c] /= sum;
        }
    }

    /// <summary>The decisions of a row.</summary>
    public void Decide(ReadOnlySpan<double> features, Span<double> decisions)
    {
        for (var c = 0; c < decisions.Length; c++)
        {
            decisions[c] = -Rho[c];
        }

        for (var i = 0; i < Supports.Rows; i++)
        {
            var kernel = KernelRows.Compute(features, Supports.Row(i), Gamma);
            for (var c = 0; c < decisions.Length; c++)
            {
                decisions[c] += Coefficients[c, i] * kernel;
            }
        }
    }

    public string Write(GraphBuilder graph, string features)
    {
        var decisions = graph.Node(
            "Sub", [graph.Node("MatMul", WriteKernel(graph, features)), graph.Constant<double>(Rho, Rho.Length)]);
        if (Sigmoids is null)
        {
            return graph.Node(
                "Add", [graph.Node("Mul", [decisions, graph.Scalar(Scale)]), graph.Scalar(Offset)]);
        }

        string Row(Func<(double A, double B), double> of) =>
            graph.Constant<double>(Array.ConvertAll(Sigmoids, s => -of(s)), Rho.Length);
        var scores = graph.Node(
            "Add", [graph.Node("Mul", [decisions, Row(static s => s.A)]), Row(static s => s.B)]);
        if (Rho.Length == 1)
        {
            return Probabilities.WriteBinary(graph, scores);
        }

        var shares = graph.Node("Sigmoid", [scores]);
        return graph.Node("Div", [shares, graph.Node("ReduceSum", [shares, graph.Ints(1)])]);
    }

    // What is multiplied to the decisions: kernels and coefficients, or for the linear kernel features and weights.
    private string[] WriteKernel(GraphBuilder graph, string features)
    {
        var decisions = Coefficients.Rows;
        if (Gamma is not { } gamma)
        {
            var weights = new Matrix(Supports.Columns, decisions);
            for (var i = 0; i < Supports.Rows; i++)
            {
                for (var f = 0; f < Supports.Columns; f++)
                {
                    for (var c = 0; c < decisions; c++)
                    {
                        weights[f, c] += Coefficients[c, i] * Supports[i, f];
                    }
                }
            }

            return [features, graph.Constant<double>(weights.Values, weights.Rows, weights.Columns)];
        }

        var (transposed, norms) = (new Matrix(Supports.Columns, Supports.Rows), new double[Supports.Rows]);
        for (var i = 0; i < Supports.Rows; i++)
        {
            for (var f = 0; f < Supports.Columns; f++)
            {
                transposed[f, i] = -2 * Supports[i, f];
                norms[i] += Supports[i, f] * Supports[i, f];
            }
        }

        // ‖x − s‖² = ‖x‖² − 2 x·s + ‖s‖², (N, supports).
        var own = graph.Node("ReduceSum", [graph.Node("Mul", [features, features]), graph.Ints(1)]);
        var distances = graph.Node(
            "Add",
            [
                graph.Node(
                    "Add",
                    [
                        graph.Node(
                            "MatMul",
                            [features,
                                    graph.Constant<double>(transposed.Values, transposed.Rows, transposed.Columns)]),
                        graph.Constant<double>(norms, norms.Length),
                    ]),
                own,
            ]);
        var coefficients = new Matrix(Supports.Rows, decisions);
        for (var i = 0; i < Supports.Rows; i++)
        {
            for (var c = 0; c < decisions; c++)
            {
                coefficients[i, c] = Coefficients[c, i];
            }
        }

        return [
            graph.Node("Exp", [graph.Node("Mul", [distances, graph.Scalar(-gamma)])]),
            graph.Constant<double>(coefficients.Values, coefficients.Rows, decisions),
        ];
    }
}
